// SPDX-License-Identifier: Apache-2.0
package dev.ouro.poll;

import dev.ouro.linux.Errno;
import dev.ouro.linux.SocketConstants;
import dev.ouro.uring.SqeFlag;

/**
 * A stream's send.
 *
 * <p>A completion for every send would end every wait at once: the enter that submits a send would
 * return for its completion instead of for the answer, two system calls a round trip instead of
 * one. So a send that nobody waits for is quick: MSG_DONTWAIT ends it within the enter that submits
 * it, and {@code IOSQE_CQE_SKIP_SUCCESS} leaves no completion when it took everything. {@link
 * RingEngine} reports it when that enter has returned. A quick send that found less room completes,
 * and what is left goes out by a patient one.
 */
final class RingSend extends RingQuickSend {
  private static final int PATIENT = SocketConstants.MSG_NOSIGNAL;
  private static final int QUICK =
      PATIENT | SocketConstants.MSG_DONTWAIT | SocketConstants.MSG_WAITALL;

  private final RingStream stream;
  private final StreamListener listener;
  private long address;
  private int length;

  RingSend(RingStream stream, RingEngine engine, StreamListener listener) {
    super(engine);
    this.stream = stream;
    this.listener = listener;
  }

  void start(long newAddress, int newLength, boolean awaited) {
    address = newAddress;
    length = newLength;
    if (awaited || !engine.allowsQuickSends()) {
      submitPatient();
    } else {
      engine
          .ring()
          .prepareSend(stream.fd(), address, length, QUICK)
          .flags(SqeFlag.IOSQE_CQE_SKIP_SUCCESS)
          .userData(begin())
          .submit();
      engine.addQuickSend(this);
    }
  }

  private void submitPatient() {
    engine.ring().prepareSend(stream.fd(), address, length, PATIENT).userData(begin()).submit();
  }

  @Override
  int length() {
    return length;
  }

  @Override
  void complete(int result, int flags) {
    if (stream.isCancelled()) {
      stream.operationEnded();
    } else if (result == -Errno.EAGAIN) {
      submitPatient();
    } else {
      listener.sent(result);
    }
  }

  @Override
  void dispose() {
    stream.release();
  }
}
