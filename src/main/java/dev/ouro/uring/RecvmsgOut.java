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

  /** {@code MSG_TRUNC} and its like. */
  public static int flags(long buffer) {
    return NativeMemory.getInt(buffer + Layout.RECVMSG_OUT_FLAGS);
  }
}
