// SPDX-License-Identifier: Apache-2.0
package dev.ouro.transport;

import java.time.Duration;
import javax.net.ssl.SSLContext;

/**
 * How to serve a connection that somebody else accepted: the keyword arguments of asyncio's {@code
 * connect_accepted_socket}. Immutable: every {@code with…} answers a changed copy.
 */
public final class AcceptedSocketOptions {
  /** Without TLS. */
  public static final AcceptedSocketOptions DEFAULT = new AcceptedSocketOptions(null);

  private final TlsArguments tls;

  private AcceptedSocketOptions(TlsArguments tls) {
    this.tls = TlsArguments.orNone(tls);
  }

  /** With TLS as its server, with the keys of {@code context}; null (default): without. */
  public AcceptedSocketOptions withSsl(SSLContext context) {
    return withSsl(context == null ? null : SslOptions.of(context));
  }

  /** {@link #withSsl(SSLContext)}, with more to say about it. */
  public AcceptedSocketOptions withSsl(SslOptions ssl) {
    return new AcceptedSocketOptions(tls.withSsl(ssl));
  }

  /**
   * With so much time for the TLS handshake until the connection is aborted; null: 60 s.
   *
   * @throws IllegalArgumentException it is not positive
   */
  public AcceptedSocketOptions withSslHandshakeTimeout(Duration sslHandshakeTimeout) {
    return new AcceptedSocketOptions(tls.withSslHandshakeTimeout(sslHandshakeTimeout));
  }

  /**
   * With so much time for the end of TLS until the connection is aborted; null: 30 s.
   *
   * @throws IllegalArgumentException it is not positive
   */
  public AcceptedSocketOptions withSslShutdownTimeout(Duration sslShutdownTimeout) {
    return new AcceptedSocketOptions(tls.withSslShutdownTimeout(sslShutdownTimeout));
  }

  /** The TLS, or null. */
  public SslOptions ssl() {
    return tls.ssl();
  }

  /** How long the TLS handshake may take; null: as long as by default. */
  public Duration sslHandshakeTimeout() {
    return tls.sslHandshakeTimeout();
  }

  /** How long the end of TLS may take; null: as long as by default. */
  public Duration sslShutdownTimeout() {
    return tls.sslShutdownTimeout();
  }

  TlsArguments tls() {
    return tls;
  }
}
