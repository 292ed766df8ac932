// SPDX-License-Identifier: Apache-2.0
package dev.ouro.transport;

import dev.ouro.linux.ConnectionAbortedException;
import dev.ouro.linux.Errno;
import dev.ouro.linux.LinuxException;
import dev.ouro.loop.TimerHandle;

/** How long the handshake and the end of a TLS connection may take: one of them at a time. */
final class TlsTimeouts {
  private final TlsProtocol protocol;
  private final TlsArguments arguments;
  private TimerHandle timer;
  private long unsentBytes;

  TlsTimeouts(TlsProtocol protocol, TlsArguments arguments) {
    this.protocol = protocol;
    this.arguments = arguments;
  }

  /** The handshake begins. */
  void startHandshake() {
    timer =
        protocol
            .loop()
            .callLater(
                arguments.handshakeTimeout(), this::handshakeTimedOut, protocol.lower().context());
  }

  private void handshakeTimedOut() {
    double seconds = arguments.handshakeTimeout().toMillis() / 1000.0;
    protocol.breakOff(
        new ConnectionAbortedException(
            "handshake",
            "SSL handshake is taking longer than "
                + seconds
                + " seconds: aborting the connection"));
  }

  /** The end begins. */
  void startShutdown() {
    LoopTransport lower = protocol.lower();
    unsentBytes = lower.getWriteBufferSize();
    timer =
        protocol
            .loop()
            .callLater(arguments.shutdownTimeout(), this::shutdownTimedOut, lower.context());
  }

  /** As long as the peer takes what was written, it has as much time again. */
  private void shutdownTimedOut() {
    if (protocol.lower().getWriteBufferSize() < unsentBytes) {
      startShutdown();
    } else {
      protocol.breakOff(LinuxException.of("shutdown", Errno.ETIMEDOUT, "SSL shutdown timed out"));
    }
  }

  /** What was begun has ended. */
  void stop() {
    if (timer != null) {
      timer.cancel();
      timer = null;
    }
  }
}
