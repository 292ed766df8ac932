// SPDX-License-Identifier: Apache-2.0
package dev.ouro.transport;

import dev.ouro.loop.Context;
import dev.ouro.loop.EngineLoop;
import dev.ouro.loop.ExceptionContext;
import dev.ouro.loop.LoopExit;
import dev.ouro.memory.ChunkPool;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

/**
 * The upper face of a {@link TlsProtocol}: the transport of a protocol whose bytes are encrypted.
 * asyncio's {@code _SSLProtocolTransport}.
 *
 * <p>What is written waits encrypted in the transport below, whose limits and sizes are this one's.
 */
final class TlsTransport implements LoopTransport {
  private final TlsProtocol tls;
  private final FlowControl flow;
  private final Delivery delivery;
  private BaseProtocol protocol;
  private SendfileOperation sendfile;
  private SSLSession session;
  private int connLost;
  private boolean readingPaused;
  private boolean closing;

  TlsTransport(TlsProtocol tls, ChunkPool chunks, BaseProtocol protocol) {
    this.tls = tls;
    this.flow = new FlowControl(tls.loop(), this);
    this.delivery = new Delivery(chunks, this);
    setProtocol(protocol);
  }

  // What the protocol below says

  void established() {
    session = tls.engine().getSession();
  }

  void callConnectionMade() {
    try {
      protocol.connectionMade(this);
    } catch (Throwable thrown) {
      LoopExit.rethrowIfFatal(thrown);
      report(thrown, "Fatal error: protocol.connectionMade() call failed.");
    }
  }

  boolean mayDeliver() {
    return isReading() && !delivery.holdsBytes();
  }

  void deliver(ByteBuffer view) {
    delivery.deliver(view, 0);
  }

  void callEofReceived() {
    boolean keepOpen;
    try {
      keepOpen = delivery.callEofReceived();
    } catch (Throwable thrown) {
      LoopExit.rethrowIfFatal(thrown);
      fatalError(thrown, "Fatal error: protocol.eofReceived() call failed.");
      return;
    }
    if (keepOpen) {
      System.getLogger("dev.ouro")
          .log(
              System.Logger.Level.WARNING,
              "returning true from eofReceived() has no effect when using ssl");
    }
  }

  /** The connection is closing, whoever began it. */
  void closing(Throwable reasonOrNull) {
    closing = true;
    delivery.discard();
    if (sendfile != null) {
      sendfile.transportClosing(reasonOrNull);
    }
  }

  void callConnectionLost(Throwable exceptionOrNull) {
    connLost++;
    protocol.connectionLost(exceptionOrNull);
  }

  void pauseWriting() {
    flow.pause();
  }

  /** The protocol has been told to pause already. */
  void inheritPause() {
    flow.inheritPause();
  }

  void resumeWriting() {
    flow.resumeAt(0);
    if (sendfile != null) {
      sendfile.drained();
    }
  }

  // Writing

  @Override
  public void write(ByteBuffer data) {
    Objects.requireNonNull(data, "data");
    checkNoSendfile();
    if (data.hasRemaining() && !losesWrite()) {
      tls.write(data);
    }
    data.position(data.limit());
  }

  @Override
  public void writelines(Iterable<ByteBuffer> data) {
    Objects.requireNonNull(data, "data");
    checkNoSendfile();
    List<ByteBuffer> list = new ArrayList<>();
    data.forEach(buffer -> list.add(Objects.requireNonNull(buffer, "data")));
    if (!losesWrite()) {
      tls.write(list.toArray(ByteBuffer[]::new));
    }
    list.forEach(buffer -> buffer.position(buffer.limit()));
  }

  private void checkNoSendfile() {
    loop().regainControl();
    if (sendfile != null) {
      throw new IllegalStateException("unable to write; sendfile is in progress");
    }
  }

  private boolean losesWrite() {
    if (tls.isOpen()) {
      return false;
    }
    connLost = LostWrites.add(connLost, "SSL connection is closed");
    return true;
  }

  /** TLS has no such thing: {@link #canWriteEof} is false. */
  @Override
  public void writeEof() {
    throw new UnsupportedOperationException("TLS does not end one direction: close() ends both");
  }

