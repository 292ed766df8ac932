// SPDX-License-Identifier: Apache-2.0
package dev.ouro.transport;

import java.time.Duration;
import javax.net.ssl.SSLContext;

/**
 * The part about TLS that the options of servers and connections have in common.
 *
 * @param <O> the options' own class
 */
abstract class TlsOptions<O> {
  /** Null as long as nothing is said about TLS: then nothing of it is loaded. */
  final TlsArguments tls;

  TlsOptions(TlsArguments tls) {
    this.tls = tls;
  }

  /** A copy with {@code changed} instead of {@link #tls}. */
  abstract O withTls(TlsArguments changed);

  /**
   * With TLS, with the keys of {@code context}, and for a connection its trust; null (default):
   * without.
   */
  public O withSsl(SSLContext context) {
    return withSsl(context == null ? null : SslOptions.of(context));
  }

  /** {@link #withSsl(SSLContext)}, with more to say about it. */
  public O withSsl(SslOptions ssl) {
    return withTls(TlsArguments.orNone(tls).withSsl(ssl));
  }

  /**
   * With so much time for the TLS handshake until the connection is aborted; null: 60 s.
   *
   * @throws IllegalArgumentException it is not positive
   */
  public O withSslHandshakeTimeout(Duration sslHandshakeTimeout) {
    return withTls(TlsArguments.orNone(tls).withSslHandshakeTimeout(sslHandshakeTimeout));
  }

  /**
   * With so much time for the end of TLS until the connection is aborted; null: 30 s. The time
   * begins anew as long as the peer takes what was written.
   *
   * @throws IllegalArgumentException it is not positive
   */
  public O withSslShutdownTimeout(Duration sslShutdownTimeout) {
    return withTls(TlsArguments.orNone(tls).withSslShutdownTimeout(sslShutdownTimeout));
  }

  /** The TLS, or null. */
  public SslOptions ssl() {
    return tls == null ? null : tls.ssl();
  }

  /** How long the TLS handshake may take; null: as long as by default. */
  public Duration sslHandshakeTimeout() {
    return tls == null ? null : tls.sslHandshakeTimeout();
  }

  /** How long the end of TLS may take; null: as long as by default. */
  public Duration sslShutdownTimeout() {
    return tls == null ? null : tls.sslShutdownTimeout();
  }

  /** What is said about TLS, or null. */
  final TlsArguments tls() {
    return tls;
  }
}
