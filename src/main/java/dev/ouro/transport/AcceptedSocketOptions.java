// SPDX-License-Identifier: Apache-2.0
package dev.ouro.transport;

/**
 * How to serve a connection that somebody else accepted: the keyword arguments of asyncio's {@code
 * connect_accepted_socket}. Immutable: every {@code with…} answers a changed copy.
 */
public final class AcceptedSocketOptions extends TlsOptions<AcceptedSocketOptions> {
  /** Without TLS. */
  public static final AcceptedSocketOptions DEFAULT = new AcceptedSocketOptions(null);

  private AcceptedSocketOptions(TlsArguments tls) {
    super(tls);
  }

  @Override
  AcceptedSocketOptions withTls(TlsArguments changed) {
    return new AcceptedSocketOptions(changed);
  }
}
