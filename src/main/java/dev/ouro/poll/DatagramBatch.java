// SPDX-License-Identifier: Apache-2.0
package dev.ouro.poll;

import dev.ouro.linux.LinuxException;
import dev.ouro.linux.Mapping;
import dev.ouro.linux.MessageArray;
import dev.ouro.linux.NativeMemory;
import dev.ouro.linux.SockAddrCache;
import dev.ouro.linux.SocketCalls;
import java.nio.ByteBuffer;

/**
 * Receives many datagrams by one {@code recvmmsg(2)}. One for all channels of an engine: it is in
 * use only while it hands over what it has received.
 */
final class DatagramBatch implements AutoCloseable {
  /** How many datagrams one call takes, and so a channel in its turn. */
  static final int DATAGRAMS = 64;

  /** The longest datagram that is received whole, asyncio's own figure. */
  private static final int MAX_BYTES = 256 * 1024;

  /** Not a power of two: the starts of all datagrams would share the same few cache lines. */
  private static final int STRIDE_BYTES = MAX_BYTES + 128;

  private final MessageArray messages;
  private final Mapping memory;
  private final SockAddrCache addresses;
  private final ByteBuffer[] views = new ByteBuffer[DATAGRAMS];
  // How many messages the kernel has written to, which must be made ready again.
  private int used = DATAGRAMS;

  private DatagramBatch(MessageArray messages, Mapping memory, SockAddrCache addresses) {
    this.messages = messages;
    this.memory = memory;
    this.addresses = addresses;
    for (int i = 0; i < DATAGRAMS; i++) {
      messages.iovec(i, address(i), MAX_BYTES);
    }
  }

  /** Memory is touched only as far as datagrams reach. */
  static DatagramBatch allocate(SockAddrCache addresses) throws LinuxException {
    MessageArray messages = MessageArray.allocate(DATAGRAMS, DATAGRAMS);
    try {
      Mapping memory = Mapping.anonymous((long) DATAGRAMS * STRIDE_BYTES);
      return new DatagramBatch(messages, memory, addresses);
    } catch (LinuxException e) {
      messages.close();
      throw e;
    }
  }

  private long address(int i) {
    return memory.address() + (long) i * STRIDE_BYTES;
  }

  /** Receives without waiting: how many datagrams, or −errno. */
  int receive(int fd) {
    for (int i = 0; i < used; i++) {
      messages.toReceive(i, i);
    }
    int count = SocketCalls.recvmmsg(fd, messages.address(0), DATAGRAMS);
    used = Math.max(count, 1); // a call that fails may have touched the first
    return count;
  }

  /**
   * Hands over what {@link #receive} answered. What a listener throws comes out when all have been
   * handed over: they are in no queue where they could wait.
   */
  void handOver(int count, DatagramDelivery delivery) {
    Throwable thrown = null;
    for (int i = 0; i < count && delivery.isOpen(); i++) {
      try {
        handOverOne(i, delivery);
      } catch (RuntimeException | Error e) {
        thrown = thrown == null ? e : thrown;
      }
    }
    if (thrown instanceof Error error) {
      throw error;
    } else if (thrown != null) {
      throw (RuntimeException) thrown;
    }
  }

  private void handOverOne(int i, DatagramDelivery delivery) {
    delivery.received(
        view(i),
        address(i),
        messages.length(i),
        messages.segmentBytes(i),
        addresses.read(messages.name(i), messages.nameLength(i)));
  }

  private ByteBuffer view(int i) {
    if (views[i] == null) {
      views[i] = NativeMemory.buffer(address(i), MAX_BYTES);
    }
    return views[i];
  }

  @Override
  public void close() {
    messages.close();
    memory.close();
  }
}
