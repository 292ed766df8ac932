// SPDX-License-Identifier: Apache-2.0
package dev.ouro.transport;

/**
 * What a TLS connection is encrypted with: asyncio's extra information {@code cipher}.
 *
 * @param name the cipher suite's standard name, such as {@code TLS_AES_128_GCM_SHA256}
 * @param protocol the version that it was negotiated in, such as {@code TLSv1.3}
 * @param secretBits how long the key is; 0 when the name does not tell
 */
public record SslCipher(String name, String protocol, int secretBits) {
  /** What a JDK session says. */
  static SslCipher of(javax.net.ssl.SSLSession session) {
    String name = session.getCipherSuite();
    return new SslCipher(name, session.getProtocol(), secretBits(name));
  }

  private static int secretBits(String name) {
    if (name.contains("AES_256") || name.contains("CHACHA20")) {
      return 256;
    }
    if (name.contains("3DES")) {
      return 168;
    }
    return name.contains("_128") ? 128 : 0;
  }
}
