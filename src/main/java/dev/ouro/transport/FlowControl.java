// SPDX-License-Identifier: Apache-2.0
package dev.ouro.transport;

import dev.ouro.loop.CallbackLoop;
import dev.ouro.loop.ExceptionContext;
import dev.ouro.loop.LoopExit;

/** Tells a protocol when to stop writing and when to go on: asyncio's {@code _FlowControlMixin}. */
final class FlowControl {
  private final CallbackLoop loop;
  private final BaseTransport transport;
  private WriteBufferLimits limits = WriteBufferLimits.DEFAULT;
  private boolean paused;

  FlowControl(CallbackLoop loop, BaseTransport transport) {
    this.loop = loop;
    this.transport = transport;
  }

  WriteBufferLimits limits() {
    return limits;
  }

  void setLimits(WriteBufferLimits changed) {
    limits = changed;
  }

  /** Whether the protocol was told to pause, and not yet to resume. */
  boolean isPaused() {
    return paused;
  }

  /** Whether {@code sizeBytes} buffered bytes call for {@link #pause}. */
  boolean isTooMuch(long sizeBytes) {
    return !paused && sizeBytes > limits.highBytes();
  }

  /** Calls {@code pauseWriting}, unless it was. */
  void pause() {
    if (!paused) {
      paused = true;
      try {
        transport.getProtocol().pauseWriting();
      } catch (Throwable thrown) {
        report("protocol.pauseWriting() failed", thrown);
      }
    }
  }

  /** Takes over from another one that has called {@code pauseWriting}. */
  void inheritPause() {
    paused = true;
  }

  /** Calls {@code resumeWriting} when {@code sizeBytes} buffered bytes are few enough. */
  void resumeAt(long sizeBytes) {
    if (paused && sizeBytes <= limits.lowBytes()) {
      paused = false;
      try {
        transport.getProtocol().resumeWriting();
      } catch (Throwable thrown) {
        report("protocol.resumeWriting() failed", thrown);
      }
    }
  }

  private void report(String message, Throwable thrown) {
    LoopExit.rethrowIfFatal(thrown);
    loop.callExceptionHandler(
        ExceptionContext.of(message, thrown)
            .with("transport", transport)
            .with("protocol", transport.getProtocol()));
  }
}
