// SPDX-License-Identifier: Apache-2.0
package dev.ouro.transport;

import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.Objects;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;

/**
 * The TLS of a server or a connection: asyncio's {@code ssl} argument. A {@link SSLContext} has the
 * keys and decides whom to trust; what Python's context also has, the JDK keeps in {@link
 * SSLParameters}, and that is added here.
 *
 * <p>Immutable: every {@code with…} answers a changed copy. Names that the context does not know
 * are refused by the method that the options are given to.
 *
 * {@snippet :
 * SslOptions ssl = SslOptions.of(context)
 *     .withApplicationProtocols("h2", "http/1.1")
 *     .withNeedClientAuth(true);
 * loop.createServer(Http::new, ServerOptions.of(null, 443).withSsl(ssl));
 * }
 */
public final class SslOptions {
  private final SSLContext context;

  /** Never changed, never handed out. */
  private final SSLParameters parameters;

  private SslOptions(SSLContext context, SSLParameters parameters) {
    this.context = context;
    this.parameters = parameters;
  }

  /** With the keys and the trust of {@code context}. */
  public static SslOptions of(SSLContext context) {
    return new SslOptions(Objects.requireNonNull(context, "context"), new SSLParameters());
  }

  /**
   * For clients, with the JDK's default context, which trusts the JDK's trust store: asyncio's
   * {@code ssl=True}.
   *
   * @throws IllegalStateException the JDK is not able to make it
   */
  public static SslOptions ofDefault() {
    try {
      return of(SSLContext.getDefault());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("the JDK's default SSLContext cannot be made", e);
    }
  }

  /** With these protocols for ALPN, the preferred one first; none by default. */
  public SslOptions withApplicationProtocols(String... applicationProtocols) {
    SSLParameters copy = parameters();
    copy.setApplicationProtocols(applicationProtocols);
    return new SslOptions(context, copy);
  }

  /** With these versions of TLS only, such as {@code TLSv1.3}; by default the context's. */
  public SslOptions withProtocols(String... protocols) {
    SSLParameters copy = parameters();
    copy.setProtocols(Objects.requireNonNull(protocols, "protocols"));
    return new SslOptions(context, copy);
  }

  /** With these cipher suites only, by their standard names; by default the context's. */
  public SslOptions withCipherSuites(String... cipherSuites) {
    SSLParameters copy = parameters();
    copy.setCipherSuites(Objects.requireNonNull(cipherSuites, "cipherSuites"));
    return new SslOptions(context, copy);
  }

  /** For servers: whether a client must have a certificate that the context trusts. */
  public SslOptions withNeedClientAuth(boolean needClientAuth) {
    SSLParameters copy = parameters();
    copy.setNeedClientAuth(needClientAuth);
    return new SslOptions(context, copy);
  }

  /** For servers: whether a client is asked for a certificate, and may have none. */
  public SslOptions withWantClientAuth(boolean wantClientAuth) {
    SSLParameters copy = parameters();
    copy.setWantClientAuth(wantClientAuth);
    return new SslOptions(context, copy);
  }

  /**
   * With all of {@code parameters} as they are now: everything that the JDK can set, such as SNI
   * matchers and named groups. Whatever they say of endpoint identification, a client checks the
   * server's name unless its {@code serverHostname} is empty.
   */
  public SslOptions withParameters(SSLParameters parameters) {
    return new SslOptions(context, copyOf(Objects.requireNonNull(parameters, "parameters")));
  }

  /** The keys and the trust. */
  public SSLContext context() {
    return context;
  }

  /** A copy of the parameters. */
  public SSLParameters parameters() {
    return copyOf(parameters);
  }

  private static SSLParameters copyOf(SSLParameters from) {
    SSLParameters copy = new SSLParameters(from.getCipherSuites(), from.getProtocols());
    if (from.getNeedClientAuth()) {
      copy.setNeedClientAuth(true);
    } else {
      copy.setWantClientAuth(from.getWantClientAuth());
    }
    copy.setApplicationProtocols(from.getApplicationProtocols());
    copy.setAlgorithmConstraints(from.getAlgorithmConstraints());
    copy.setEndpointIdentificationAlgorithm(from.getEndpointIdentificationAlgorithm());
    if (from.getServerNames() != null) {
      copy.setServerNames(from.getServerNames());
    }
    if (from.getSNIMatchers() != null) {
      copy.setSNIMatchers(from.getSNIMatchers());
    }
    copy.setUseCipherSuitesOrder(from.getUseCipherSuitesOrder());
    copy.setEnableRetransmissions(from.getEnableRetransmissions());
    copy.setMaximumPacketSize(from.getMaximumPacketSize());
    copy.setSignatureSchemes(from.getSignatureSchemes());
    copy.setNamedGroups(from.getNamedGroups());
    return copy;
  }

  @Override
  public String toString() {
    return "SslOptions[" + List.of(parameters.getApplicationProtocols()) + "]";
  }
}
