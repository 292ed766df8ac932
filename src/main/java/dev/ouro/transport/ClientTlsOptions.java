// SPDX-License-Identifier: Apache-2.0
package dev.ouro.transport;

/**
 * {@link TlsOptions} of those who connect.
 *
 * @param <O> the options' own class
 */
abstract class ClientTlsOptions<O> extends TlsOptions<O> {
  ClientTlsOptions(TlsArguments tls) {
    super(tls);
  }

  /**
   * With TLS and the JDK's default context, which trusts the JDK's trust store: asyncio's {@code
   * ssl=True}; or without.
   *
   * @throws IllegalStateException the JDK is not able to make its context
   */
  public O withSsl(boolean ssl) {
    return withSsl(ssl ? SslOptions.ofDefault() : null);
  }

  /**
   * With the name that the server's certificate must be for, and that the server is asked for; by
   * default the host, and obligatory where there is none. Empty: the certificate may be for any
   * name, which leaves the connection open to whoever has one.
   */
  public O withServerHostname(String serverHostname) {
    return withTls(TlsArguments.orNone(tls).withServerHostname(serverHostname));
  }

  /** The name that the server's certificate must be for; empty: any; null: none was given. */
  public String serverHostname() {
    return tls == null ? null : tls.serverHostname();
  }
}
