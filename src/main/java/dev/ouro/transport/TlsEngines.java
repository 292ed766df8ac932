// SPDX-License-Identifier: Apache-2.0
package dev.ouro.transport;

import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;

/** Makes the JDK's engines as the arguments say. */
final class TlsEngines {
  private TlsEngines() {}

  /**
   * The engine of a connection that was accepted.
   *
   * @throws IllegalArgumentException the context does not know a cipher suite or protocol
   */
  static SSLEngine server(SslOptions ssl) {
    SSLEngine engine = ssl.context().createSSLEngine();
    engine.setUseClientMode(false);
    engine.setSSLParameters(ssl.parameters());
    return engine;
  }

  /**
   * The engine of a connection to {@code serverHostname}, whose certificate must be for that name;
   * when that is empty, it may be for any.
   *
   * @param port with the name, what the JDK finds a session by that can be resumed; −1: none
   * @throws IllegalArgumentException as {@link #server}
   */
  static SSLEngine client(SslOptions ssl, String serverHostname, int port) {
    SSLParameters parameters = ssl.parameters();
    SSLEngine engine;
    if (serverHostname.isEmpty()) {
      engine = ssl.context().createSSLEngine();
    } else {
      engine = ssl.context().createSSLEngine(serverHostname, port);
      String algorithm = parameters.getEndpointIdentificationAlgorithm();
      if (algorithm == null || algorithm.isEmpty()) {
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
      }
      if (parameters.getServerNames() == null) {
        parameters.setServerNames(serverNames(serverHostname));
      }
    }
    engine.setUseClientMode(true);
    engine.setSSLParameters(parameters);
    return engine;
  }

  /** What to ask the server for; the JDK by itself would not for names without a dot. */
  private static List<SNIServerName> serverNames(String host) {
    if (Resolver.mayBeNumeric(host)) {
      return List.of(); // RFC 6066: no literal addresses
    }
    try {
      return List.of(
          new SNIHostName(host.endsWith(".") ? host.substring(0, host.length() - 1) : host));
    } catch (IllegalArgumentException notForDns) {
      return List.of();
    }
  }
}
