// SPDX-License-Identifier: Apache-2.0
package dev.ouro.linux;

import java.util.Objects;

/**
 * An array of {@code struct mmsghdr}, with room for what they point to: a socket address, a control
 * message and so many {@code struct iovec} as are shared among them. What {@code sendmmsg(2)} and
 * {@code recvmmsg(2)} work on.
 *
 * <p>The data themselves are elsewhere, and belong to whoever puts their address here. Owns its
 * memory; not synchronised. An index out of range is an {@link IndexOutOfBoundsException}, a closed
 * array an {@link IllegalStateException}.
 */
public final class MessageArray implements AutoCloseable {
  private static final int MMSGHDR_SIZE = 64;
  private static final int MSGHDR_SIZE = 56;
  private static final int MSG_NAME = 0;
  private static final int MSG_NAMELEN = 8;
  private static final int MSG_IOV = 16;
  private static final int MSG_IOVLEN = 24;
  private static final int MSG_CONTROL = 32;
  private static final int MSG_CONTROLLEN = 40;
  private static final int MSG_FLAGS = 48;
  private static final int MSG_LEN = 56;
  private static final int IOVEC_SIZE = 16;
  private static final int IOV_LEN = 8;

  /** How much room {@link #copyMessage} takes, at most. */
  public static final int COPY_BYTES = MSGHDR_SIZE + IOVEC_SIZE + SockAddr.SIZE_BYTES;

  private final Mapping memory;
  private final int messages;
  private final int iovecs;
  private final long names;
  private final long controls;
  private final long iovecsAddress;

  private MessageArray(Mapping memory, int messages, int iovecs) {
    this.memory = memory;
    this.messages = messages;
    this.iovecs = iovecs;
    this.names = memory.address() + (long) messages * MMSGHDR_SIZE;
    this.controls = names + (long) messages * SockAddr.SIZE_BYTES;
    this.iovecsAddress = controls + (long) messages * UdpSegments.CONTROL_BYTES;
    for (int i = 0; i < messages; i++) {
      NativeMemory.putLong(address(i) + MSG_NAME, name(i));
      NativeMemory.putLong(address(i) + MSG_CONTROL, control(i));
    }
  }

  /**
   * Room for so many messages, and for what they share.
   *
   * @throws LinuxException ENOMEM
   * @throws IllegalArgumentException less than one of either
   */
  public static MessageArray allocate(int messages, int iovecs) throws LinuxException {
    if (messages < 1 || iovecs < 1) {
      throw new IllegalArgumentException(
          "messages: " + messages + ", iovecs: " + iovecs + ": less than one");
    }
    long each = MMSGHDR_SIZE + SockAddr.SIZE_BYTES + UdpSegments.CONTROL_BYTES;
    long sizeBytes = messages * each + (long) iovecs * IOVEC_SIZE;
    return new MessageArray(Mapping.anonymous(sizeBytes), messages, iovecs);
  }

  /** How many messages it has room for. */
  public int messages() {
    return messages;
  }

  /** How many {@code iovec}s it has room for. */
  public int iovecs() {
    return iovecs;
  }

  /** Where message {@code i}'s header is; the next one's follows it. */
  public long address(int i) {
    return memory.address() + (long) Objects.checkIndex(i, messages) * MMSGHDR_SIZE;
  }

  /** Where message {@code i}'s socket address goes, {@link SockAddr#SIZE_BYTES}. */
  public long name(int i) {
    return names + (long) Objects.checkIndex(i, messages) * SockAddr.SIZE_BYTES;
  }

  private long control(int i) {
    memory.address(); // refuses a closed one
    return controls + (long) Objects.checkIndex(i, messages) * UdpSegments.CONTROL_BYTES;
  }

  private long iovec(int i) {
    memory.address(); // refuses a closed one
    return iovecsAddress + (long) Objects.checkIndex(i, iovecs) * IOVEC_SIZE;
  }

  /** Sets {@code iovec} {@code i}. */
  public void iovec(int i, long address, long sizeBytes) {
    long at = iovec(i);
    NativeMemory.putLong(at, address);
    NativeMemory.putLong(at + IOV_LEN, sizeBytes);
  }

