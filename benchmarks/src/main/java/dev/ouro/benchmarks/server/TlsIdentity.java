// SPDX-License-Identifier: Apache-2.0
package dev.ouro.benchmarks.server;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * A key and its certificate, which {@code keytool} made: of the servers, and whom clients trust.
 */
public final class TlsIdentity {
  /** What all are measured with. */
  public static final String PROTOCOL = "TLSv1.3";

  /** What all are measured with. */
  public static final String CIPHER_SUITE = "TLS_AES_128_GCM_SHA256";

  /** How much a server writes at once. */
  public static final int BLOCK_BYTES = 64 * 1024;

  private static final char[] PASSWORD = "changeit".toCharArray();

  private final KeyStore store = KeyStore.getInstance("PKCS12");

  /** Reads the store at {@code path}. */
  public TlsIdentity(Path path) throws IOException, GeneralSecurityException {
    try (InputStream in = Files.newInputStream(path)) {
      store.load(in, PASSWORD);
    }
  }

  /** Makes a store at {@code path}. */
  public static void make(Path path) throws IOException, InterruptedException {
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                "key",
                "-keyalg",
                "EC",
                "-groupname",
                "secp256r1",
                "-validity",
                "1",
                "-dname",
                "CN=localhost",
                "-storetype",
                "PKCS12",
                "-storepass",
                new String(PASSWORD),
                "-keystore",
                path.toString())
            .redirectErrorStream(true)
            .start();
    String output = new String(keytool.getInputStream().readAllBytes());
    if (keytool.waitFor() != 0) {
      throw new IOException("keytool: " + output);
    }
  }

  /** The keys. */
  KeyManagerFactory keys() throws GeneralSecurityException {
    KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
    keys.init(store, PASSWORD);
    return keys;
  }

  /** A context that has the key, and trusts its certificate. */
  public SSLContext context() throws GeneralSecurityException {
    TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
    trust.init(store);
    SSLContext context = SSLContext.getInstance(PROTOCOL);
    context.init(keys().getKeyManagers(), trust.getTrustManagers(), null);
    return context;
  }
}
