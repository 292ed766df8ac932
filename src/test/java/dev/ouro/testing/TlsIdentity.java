// SPDX-License-Identifier: Apache-2.0
package dev.ouro.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

/**
 * A key and a certificate that it signed itself, made by {@code keytool} for this run of the tests
 * and good for a day.
 */
public final class TlsIdentity {
  /** A server's, for {@code localhost} and 127.0.0.1. */
  public static final TlsIdentity LOCALHOST;

  /** A server's, for {@code other.example}. */
  public static final TlsIdentity OTHER;

  /** A client's. */
  public static final TlsIdentity CLIENT;

  /** Of the files that {@link #store} writes. */
  public static final String PASSWORD_TEXT = "changeit";

  private static final char[] PASSWORD = PASSWORD_TEXT.toCharArray();

  static {
    try {
      Making localhost = new Making("localhost", "san=dns:localhost,ip:127.0.0.1");
      Making other = new Making("other.example", "san=dns:other.example");
      Making client = new Making("client", "san=dns:client.example");
      LOCALHOST = localhost.made();
      OTHER = other.made();
      CLIENT = client.made();
    } catch (IOException | InterruptedException | GeneralSecurityException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final KeyStore store;

  private TlsIdentity(KeyStore store) {
    this.store = store;
  }

  /** The certificate. */
  public X509Certificate certificate() {
    try {
      return (X509Certificate) store.getCertificate("key");
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  /** Writes both to {@code file}, as PKCS12. */
  public Path store(Path file) {
    try (OutputStream out = Files.newOutputStream(file)) {
      store.store(out, PASSWORD);
      return file;
    } catch (IOException | GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  /** Writes the certificate to {@code file}, as openssl and curl want it. */
  public Path certificatePem(Path file) {
    try {
      return pem(file, "CERTIFICATE", certificate().getEncoded());
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  /** Writes the key to {@code file}, as openssl and curl want it. */
  public Path keyPem(Path file) {
    try {
      return pem(file, "PRIVATE KEY", store.getKey("key", PASSWORD).getEncoded());
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  private static Path pem(Path file, String what, byte[] content) {
    String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content);
    try {
      return Files.writeString(
          file, "-----BEGIN " + what + "-----\n" + text + "\n-----END " + what + "-----\n");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A context that has this identity, and trusts {@code trusted}. */
  public SSLContext context(TlsIdentity... trusted) {
    return contextOf(this, trustManagers(trusted));
  }

  /** A context that has no identity, and trusts {@code trusted}. */
  public static SSLContext trusting(TlsIdentity... trusted) {
    return contextOf(null, trustManagers(trusted));
  }

  /** A context that has {@code identityOrNull}, and asks {@code trust} whom to trust. */
  public static SSLContext contextOf(TlsIdentity identityOrNull, TrustManager... trust) {
    try {
      KeyManager[] keys = null;
      if (identityOrNull != null) {
        KeyManagerFactory factory = KeyManagerFactory.getInstance("PKIX");
        factory.init(identityOrNull.store, PASSWORD);
        keys = factory.getKeyManagers();
      }
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(keys, trust, null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  /** What the JDK decides by whether {@code trusted} are to be trusted. */
  public static TrustManager[] trustManagers(TlsIdentity... trusted) {
    try {
      KeyStore anchors = KeyStore.getInstance(KeyStore.getDefaultType());
      anchors.load(null, null);
      for (int i = 0; i < trusted.length; i++) {
        anchors.setCertificateEntry("anchor" + i, trusted[i].certificate());
      }
      if (trusted.length == 0) {
        anchors.setCertificateEntry("nobody", OTHER.certificate());
      }
      TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
      factory.init(anchors);
      return factory.getTrustManagers();
    } catch (GeneralSecurityException | IOException e) {
      throw new AssertionError(e);
    }
  }

  /** One run of {@code keytool}; several at once, for each takes a second. */
  private static final class Making {
    private final Path folder;
    private final Path file;
    private final Process keytool;

    Making(String name, String extension) throws IOException {
      folder = Files.createTempDirectory("ouro-tls");
      file = folder.resolve("store.p12");
      keytool =
          new ProcessBuilder(
                  List.of(
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
                      "CN=" + name,
                      "-ext",
                      extension,
                      "-storetype",
                      "PKCS12",
                      "-storepass",
                      PASSWORD_TEXT,
                      "-keystore",
                      file.toString()))
              .redirectErrorStream(true)
              .start();
    }

    TlsIdentity made() throws IOException, InterruptedException, GeneralSecurityException {
      String output = new String(keytool.getInputStream().readAllBytes());
      int code = keytool.waitFor();
      ProcessPipes.close(keytool);
      if (code != 0) {
        throw new IOException("keytool: " + output);
      }
      KeyStore store = KeyStore.getInstance("PKCS12");
      try (InputStream in = Files.newInputStream(file)) {
        store.load(in, PASSWORD);
      }
      Files.delete(file);
      Files.delete(folder);
      return new TlsIdentity(store);
    }
  }
}
