// SPDX-License-Identifier: Apache-2.0
package dev.ouro.transport;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Objects;
import javax.net.ssl.SSLContext;

/**
 * How a connection goes over to TLS: the arguments of asyncio's {@code start_tls}. Immutable: every
 * {@code with…} answers a changed copy.
 */
public final class StartTlsOptions {
  private final TlsArguments tls;
  private final boolean serverSide;
  private final byte[] received;

  private StartTlsOptions(TlsArguments tls, boolean serverSide, byte[] received) {
    this.tls = tls;
    this.serverSide = serverSide;
    this.received = received;
  }

  /** With the keys and the trust of {@code sslcontext}, as the client. */
  public static StartTlsOptions of(SSLContext sslcontext) {
    Objects.requireNonNull(sslcontext, "sslcontext");
    return of(SslOptions.of(sslcontext));
  }

  /** {@link #of(SSLContext)}, with more to say about it. */
  public static StartTlsOptions of(SslOptions ssl) {
    Objects.requireNonNull(ssl, "ssl");
    return new StartTlsOptions(TlsArguments.orNone(null).withSsl(ssl), false, new byte[0]);
  }

  /** As the server, or as the client (default). */
  public StartTlsOptions withServerSide(boolean serverSide) {
    return new StartTlsOptions(tls, serverSide, received);
  }

  /**
   * With the name that the server's certificate must be for, and that the server is asked for;
   * clients must have one. Empty: the certificate may be for any name, which leaves the connection
   * open to whoever has one.
   */
  public StartTlsOptions withServerHostname(String serverHostname) {
    return new StartTlsOptions(tls.withServerHostname(serverHostname), serverSide, received);
  }

  /**
   * With so much time for the TLS handshake until the connection is aborted; null: 60 s.
   *
   * @throws IllegalArgumentException it is not positive
   */
  public StartTlsOptions withSslHandshakeTimeout(Duration sslHandshakeTimeout) {
    return new StartTlsOptions(
        tls.withSslHandshakeTimeout(sslHandshakeTimeout), serverSide, received);
  }

  /**
   * With so much time for the end of TLS until the connection is aborted; null: 30 s.
   *
   * @throws IllegalArgumentException it is not positive
   */
  public StartTlsOptions withSslShutdownTimeout(Duration sslShutdownTimeout) {
    return new StartTlsOptions(
        tls.withSslShutdownTimeout(sslShutdownTimeout), serverSide, received);
  }

  /**
   * With bytes that the protocol has received already and that belong to TLS: what came in the same
   * piece as the last line of plain text. All that remains in {@code received} is copied.
   */
  public StartTlsOptions withReceived(ByteBuffer received) {
    byte[] copy = new byte[received.remaining()];
    received.get(received.position(), copy);
    return new StartTlsOptions(tls, serverSide, copy);
  }

  /** The TLS. */
  public SslOptions ssl() {
    return tls.ssl();
  }

  /** Whether it goes over as the server. */
  public boolean serverSide() {
    return serverSide;
  }

  /** The name that the server's certificate must be for; empty: any; null: none was given. */
  public String serverHostname() {
    return tls.serverHostname();
  }

  /** How long the TLS handshake may take; null: as long as by default. */
  public Duration sslHandshakeTimeout() {
    return tls.sslHandshakeTimeout();
  }

  /** How long the end of TLS may take; null: as long as by default. */
  public Duration sslShutdownTimeout() {
    return tls.sslShutdownTimeout();
  }

  /** A copy of the bytes that were received already. */
  public byte[] received() {
    return received.clone();
  }

  TlsArguments tls() {
    return tls;
  }
}
