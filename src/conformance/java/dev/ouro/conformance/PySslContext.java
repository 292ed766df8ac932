// SPDX-License-Identifier: Apache-2.0
package dev.ouro.conformance;

import java.io.ByteArrayInputStream;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;

/** The JDK's context that does what a Python one does, made of the same certificates and keys. */
public final class PySslContext {
  private static final char[] NO_PASSWORD = new char[0];

  private PySslContext() {}

  /**
   * The context.
   *
   * @param chain this side's certificates, DER, or none
   * @param key the first one's key, PKCS#8, or null
   * @param trusted certificates of authorities, DER
   * @param trustsDefaults whether to trust those that the JDK trusts, instead
   * @param verifies whether the peer's certificate must be valid
   * @param checksHostname and for the name that was asked for
   */
  public static SSLContext of(
      List<byte[]> chain,
      byte[] key,
      List<byte[]> trusted,
      boolean trustsDefaults,
      boolean verifies,
      boolean checksHostname)
      throws Exception {
    TrustManager trust =
        new Trust(trustsDefaults ? trust(null) : trust(trusted), verifies, checksHostname);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(key == null ? null : identity(chain, key), new TrustManager[] {trust}, null);
    return context;
  }

  private static KeyManager[] identity(List<byte[]> chain, byte[] key) throws Exception {
    Certificate[] certificates = new Certificate[chain.size()];
    for (int i = 0; i < certificates.length; i++) {
      certificates[i] = certificate(chain.get(i));
    }
    KeyStore store = empty();
    store.setKeyEntry(
        "identity",
        KeyFactory.getInstance(certificates[0].getPublicKey().getAlgorithm())
            .generatePrivate(new PKCS8EncodedKeySpec(key)),
        NO_PASSWORD,
        certificates);
    KeyManagerFactory factory = KeyManagerFactory.getInstance("PKIX");
    factory.init(store, NO_PASSWORD);
    return factory.getKeyManagers();
  }

  /** Null when nobody is trusted, which the JDK refuses to express. */
  private static X509ExtendedTrustManager trust(List<byte[]> trusted) throws Exception {
    KeyStore store = null;
    if (trusted != null) {
      if (trusted.isEmpty()) {
        return null;
      }
      store = empty();
      for (byte[] encoded : trusted) {
        store.setCertificateEntry("authority" + store.size(), certificate(encoded));
      }
    }
    TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
    factory.init(store);
    return (X509ExtendedTrustManager) factory.getTrustManagers()[0];
  }

  private static KeyStore empty() throws Exception {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    return store;
  }

  private static X509Certificate certificate(byte[] encoded) throws GeneralSecurityException {
    return (X509Certificate)
        CertificateFactory.getInstance("X.509")
            .generateCertificate(new ByteArrayInputStream(encoded));
  }

  /** As {@code verify_mode} and {@code check_hostname} say. */
  private static final class Trust extends X509ExtendedTrustManager {
    private final X509ExtendedTrustManager trust;
    private final boolean verifies;
    private final boolean checksHostname;

    Trust(X509ExtendedTrustManager trust, boolean verifies, boolean checksHostname) {
      this.trust = trust;
      this.verifies = verifies;
      this.checksHostname = checksHostname;
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
        throws CertificateException {
      if (!verifies) {
        return;
      }
      if (trust == null) {
        throw new CertificateException("unable to get local issuer certificate");
      }
      if (checksHostname) {
        trust.checkServerTrusted(chain, authType, engine);
      } else {
        trust.checkServerTrusted(chain, authType);
      }
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
        throws CertificateException {
      if (verifies) {
        if (trust == null) {
          throw new CertificateException("unable to get local issuer certificate");
        }
        trust.checkClientTrusted(chain, authType);
      }
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) {
      throw new UnsupportedOperationException();
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return trust == null ? new X509Certificate[0] : trust.getAcceptedIssuers();
    }
  }
}
