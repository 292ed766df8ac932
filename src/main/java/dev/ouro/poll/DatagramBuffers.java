// SPDX-License-Identifier: Apache-2.0
package dev.ouro.poll;

import dev.ouro.linux.LinuxException;
import dev.ouro.linux.MessageArray;
import dev.ouro.linux.NativeMemory;
import dev.ouro.linux.SockAddrCache;
import dev.ouro.linux.UdpSegments;
import dev.ouro.uring.BufferRing;
import dev.ouro.uring.RecvmsgOut;
import dev.ouro.uring.Uring;
import java.nio.ByteBuffer;

/**
 * A group of buffers that the kernel receives Internet datagrams into, each with its sender and its
 * control data before it, shared by all channels of a ring. A buffer is out from its completion
 * until its datagram has been handed over.
 */
final class DatagramBuffers implements AutoCloseable {
  private static final int GROUP = 2;
  private static final int COUNT = 256;

  /** Room for any address of the Internet's, and a multiple of eight. */
  private static final int NAME_BYTES = 32;

  private static final int HEADER_BYTES =
      RecvmsgOut.SIZE_BYTES + NAME_BYTES + UdpSegments.CONTROL_BYTES;

  /**
   * Holds the longest datagram of UDP. Not a multiple of a page: the starts of all datagrams would
   * share the same few cache lines. Memory is touched only as far as datagrams reach.
   */
  private static final int SIZE_BYTES = 64 * 1024 + 128;

  private final BufferRing ring;
  private final MessageArray message;
  private final SockAddrCache addresses;
  private final ByteBuffer[] views = new ByteBuffer[COUNT];

  private DatagramBuffers(BufferRing ring, MessageArray message, SockAddrCache addresses) {
    this.ring = ring;
    this.message = message;
    this.addresses = addresses;
    message.toReceiveIntoGroup(0, NAME_BYTES);
  }

  /**
   * Registers the group.
   *
   * @throws LinuxException ENOMEM, or the kernel has no such groups
   */
  static DatagramBuffers register(Uring uring, SockAddrCache addresses) throws LinuxException {
    MessageArray message = MessageArray.allocate(1, 1);
    try {
      BufferRing ring = BufferRing.register(uring, GROUP, COUNT, SIZE_BYTES, false);
      return new DatagramBuffers(ring, message, addresses);
    } catch (LinuxException e) {
      message.close();
      throw e;
    }
  }

  /** Where the {@code struct msghdr} for the entry that receives is. */
  long msghdr() {
    return message.address(0);
  }

  /** The group itself, for the entry that receives. */
  BufferRing group() {
    return ring;
  }

  /**
   * Hands over the datagram that a completion brought.
   *
   * @param length the completion's result, > 0: of the header and the datagram
   */
  void handOver(int cqeFlags, int length, DatagramDelivery delivery) {
    int id = BufferRing.bufferId(cqeFlags);
    long buffer = ring.take(cqeFlags, length);
    try {
      long name = buffer + RecvmsgOut.SIZE_BYTES;
      int controlLength = RecvmsgOut.controlLength(buffer);
      delivery.received(
          view(id),
          buffer + HEADER_BYTES,
          length - HEADER_BYTES,
          controlLength == 0 ? 0 : UdpSegments.read(name + NAME_BYTES, controlLength),
          addresses.read(name, RecvmsgOut.nameLength(buffer)));
    } finally {
      ring.release(id);
    }
  }

  /** Gives back the buffer that a completion names, unread. */
  void drop(int cqeFlags) {
    ring.take(cqeFlags, 0);
    ring.release(BufferRing.bufferId(cqeFlags));
  }

  private ByteBuffer view(int id) {
    if (views[id] == null) {
      views[id] = NativeMemory.buffer(ring.address(id) + HEADER_BYTES, SIZE_BYTES - HEADER_BYTES);
    }
    return views[id];
  }

  /** The ring is closed, which frees the buffers. */
  @Override
  public void close() {
    message.close();
  }
}
