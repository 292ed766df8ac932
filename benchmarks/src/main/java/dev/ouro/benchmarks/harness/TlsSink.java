// SPDX-License-Identifier: Apache-2.0
package dev.ouro.benchmarks.harness;

import dev.ouro.benchmarks.server.TlsIdentity;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLException;

/**
 * A client that has a server send to it by TLS: it decrypts the beginning, to see that it is right,
 * and then only counts what arrives, so that the server is what limits the rate.
 */
public final class TlsSink implements AutoCloseable {
  private static final long CHECKED_BYTES = 4 * 1024 * 1024;
  private static final int BUFFER_BYTES = 1024 * 1024;

  private final SocketChannel channel;
  private final ByteBuffer in = ByteBuffer.allocateDirect(BUFFER_BYTES);

  /** Connects, shakes hands, and checks the first bytes: zeros. */
  public TlsSink(SSLContext context, int port) throws IOException {
    channel = SocketChannel.open(new InetSocketAddress("127.0.0.1", port));
    SSLEngine engine = context.createSSLEngine();
    engine.setUseClientMode(true);
    engine.setEnabledProtocols(new String[] {TlsIdentity.PROTOCOL});
    engine.setEnabledCipherSuites(new String[] {TlsIdentity.CIPHER_SUITE});
    engine.beginHandshake();
    check(engine);
    in.clear();
  }

  private void check(SSLEngine engine) throws IOException {
    ByteBuffer out = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
    ByteBuffer plain = ByteBuffer.allocate(engine.getSession().getApplicationBufferSize());
    in.clear().limit(0);
    for (long checked = 0; checked < CHECKED_BYTES; ) {
      switch (engine.getHandshakeStatus()) {
        case NEED_TASK -> engine.getDelegatedTask().run();
        case NEED_WRAP -> {
          engine.wrap(ByteBuffer.allocate(0), out.clear());
          out.flip();
          while (out.hasRemaining()) {
            channel.write(out);
          }
        }
        default -> {
          SSLEngineResult result = engine.unwrap(in, plain.clear());
          if (result.getStatus() == SSLEngineResult.Status.BUFFER_UNDERFLOW) {
            in.compact();
            if (channel.read(in) < 0) {
              throw new SSLException("the server has ended");
            }
            in.flip();
          }
          checked += result.bytesProduced();
          checkZeros(plain.flip());
        }
      }
    }
  }

  private static void checkZeros(ByteBuffer plain) throws SSLException {
    while (plain.hasRemaining()) {
      if (plain.get() != 0) {
        throw new SSLException("the server sends something else");
      }
    }
  }

  /** Takes what comes for so long: bytes per second, as they travel. */
  public double bytesPerSecond(int millis) throws IOException {
    long start = System.nanoTime();
    long end = start + millis * 1_000_000L;
    long bytes = 0;
    long now;
    do {
      int length = channel.read(in.clear());
      if (length < 0) {
        throw new IOException("the server has ended");
      }
      bytes += length;
      now = System.nanoTime();
    } while (now < end);
    return bytes * 1e9 / (now - start);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
