// SPDX-License-Identifier: Apache-2.0
package dev.ouro.poll;

import dev.ouro.linux.Errno;
import dev.ouro.linux.NativeMemory;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Hands what a datagram channel received to its listener, from {@link #start} to {@link #stop};
 * what {@code UDP_GRO} had joined, in the datagrams that were sent.
 */
final class DatagramDelivery {
  private final DatagramListener listener;
  private boolean open;

  DatagramDelivery(DatagramListener listener) {
    this.listener = listener;
  }

  void start() {
    open = true;
  }

  void stop() {
    open = false;
  }

  boolean isOpen() {
    return open;
  }

  /**
   * Hands over the {@code length} bytes at the start of {@code view}.
   *
   * @param address where the view's first byte is
   * @param segmentBytes the size of each datagram but the last; 0: it is one
   */
  void received(ByteBuffer view, long address, int length, int segmentBytes, SocketAddress from) {
    if (segmentBytes == 0 || segmentBytes >= length) {
      handOver(view, length, from);
      return;
    }
    for (int start = 0; start < length; start += segmentBytes) {
      int size = Math.min(segmentBytes, length - start);
      if (start > 0) {
        // To the front, where the view starts: a view of its own for each would be an object each.
        NativeMemory.copy(address + start, address, size);
      }
      handOver(view, size, from);
    }
  }

  private void handOver(ByteBuffer view, int length, SocketAddress from) {
    if (open) {
      listener.received(view.clear().limit(length).order(ByteOrder.BIG_ENDIAN), from);
    }
  }

  /** Reports the errno −{@code result}; after one of the descriptor's own this is stopped. */
  void failed(int result) {
    if (open) {
      boolean stopped = isOfTheDescriptor(-result);
      open = !stopped;
      listener.receiveFailed(-result, stopped);
    }
  }

  /** Not of a datagram or a peer: it would come again at once, for ever. */
  private static boolean isOfTheDescriptor(int errno) {
    return errno == Errno.EBADF
        || errno == Errno.ENOTSOCK
        || errno == Errno.EINVAL
        || errno == Errno.EFAULT
        || errno == Errno.EOPNOTSUPP;
  }
}
