// SPDX-License-Identifier: Apache-2.0
package dev.ouro.poll;

import dev.ouro.linux.Epoll;
import dev.ouro.linux.Errno;
import dev.ouro.uring.BufferRing;
import dev.ouro.uring.RingOperations;

/**
 * How a datagram socket receives on the ring. Internet sockets: by a multishot receive, submitted
 * again when it ended: for an error of the socket, an empty datagram, want of buffers.
 *
 * <p>The others: by a poll, and a {@code recvmmsg(2)} when it says that something is there. A Unix
 * datagram may be of any size, and one that is longer than a provided buffer would be cut off; so
 * would it be where the kernel has no multishot receive (before 6.0).
 */
final class RingDatagramReceive extends RingOperation {
  private final RingDatagram channel;
  private final DatagramDelivery delivery;
  private final DatagramBatch batch;
  private DatagramBuffers buffers;

  RingDatagramReceive(
      RingDatagram channel,
      RingEngine engine,
      DatagramListener listener,
      DatagramBuffers buffers,
      DatagramBatch batch) {
    super(engine);
    this.channel = channel;
    this.delivery = new DatagramDelivery(listener);
    this.buffers = buffers;
    this.batch = batch;
  }

  void start() {
    if (!delivery.isOpen()) {
      delivery.start();
      arm();
    }
  }

  void stop() {
    if (delivery.isOpen()) {
      delivery.stop();
      requestCancel();
    }
  }

  private void arm() {
    if (!delivery.isOpen() || isInFlight()) {
      return;
    }
    if (buffers != null) {
      engine
          .ring()
          .prepareRecvmsgMultishot(channel.fd(), buffers.msghdr(), buffers.group(), 0)
          .userData(begin())
          .submit();
    } else {
      engine
          .ring()
          .preparePollAdd(channel.fd(), Epoll.EPOLLIN, RingOperations.ONCE)
          .userData(begin())
          .submit();
    }
  }

  @Override
  void complete(int result, int flags) {
    try {
      if (BufferRing.hasBuffer(flags)) {
        take(result, flags);
      } else if (result >= 0 && buffers == null) {
        receiveBatch();
      } else if (result < 0) {
        failed(result);
      }
    } finally {
      if (!isInFlight()) {
        arm();
        channel.operationEnded();
      }
    }
  }

  private void take(int result, int flags) {
    if (result > 0 && delivery.isOpen()) {
      buffers.handOver(flags, result, delivery);
    } else {
      buffers.drop(flags);
    }
  }

  private void receiveBatch() {
    if (!delivery.isOpen()) {
      return;
    }
    int count = batch.receive(channel.fd());
    if (count > 0) {
      batch.handOver(count, delivery);
    } else if (count != -Errno.EAGAIN) {
      delivery.failed(count);
    }
  }

  private void failed(int result) {
    // ENOBUFS: every buffer was out; they are back before this completion's turn, so it goes on.
    boolean passing =
        result == -Errno.ECANCELED || result == -Errno.ENOBUFS || result == -Errno.EAGAIN;
    if (buffers != null && result == -Errno.EINVAL) {
      buffers = null; // before 6.0
    } else if (!passing) {
      delivery.failed(result);
    }
  }

  @Override
  void dispose() {
    channel.release();
  }
}
