// SPDX-License-Identifier: Apache-2.0
package dev.ouro.transport;

import java.time.Duration;

/**
 * The keyword arguments about TLS that asyncio's methods have in common; null for what was not
 * given.
 */
record TlsArguments(
    SslOptions ssl,
    String serverHostname,
    Duration sslHandshakeTimeout,
    Duration sslShutdownTimeout) {
  /** asyncio's constants. */
  private static final Duration HANDSHAKE_TIMEOUT = Duration.ofSeconds(60);

  private static final Duration SHUTDOWN_TIMEOUT = Duration.ofSeconds(30);

  /** {@code given}, or no arguments at all for null. */
  static TlsArguments orNone(TlsArguments given) {
    return given == null ? new TlsArguments(null, null, null, null) : given;
  }

  TlsArguments withSsl(SslOptions changed) {
    return new TlsArguments(changed, serverHostname, sslHandshakeTimeout, sslShutdownTimeout);
  }

  TlsArguments withServerHostname(String changed) {
    return new TlsArguments(ssl, changed, sslHandshakeTimeout, sslShutdownTimeout);
  }

  TlsArguments withSslHandshakeTimeout(Duration changed) {
    return new TlsArguments(
        ssl, serverHostname, positive("sslHandshakeTimeout", changed), sslShutdownTimeout);
  }

  TlsArguments withSslShutdownTimeout(Duration changed) {
    return new TlsArguments(
        ssl, serverHostname, sslHandshakeTimeout, positive("sslShutdownTimeout", changed));
  }

  private static Duration positive(String name, Duration timeout) {
    if (timeout != null && !timeout.isPositive()) {
      throw new IllegalArgumentException(name + " should be a positive number, got " + timeout);
    }
    return timeout;
  }

  Duration handshakeTimeout() {
    return sslHandshakeTimeout == null ? HANDSHAKE_TIMEOUT : sslHandshakeTimeout;
  }

  Duration shutdownTimeout() {
    return sslShutdownTimeout == null ? SHUTDOWN_TIMEOUT : sslShutdownTimeout;
  }

  /**
   * Whether there is TLS.
   *
   * @throws IllegalArgumentException there is none, and an argument is for it
   */
  boolean isWanted() {
    if (ssl != null) {
      return true;
    }
    onlyWithSsl("serverHostname", serverHostname);
    onlyWithSsl("sslHandshakeTimeout", sslHandshakeTimeout);
    onlyWithSsl("sslShutdownTimeout", sslShutdownTimeout);
    return false;
  }

  private static void onlyWithSsl(String name, Object given) {
    if (given != null) {
      throw new IllegalArgumentException(name + " is only meaningful with ssl");
    }
  }

  /**
   * With {@code host} as the server's name, unless there is one.
   *
   * @throws IllegalArgumentException neither is there
   */
  TlsArguments withDefaultServerHostname(String host, String message) {
    if (serverHostname != null) {
      return this;
    }
    if (host == null || host.isEmpty()) {
      throw new IllegalArgumentException(message);
    }
    return withServerHostname(host);
  }
}
