// SPDX-License-Identifier: Apache-2.0
package dev.ouro.linux;

/**
 * The control message of {@code UDP_SEGMENT} and {@code UDP_GRO}, {@code udp(7)}: of what size the
 * datagrams are that travel as one. On raw numbers: nothing is allocated. From any thread.
 */
public final class UdpSegments {
  /** How much room the control message takes, either of them. */
  public static final int CONTROL_BYTES = 24;

  /** The most datagrams that one send may be cut into. */
  public static final int MAX_COUNT = 64;

  private static final int CMSG_LEN = 0;
  private static final int CMSG_LEVEL = 8;
  private static final int CMSG_TYPE = 12;
  private static final int CMSG_DATA = 16;

  private UdpSegments() {}

  /**
   * Writes {@code UDP_SEGMENT} at {@code to}, where {@link #CONTROL_BYTES} are free: the send is
   * cut into datagrams of {@code sizeBytes}, the last one of what is left.
   */
  public static void write(long to, int sizeBytes) {
    NativeMemory.putLong(to + CMSG_LEN, CMSG_DATA + Short.BYTES);
    NativeMemory.putInt(to + CMSG_LEVEL, SocketConstants.IPPROTO_UDP);
    NativeMemory.putInt(to + CMSG_TYPE, SocketConstants.UDP_SEGMENT);
    NativeMemory.putShort(to + CMSG_DATA, (short) sizeBytes);
  }

  /**
   * What {@code UDP_GRO} says among the {@code length} bytes of control data at {@code from}: the
   * size of each datagram but the last; 0 when it is not there, and the message is one datagram.
   */
  public static int read(long from, int length) {
    int offset = 0;
    while (length - offset >= CMSG_DATA) {
      long at = from + offset;
      int size = (int) NativeMemory.getLong(at + CMSG_LEN);
      if (NativeMemory.getInt(at + CMSG_LEVEL) == SocketConstants.IPPROTO_UDP
          && NativeMemory.getInt(at + CMSG_TYPE) == SocketConstants.UDP_GRO) {
        return NativeMemory.getInt(at + CMSG_DATA);
      }
      offset += Math.max(size + 7 & -8, CMSG_DATA);
    }
    return 0;
  }
}
