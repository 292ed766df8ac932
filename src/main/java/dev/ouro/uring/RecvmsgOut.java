// SPDX-License-Identifier: Apache-2.0
package dev.ouro.uring;

import dev.ouro.linux.NativeMemory;

/**
 * {@code struct io_uring_recvmsg_out}: how a buffer starts that {@link
 * SocketOperations#prepareRecvmsgMultishot} filled. Behind it come the sender's address, the
 * control data and the payload, the first two in as much room as the {@code msghdr} had asked for.
 *
 * <p>On raw numbers: nothing is allocated.
 */
public final class RecvmsgOut {
  /** {@code sizeof(struct io_uring_recvmsg_out)}: from here on is the sender's address. */
  public static final int SIZE_BYTES = Layout.RECVMSG_OUT_SIZE;

  private RecvmsgOut() {}

  /**
   * How long the sender's address is; more than the {@code msghdr}'s {@code msg_namelen}: it was
   * cut off.
   */
  public static int nameLength(long buffer) {
    return NativeMemory.getInt(buffer + Layout.RECVMSG_OUT_NAMELEN);
  }

  /** How long the control data are. */
  public static int controlLength(long buffer) {
    return NativeMemory.getInt(buffer + Layout.RECVMSG_OUT_CONTROLLEN);
  }

  /** How long the payload is; more than the buffer has room for: it was cut off. */
  public static int payloadLength(long buffer) {
    return NativeMemory.getInt(buffer + Layout.RECVMSG_OUT_PAYLOADLEN);
  }

  /**
   * Where the payload is, {@code io_uring_recvmsg_payload(3)}.
   *
   * @param nameRoom the {@code msghdr}'s {@code msg_namelen}; {@code controlRoom} its {@code
   *     msg_controllen}
   */
  public static long payload(long buffer, int nameRoom, int controlRoom) {
    return buffer + SIZE_BYTES + nameRoom + controlRoom;
  }

  /**
   * How much of the payload is there, {@code io_uring_recvmsg_payload_length(3)}.
   *
   * @param length the completion's result
   * @return at most {@link #payloadLength}; −1 when the buffer is not even large enough for what
   *     comes before, {@code io_uring_recvmsg_validate(3)}
   */
  public static int received(int length, int nameRoom, int controlRoom) {
    return Math.max(-1, length - SIZE_BYTES - nameRoom - controlRoom);
  }

  /** {@code MSG_TRUNC} and its like. */
  public static int flags(long buffer) {
    return NativeMemory.getInt(buffer + Layout.RECVMSG_OUT_FLAGS);
  }
}