  /**
   * Makes message {@code i} one to send.
   *
   * @param nameLength how long the address at {@link #name} is; 0 for none: a connected socket
   * @param firstIovec where its data start; {@code iovecCount}, 0 for an empty datagram, follow
   * @param segmentBytes what {@link UdpSegments} shall say; 0: nothing
   */
  public void toSend(int i, int nameLength, int firstIovec, int iovecCount, int segmentBytes) {
    int controlLength = 0;
    if (segmentBytes > 0) {
      UdpSegments.write(control(i), segmentBytes);
      controlLength = UdpSegments.CONTROL_BYTES;
    }
    set(i, nameLength, firstIovec, iovecCount, controlLength);
  }

  /** Makes message {@code i} one to receive into {@code iovec} {@code iovec}. */
  public void toReceive(int i, int iovec) {
    set(i, SockAddr.SIZE_BYTES, iovec, 1, UdpSegments.CONTROL_BYTES);
  }

  /**
   * Makes message {@code i} one to receive from a stream into {@code iovec} {@code iovec}. There is
   * no room for what a peer passes along: it closes, and {@link #flags} has MSG_CTRUNC.
   */
  public void toReceiveBytes(int i, int iovec) {
    set(i, 0, iovec, 1, 0);
  }

  /**
   * Makes message {@code i} one to receive into a group of buffers: it only says that each has
   * {@code nameBytes} for the address and {@link UdpSegments#CONTROL_BYTES} for control messages.
   */
  public void toReceiveIntoGroup(int i, int nameBytes) {
    set(i, nameBytes, 0, 0, UdpSegments.CONTROL_BYTES);
  }

  private void set(int i, int nameLength, int firstIovec, int iovecCount, int controlLength) {
    long at = address(i);
    Objects.checkIndex(nameLength, SockAddr.SIZE_BYTES + 1);
    Objects.checkFromIndexSize(firstIovec, iovecCount, iovecs);
    NativeMemory.putLong(at + MSG_NAMELEN, nameLength); // and its padding
    NativeMemory.putLong(at + MSG_IOV, iovecsAddress + (long) firstIovec * IOVEC_SIZE);
    NativeMemory.putLong(at + MSG_IOVLEN, iovecCount);
    NativeMemory.putLong(at + MSG_CONTROLLEN, controlLength);
    NativeMemory.putInt(at + MSG_FLAGS, 0);
  }

  /** How many {@code iovec}s message {@code i} has. */
  public int pieces(int i) {
    return (int) NativeMemory.getLong(address(i) + MSG_IOVLEN);
  }

  /**
   * Copies message {@code i}, one to send of at most one piece, to {@code to}: a {@code struct
   * msghdr} and the address and {@code iovec} that it names, {@link #COPY_BYTES} together.
   *
   * @throws IllegalArgumentException it has more pieces
   */
  public void copyMessage(int i, long to) {
    long from = address(i);
    int pieces = pieces(i);
    if (pieces > 1) {
      throw new IllegalArgumentException("message " + i + " has " + pieces + " pieces");
    }
    long iovec = to + MSGHDR_SIZE;
    long name = iovec + IOVEC_SIZE;
    NativeMemory.copy(from, to, MSGHDR_SIZE);
    NativeMemory.copy(NativeMemory.getLong(from + MSG_IOV), iovec, pieces * (long) IOVEC_SIZE);
    NativeMemory.copy(name(i), name, nameLength(i));
    NativeMemory.putLong(to + MSG_NAME, name);
    NativeMemory.putLong(to + MSG_IOV, iovec);
    NativeMemory.putLong(to + MSG_CONTROLLEN, 0);
  }

  /** How many bytes of data were received as message {@code i}. */
  public int length(int i) {
    return NativeMemory.getInt(address(i) + MSG_LEN);
  }

  /** With what flags, {@code MSG_*}, message {@code i} was received. */
  public int flags(int i) {
    return NativeMemory.getInt(address(i) + MSG_FLAGS);
  }

  /** How long the address is that message {@code i} was received from, at {@link #name}. */
  public int nameLength(int i) {
    return NativeMemory.getInt(address(i) + MSG_NAMELEN);
  }

  /**
   * The size of the datagrams that were received as message {@code i}, {@link UdpSegments#read}.
   */
  public int segmentBytes(int i) {
    int length = (int) NativeMemory.getLong(address(i) + MSG_CONTROLLEN);
    return length == 0 ? 0 : UdpSegments.read(control(i), length);
  }

  /** {@code munmap(2)}; a second call does nothing. */
  @Override
  public void close() {
    memory.close();
  }
}
