// SPDX-License-Identifier: Apache-2.0
package dev.ouro.streams;

import dev.ouro.linux.ConnectionResetException;
import dev.ouro.loop.CallbackLoop;
import dev.ouro.loop.RunningLoop;
import dev.ouro.loop.Sleep;
import dev.ouro.transport.StartTlsOptions;
import dev.ouro.transport.Transport;
import dev.ouro.transport.WriteTransport;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.time.Duration;
import java.util.Collection;
import java.util.Objects;
import javax.net.ssl.SSLContext;

/**
 * What a connection sends, for a task to write: asyncio's {@code StreamWriter}. Writing does not
 * wait; {@link #drain} after it does, when the peer is slow.
 *
 * <p>Threads: tasks and callbacks of the loop; {@link #drain}, {@link #waitClosed} only tasks.
 *
 * {@snippet :
 * writer.write("hello\n", UTF_8);
 * writer.drain();
 * }
 */
public final class StreamWriter implements AutoCloseable {
  private final CallbackLoop loop;
  private final DrainGate gate;

  /** Null for a child process. */
  private final StreamReaderProtocol protocol;

  private WriteTransport transport;

  /**
   * Writes to {@code transport}, whose protocol is {@code protocol}: for what {@code Asyncio} has
   * no function for, such as the pipe of {@code connectWritePipe}.
   */
  public StreamWriter(WriteTransport transport, StreamReaderProtocol protocol) {
    this.loop = protocol.reader().loop();
    this.transport = Objects.requireNonNull(transport, "transport");
    this.gate = protocol.gate();
    this.protocol = protocol;
  }

  /** Writes to a child process. */
  StreamWriter(CallbackLoop loop, WriteTransport transport, DrainGate gate) {
    this.loop = loop;
    this.transport = transport;
    this.gate = gate;
    this.protocol = null;
  }

  /** The transport below; of a connection, it is a {@link Transport}. */
  public WriteTransport transport() {
    return transport;
  }

  /** Sends all that remains in {@code data}, as {@link Transport#write(ByteBuffer)}. */
  public void write(ByteBuffer data) {
    transport.write(data);
  }

  /** Sends all of {@code data}. */
  public void write(byte[] data) {
    transport.write(data);
  }

  /** Sends {@code length} bytes of {@code data} from {@code offset} on. */
  public void write(byte[] data, int offset, int length) {
    transport.write(data, offset, length);
  }

  /** Sends {@code text} in {@code charset}. */
  public void write(String text, Charset charset) {
    transport.write(text.getBytes(charset));
  }

  /** Sends each of {@code data}, in order, as {@link Transport#writelines}. */
  public void writelines(Iterable<ByteBuffer> data) {
    transport.writelines(data);
  }

  /** Sends all of each of {@code data}, in order, as {@link Transport#writelines}. */
  public void writelines(Collection<byte[]> data) {
    transport.writelines(data.stream().map(ByteBuffer::wrap).toList());
  }

  /**
   * Suspends the calling task while more is buffered than the transport's high limit allows, until
   * it is down to the low one.
   *
   * @throws IOException the connection broke, or is lost ("Connection lost")
   */
  public void drain() throws IOException {
    RunningLoop.regainControl();
    Throwable broken = protocol == null ? null : protocol.reader().exception();
    if (broken != null) {
      throw Unchecked.rethrow(broken);
    }
    if (transport.isClosing()) {
      // Lets connectionLost come, which a task that only writes would never hear of.
      Sleep.sleep(Duration.ZERO);
    }
    gate.drain();
  }

  /** Ends the sending direction, after what is buffered; the other one stays open. */
  public void writeEof() {
    transport.writeEof();
  }

  /** Whether the transport has two directions that end apart. */
  public boolean canWriteEof() {
    return transport.canWriteEof();
  }

  /** Closes the connection, after what is buffered. Returns at once; see {@link #waitClosed}. */
  @Override
  public void close() {
    transport.close();
  }

  /** Whether the connection is closed, or about to be. */
  public boolean isClosing() {
    return transport.isClosing();
  }

  /**
   * Suspends the calling task until the connection is closed.
   *
   * @throws IOException what it broke with
   */
  public void waitClosed() throws IOException {
    gate.waitClosed();
  }

  /**
   * Goes over to TLS, on a server as the server's side: asyncio's {@code start_tls}. Suspends the
   * calling task until the handshake is done; then this and the reader go on above TLS.
   *
   * @param serverHostname whose certificate a client expects
   * @throws IOException the handshake failed; the connection is closing
   */
  public void startTls(SSLContext sslcontext, String serverHostname) throws IOException {
    startTls(StartTlsOptions.of(sslcontext).withServerHostname(serverHostname));
  }

  /** {@link #startTls(SSLContext, String)} on a server. */
  public void startTls(SSLContext sslcontext) throws IOException {
    startTls(StartTlsOptions.of(sslcontext));
  }

  /**
   * {@link #startTls(SSLContext, String)} as {@code options} say; which side this is it knows, and
   * what the reader holds already goes to TLS.
   *
   * @throws UnsupportedOperationException this writes to a child process or a pipe, or its protocol
   *     was made without {@code startTls}
   */
  public void startTls(StartTlsOptions options) throws IOException {
    Objects.requireNonNull(options, "options");
    if (protocol == null || protocol.transport() == null) {
      throw new UnsupportedOperationException("startTls: " + this + " is no connection");
    }
    if (protocol.startTls() == null) {
      throw new UnsupportedOperationException("startTls: the protocol was made without it");
    }
    drain();
    StartTlsOptions complete =
        options
            .withServerSide(protocol.isServerSide())
            .withReceived(ByteBuffer.wrap(protocol.reader().takeAll()));
    Transport above = protocol.startTls().start(protocol.transport(), protocol, complete).await();
    if (above == null) {
      throw new ConnectionResetException("startTls", "Connection lost");
    }
    protocol.setTransport(above);
    transport = above;
  }

  /** {@link Transport#getExtraInfo(String)}. */
  public Object getExtraInfo(String name) {
    return transport.getExtraInfo(name);
  }

  /** {@link Transport#getExtraInfo(String, Object)}. */
  public Object getExtraInfo(String name, Object defaultValue) {
    return transport.getExtraInfo(name, defaultValue);
  }

  /** The loop of the connection. */
  public CallbackLoop getLoop() {
    return loop;
  }

  @Override
  public String toString() {
    String reader = protocol == null ? "" : " reader=" + protocol.reader();
    return "<StreamWriter transport=" + transport + reader + ">";
  }
}
