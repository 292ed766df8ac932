// SPDX-License-Identifier: Apache-2.0
package dev.ouro.poll;

import dev.ouro.linux.LinuxException;
import dev.ouro.linux.Mapping;
import dev.ouro.linux.MessageArray;
import dev.ouro.linux.SocketConstants;
import dev.ouro.uring.SqeFlag;
import java.io.UncheckedIOException;

/**
 * A datagram socket's send of one message, with the enter that waits anyway; quick as a stream's,
 * see {@link RingSend}. It has memory of its own for what describes the message until the kernel
 * has seen it.
 */
final class RingDatagramSend extends RingQuickSend {
  private static final int QUICK = SocketConstants.MSG_NOSIGNAL | SocketConstants.MSG_DONTWAIT;

  private final RingDatagram channel;
  private final DatagramListener listener;
  private Mapping message;

  RingDatagramSend(RingDatagram channel, RingEngine engine, DatagramListener listener) {
    super(engine);
    this.channel = channel;
    this.listener = listener;
  }

  void start(MessageArray messages) {
    if (message == null) {
      message = map();
    }
    messages.copyMessage(0, message.address());
    engine
        .ring()
        .prepareSendmsg(channel.fd(), message.address(), QUICK)
        .flags(SqeFlag.IOSQE_CQE_SKIP_SUCCESS)
        .userData(begin())
        .submit();
    engine.addQuickSend(this);
  }

  private static Mapping map() {
    try {
      return Mapping.anonymous(MessageArray.COPY_BYTES);
    } catch (LinuxException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** One message. */
  @Override
  int length() {
    return 1;
  }

  @Override
  void complete(int result, int flags) {
    if (channel.isCancelled()) {
      channel.operationEnded();
    } else {
      listener.sent(result < 0 ? result : 1);
    }
  }

  void release() {
    if (message != null) {
      message.close();
    }
  }

  @Override
  void dispose() {
    channel.release();
  }
}
