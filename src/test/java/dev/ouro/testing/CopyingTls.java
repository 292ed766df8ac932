// SPDX-License-Identifier: Apache-2.0
package dev.ouro.testing;

import java.nio.ByteBuffer;
import java.security.KeyManagementException;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLContextSpi;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLEngineResult.Status;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocketFactory;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSessionContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;

/**
 * Engines that make records of bytes as they are, without a handshake, and allocate nothing for one
 * once they have seen its length: what TLS over them allocates is not the engine's.
 */
public final class CopyingTls {
  private CopyingTls() {}

  /** A context whose engines are such. */
  public static SSLContext context() {
    try {
      SSLContext real = SSLContext.getDefault();
      return new Context(real);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  private static final class Context extends SSLContext {
    Context(SSLContext real) {
      super(new Engines(real), real.getProvider(), "copying");
    }
  }

  private static final class Engines extends SSLContextSpi {
    private final SSLContext real;

    Engines(SSLContext real) {
      this.real = real;
    }

    @Override
    protected void engineInit(KeyManager[] keys, TrustManager[] trust, SecureRandom random)
        throws KeyManagementException {
      throw new KeyManagementException("it has no keys");
    }

    @Override
    protected SSLEngine engineCreateSSLEngine() {
      return new CopyingEngine(real.createSSLEngine());
    }

    @Override
    protected SSLEngine engineCreateSSLEngine(String host, int port) {
      return new CopyingEngine(real.createSSLEngine(host, port));
    }

    @Override
    protected SSLSocketFactory engineGetSocketFactory() {
      throw new UnsupportedOperationException("engines only");
    }

    @Override
    protected SSLServerSocketFactory engineGetServerSocketFactory() {
      throw new UnsupportedOperationException("engines only");
    }

    @Override
    protected SSLSessionContext engineGetServerSessionContext() {
      return real.getServerSessionContext();
    }

    @Override
    protected SSLSessionContext engineGetClientSessionContext() {
      return real.getClientSessionContext();
    }
  }

  /** Answers what is asked about it by a real engine that nobody uses. */
  private static final class CopyingEngine extends SSLEngine {
    private static final int HEADER_BYTES = 5;
    private static final int LARGEST_BYTES = 16 * 1024;
    private static final byte APPLICATION_DATA = 23;
    private static final short TLS_1_2 = 0x0303;

    private final SSLEngine real;
    private final List<SSLEngineResult> results = new ArrayList<>();

    CopyingEngine(SSLEngine real) {
      this.real = real;
    }

    @Override
    public SSLEngineResult wrap(ByteBuffer[] from, int offset, int length, ByteBuffer to) {
      int size = 0;
      for (int i = offset; i < offset + length; i++) {
        size = Math.min(LARGEST_BYTES, size + from[i].remaining());
      }
      if (to.remaining() < HEADER_BYTES + size) {
        return result(Status.BUFFER_OVERFLOW, 0, 0);
      }
      to.put(APPLICATION_DATA).putShort(TLS_1_2).putShort((short) size);
      int left = size;
      for (int i = offset; left > 0; i++) {
        left -= copy(from[i], to, Math.min(left, from[i].remaining()));
      }
      return result(Status.OK, size, HEADER_BYTES + size);
    }

    @Override
    public SSLEngineResult unwrap(ByteBuffer from, ByteBuffer to) {
      int size = from.remaining() - HEADER_BYTES;
      if (to.remaining() < size) {
        return result(Status.BUFFER_OVERFLOW, 0, 0);
      }
      from.position(from.position() + HEADER_BYTES);
      copy(from, to, size);
      return result(Status.OK, HEADER_BYTES + size, size);
    }

    private static int copy(ByteBuffer from, ByteBuffer to, int length) {
      to.put(to.position(), from, from.position(), length);
      to.position(to.position() + length);
      from.position(from.position() + length);
      return length;
    }

    private SSLEngineResult result(Status status, int consumed, int produced) {
      for (int i = 0; i < results.size(); i++) {
        SSLEngineResult known = results.get(i);
        if (known.getStatus() == status
            && known.bytesConsumed() == consumed
            && known.bytesProduced() == produced) {
          return known;
        }
      }
      SSLEngineResult result =
          new SSLEngineResult(status, HandshakeStatus.NOT_HANDSHAKING, consumed, produced);
      results.add(result);
      return result;
    }

    @Override
    public SSLEngineResult unwrap(ByteBuffer from, ByteBuffer[] to, int offset, int length) {
      throw new UnsupportedOperationException("into one buffer only");
    }

    @Override
    public void beginHandshake() {}

    @Override
    public HandshakeStatus getHandshakeStatus() {
      return HandshakeStatus.NOT_HANDSHAKING;
    }

    @Override
    public Runnable getDelegatedTask() {
      return null;
    }

    @Override
    public void closeInbound() {}

    @Override
    public boolean isInboundDone() {
      return isOutboundDone();
    }

    @Override
    public void closeOutbound() {
      real.closeOutbound();
    }

    @Override
    public boolean isOutboundDone() {
      return real.isOutboundDone();
    }

    @Override
    public SSLSession getSession() {
      return real.getSession();
    }

    @Override
    public SSLParameters getSSLParameters() {
      return real.getSSLParameters();
    }

    @Override
    public void setSSLParameters(SSLParameters parameters) {
      real.setSSLParameters(parameters);
    }

    @Override
    public String getApplicationProtocol() {
      return "";
    }

    @Override
    public String getHandshakeApplicationProtocol() {
      return "";
    }

    @Override
    public void setHandshakeApplicationProtocolSelector(
        BiFunction<SSLEngine, List<String>, String> selector) {
      throw new UnsupportedOperationException("it has no ALPN");
    }

    @Override
    public String[] getSupportedCipherSuites() {
      return real.getSupportedCipherSuites();
    }

    @Override
    public String[] getEnabledCipherSuites() {
      return real.getEnabledCipherSuites();
    }

    @Override
    public void setEnabledCipherSuites(String[] suites) {
      real.setEnabledCipherSuites(suites);
    }

    @Override
    public String[] getSupportedProtocols() {
      return real.getSupportedProtocols();
    }

    @Override
    public String[] getEnabledProtocols() {
      return real.getEnabledProtocols();
    }

    @Override
    public void setEnabledProtocols(String[] protocols) {
      real.setEnabledProtocols(protocols);
    }

    @Override
    public void setUseClientMode(boolean mode) {
      real.setUseClientMode(mode);
    }

    @Override
    public boolean getUseClientMode() {
      return real.getUseClientMode();
    }

    @Override
    public void setNeedClientAuth(boolean need) {
      real.setNeedClientAuth(need);
    }

    @Override
    public boolean getNeedClientAuth() {
      return real.getNeedClientAuth();
    }

    @Override
    public void setWantClientAuth(boolean want) {
      real.setWantClientAuth(want);
    }

    @Override
    public boolean getWantClientAuth() {
      return real.getWantClientAuth();
    }

    @Override
    public void setEnableSessionCreation(boolean enable) {
      real.setEnableSessionCreation(enable);
    }

    @Override
    public boolean getEnableSessionCreation() {
      return real.getEnableSessionCreation();
    }
  }
}
