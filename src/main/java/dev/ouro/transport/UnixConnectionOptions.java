// SPDX-License-Identifier: Apache-2.0
package dev.ouro.transport;

import dev.ouro.linux.Socket;
import dev.ouro.linux.UnixAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import javax.net.ssl.SSLContext;

/**
 * Where to connect by a Unix socket: the keyword arguments of asyncio's {@code
 * create_unix_connection}. Immutable: every {@code with…} answers a changed copy.
 */
public final class UnixConnectionOptions {
  private UnixAddress path;
  private Socket sock;

  /** Null as long as nothing is said about TLS. */
  private TlsArguments tls;

  private UnixConnectionOptions() {}

  private UnixConnectionOptions(UnixConnectionOptions other) {
    path = other.path;
    sock = other.sock;
    tls = other.tls;
  }

  /**
   * Connects to {@code path}; with a leading NUL, to an abstract name.
   *
   * @throws IllegalArgumentException as {@link UnixAddress#of(byte[])}
   */
  public static UnixConnectionOptions of(String path) {
    return new UnixConnectionOptions()
        .withPath(UnixAddress.of(Objects.requireNonNull(path, "path")));
  }

  /** {@link #of(String)} for a path of the file system. */
  public static UnixConnectionOptions of(Path path) {
    return new UnixConnectionOptions()
        .withPath(UnixAddress.of(Objects.requireNonNull(path, "path")));
  }

  /** {@link #of(String)} for a path that is any bytes. */
  public static UnixConnectionOptions of(byte[] path) {
    return new UnixConnectionOptions()
        .withPath(UnixAddress.of(Objects.requireNonNull(path, "path")));
  }

  /** Makes a transport of a Unix stream socket that is connected already. */
  public static UnixConnectionOptions of(Socket sock) {
    return new UnixConnectionOptions().withSock(Objects.requireNonNull(sock, "sock"));
  }

  /** With this address; null: none. */
  public UnixConnectionOptions withPath(UnixAddress path) {
    UnixConnectionOptions copy = new UnixConnectionOptions(this);
    copy.path = path;
    return copy;
  }

  /** With a socket that is connected already, instead of a path. The transport owns it then. */
  public UnixConnectionOptions withSock(Socket sock) {
    UnixConnectionOptions copy = new UnixConnectionOptions(this);
    copy.sock = sock;
    return copy;
  }

  /** With TLS, with the keys and the trust of {@code context}; null (default): without. */
  public UnixConnectionOptions withSsl(SSLContext context) {
    return withSsl(context == null ? null : SslOptions.of(context));
  }

  /** {@link #withSsl(SSLContext)}, with more to say about it. */
  public UnixConnectionOptions withSsl(SslOptions ssl) {
    return withTls(TlsArguments.orNone(tls).withSsl(ssl));
  }

  /**
   * With so much time for the TLS handshake until the connection is aborted; null: 60 s.
   *
   * @throws IllegalArgumentException it is not positive
   */
  public UnixConnectionOptions withSslHandshakeTimeout(Duration sslHandshakeTimeout) {
    return withTls(TlsArguments.orNone(tls).withSslHandshakeTimeout(sslHandshakeTimeout));
  }

  /**
   * With so much time for the end of TLS until the connection is aborted; null: 30 s. The time
   * begins anew as long as the peer takes what was written.
   *
   * @throws IllegalArgumentException it is not positive
   */
  public UnixConnectionOptions withSslShutdownTimeout(Duration sslShutdownTimeout) {
    return withTls(TlsArguments.orNone(tls).withSslShutdownTimeout(sslShutdownTimeout));
  }

  /**
   * With TLS and the JDK's default context, which trusts the JDK's trust store: asyncio's {@code
   * ssl=True}; or without.
   *
   * @throws IllegalStateException the JDK is not able to make its context
   */
  public UnixConnectionOptions withSsl(boolean ssl) {
    return withSsl(ssl ? SslOptions.ofDefault() : null);
  }

  /**
   * With the name that the server's certificate must be for, and that the server is asked for;
   * obligatory with TLS. Empty: the certificate may be for any name, which leaves the connection
   * open to whoever has one.
   */
  public UnixConnectionOptions withServerHostname(String serverHostname) {
    return withTls(TlsArguments.orNone(tls).withServerHostname(serverHostname));
  }

  private UnixConnectionOptions withTls(TlsArguments changed) {
    UnixConnectionOptions copy = new UnixConnectionOptions(this);
    copy.tls = changed;
    return copy;
  }

  /** The server's address, or null. */
  public UnixAddress path() {
    return path;
  }

  /** The socket that is connected already, or null. */
  public Socket sock() {
    return sock;
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

  /** The name that the server's certificate must be for; empty: any; null: none was given. */
  public String serverHostname() {
    return tls == null ? null : tls.serverHostname();
  }

  /** What is said about TLS, or null. */
  TlsArguments tls() {
    return tls;
  }
}