  @Override
  public boolean canWriteEof() {
    return false;
  }

  @Override
  public void setWriteBufferLimits(Integer highBytes, Integer lowBytes) {
    WriteBufferLimits limits =
        WriteBufferLimits.of(highBytes, lowBytes, TlsProtocol.WRITE_HIGH_BYTES);
    tls.lower().setWriteBufferLimits(limits.highBytes(), limits.lowBytes());
  }

  @Override
  public WriteBufferLimits getWriteBufferLimits() {
    return tls.lower().getWriteBufferLimits();
  }

  @Override
  public long getWriteBufferSize() {
    return tls.backlogBytes() + tls.lower().getWriteBufferSize();
  }

  @Override
  public boolean isWritingPaused() {
    return flow.isPaused();
  }

  // Sending a file

  @Override
  public void beginSendfile(SendfileOperation operation) {
    if (sendfile != null) {
      throw new IllegalStateException("sendfile is in progress");
    }
    sendfile = operation;
  }

  @Override
  public void endSendfile() {
    sendfile = null;
  }

  @Override
  public boolean takesFile() {
    return !flow.isPaused();
  }

  @Override
  public void writeFile(ByteBuffer data) {
    tls.write(data);
  }

  // Reading

  @Override
  public boolean isReading() {
    return !isClosing() && !readingPaused;
  }

  @Override
  public void pauseReading() {
    loop().regainControl();
    if (isReading()) {
      readingPaused = true;
    }
  }

  @Override
  public void resumeReading() {
    loop().regainControl();
    if (!isClosing() && readingPaused) {
      readingPaused = false;
      loop().callSoon(this::receiveHeld, context());
    }
  }

  private void receiveHeld() {
    delivery.deliverHeld();
    tls.receiveHeld();
  }

  // The end

  @Override
  public boolean isClosing() {
    return closing || loop().isClosed();
  }

  @Override
  public void close() {
    loop().regainControl();
    if (!loop().isClosed()) {
      tls.close();
    }
  }

  @Override
  public void abort() {
    forceClose(null);
  }

  @Override
  public boolean forceClose(Throwable reasonOrNull) {
    loop().regainControl();
    return !loop().isClosed() && tls.breakOff(reasonOrNull);
  }

  @Override
  public void fatalError(Throwable thrown, String message) {
    report(thrown, message);
    tls.breakOff(thrown);
  }

  /** An I/O error is the peer's affair, all else is reported. */
  void report(Throwable thrown, String message) {
    if (!(thrown instanceof IOException)) {
      loop()
          .callExceptionHandler(
              ExceptionContext.of(message, thrown)
                  .with("transport", this)
                  .with("protocol", protocol));
    } else if (loop().getDebug()) {
      System.getLogger("dev.ouro").log(System.Logger.Level.DEBUG, this + ": " + message, thrown);
    }
  }

  // About it

  @Override
  public void setProtocol(BaseProtocol changed) {
    loop().regainControl();
    protocol = Arguments.streamProtocol(changed);
  }

  @Override
  public BaseProtocol getProtocol() {
    return protocol;
  }

  @Override
  public Object getExtraInfo(String name, Object defaultValue) {
    return switch (Objects.requireNonNull(name, "name")) {
      case "sslcontext" -> tls.arguments().ssl().context();
      case "ssl_object" -> tls.engine();
      case "peercert" -> peerCertificate();
      case "cipher" -> session == null ? null : SslCipher.of(session);
      case "compression" -> null; // no version that the JDK speaks compresses
      default -> tls.lower().getExtraInfo(name, defaultValue);
    };
  }

  private Certificate peerCertificate() {
    try {
      return session == null ? null : session.getPeerCertificates()[0];
    } catch (SSLPeerUnverifiedException anonymous) {
      return null;
    }
  }

  @Override
  public EngineLoop loop() {
    return tls.loop();
  }

  @Override
  public Context context() {
    return tls.lower().context();
  }

  @Override
  public void setContext(Context changed) {
    tls.lower().setContext(changed);
  }

  @Override
  public String toString() {
    return "<TlsTransport" + (closing ? " closing" : "") + " over " + tls.lower() + ">";
  }
}
