// SPDX-License-Identifier: Apache-2.0
package dev.ouro.transport;

import dev.ouro.linux.LinuxException;
import dev.ouro.linux.SocketCalls;
import dev.ouro.linux.SocketConstants;
import dev.ouro.loop.Context;
import dev.ouro.loop.EngineLoop;
import dev.ouro.loop.ExceptionContext;
import dev.ouro.loop.LoopExit;
import dev.ouro.memory.ChunkPool;
import dev.ouro.poll.StreamChannel;
import dev.ouro.poll.StreamListener;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Objects;

/**
 * The transport of a TCP or Unix connection, on either engine.
 *
 * <p>Life: open → closing (receives no more, sends what is queued) → ending (the channel is being
 * cancelled: the kernel lets go of everything) → lost ({@code connectionLost} was called, the
 * descriptor is closed). {@link #end} is the one way from closing to ending.
 *
 * <p>What starts is the caller's turn; what the protocol hears, it hears from the ready queue.
 */
final class StreamTransport implements Transport, StreamListener {
  /** From this write after the connection's end on, each is logged. asyncio's constant. */
  private static final int LOG_THRESHOLD_FOR_LOST_WRITES = 5;

  private final EngineLoop loop;
  private final Context context;
  private final SocketServer server;
  private final OpenSockets sockets;
  private final StreamEnds ends;
  private final int fd;
  private final FlowControl flow;
  private final Sender sender;
  private final Receiver receiver;
  private final StreamChannel channel;
  private BaseProtocol protocol;
  private SendfileOperation sendfile;
  private Throwable lostWith;
  private long receivedAddress;
  private int lostWrites;
  private boolean readingPaused;
  private boolean eofWritten;
  private boolean shutDown;
  private boolean closing;
  private boolean ending;

  /**
   * Makes the transport of a connected socket, which it owns from now on.
   *
   * @param server the server whose connection it is, or null
   */
  StreamTransport(
      EngineLoop loop,
      ChunkPool chunks,
      OpenSockets sockets,
      StreamEnds ends,
      BaseProtocol protocol,
      Context context,
      SocketServer server) {
    this.loop = loop;
    this.context = context;
    this.server = server;
    this.sockets = sockets;
    this.ends = ends;
    this.fd = ends.socket().fd().number();
    setProtocol(protocol);
    this.flow = new FlowControl(loop, this);
    this.receiver = new Receiver(chunks, this);
    this.channel = loop.pollEngine().stream(ends.socket().fd(), this);
    this.sender = new Sender(loop, chunks, this, channel, flow);
    loop.claimDescriptor(fd, this);
    sockets.add(ends.socket());
  }

  /** Schedules {@code connectionMade} and then the first receive, each on its own. */
  void start() {
    loop.callSoon(() -> protocol.connectionMade(this), context);
    loop.callSoon(this::startReceiving, context);
  }

  private void startReceiving() {
    if (isReading()) {
      channel.startReceiving();
    }
  }

  // Sending

  @Override
  public void write(ByteBuffer data) {
    Objects.requireNonNull(data, "data");
    if (mayWrite() && data.hasRemaining()) {
      if (closing) {
        loseWrite();
        data.position(data.limit());
      } else {
        sender.write(data, receiver.addressOf(data));
      }
    }
  }

  @Override
  public void writelines(Iterable<ByteBuffer> data) {
    Objects.requireNonNull(data, "data");
    if (mayWrite()) {
      if (closing) {
        loseWrite();
      } else {
        sender.writeAll(data);
      }
    }
  }

  private boolean mayWrite() {
    if (eofWritten) {
      throw new IllegalStateException("Cannot call write() after writeEof()");
    }
    if (sendfile != null) {
      throw new IllegalStateException("unable to write; sendfile is in progress");
    }
    return true;
  }

  private void loseWrite() {
    if (++lostWrites >= LOG_THRESHOLD_FOR_LOST_WRITES) {
      System.getLogger("dev.ouro")
          .log(System.Logger.Level.WARNING, "write() after the connection was closed: {0}", this);
    }
  }

  /** {@link #write} of a file's bytes, for {@link SendfileOperation}. */
  void writeFile(ByteBuffer data) {
    sender.write(data, 0);
  }

  @Override
  public void sent(int result) {
    sender.sent(result);
  }

  /** The sender has nothing queued any more. */
  void drained() {
    if (sendfile != null) {
      sendfile.drained();
    } else if (closing) {
      end(null);
    } else if (eofWritten) {
      shutDownWriting();
    }
  }

  /** Whether {@link #drained} makes something go on. */
  boolean awaitsDrain() {
    return closing || eofWritten || sendfile != null;
  }

  void sendFailed(int errno) {
    fatalError(LinuxException.of("send", errno), "Fatal write error on socket transport");
  }

  @Override
  public void writeEof() {
    if (closing || eofWritten) {
      return;
    }
    eofWritten = true;
    if (sender.isIdle() && sendfile == null) {
      shutDownWriting();
    }
  }

  private void shutDownWriting() {
    if (!shutDown) {
      shutDown = true;
      int result = SocketCalls.shutdown(channel.fd(), SocketConstants.SHUT_WR);
      if (result < 0) {
        fatalError(LinuxException.of("shutdown", result), "Fatal error on writeEof");
      }
    }
  }

  @Override
  public boolean canWriteEof() {
    return true;
  }

  @Override
  public void setWriteBufferLimits(Integer highBytes, Integer lowBytes) {
    flow.setLimits(WriteBufferLimits.of(highBytes, lowBytes));
    sender.limitsChanged();
  }

  @Override
  public WriteBufferLimits getWriteBufferLimits() {
    return flow.limits();
  }

  @Override
  public long getWriteBufferSize() {
    return sender.sizeBytes();
  }

  // Sending a file

  /** Lets {@code operation} have the sending half, until {@link #endSendfile}. */
  void beginSendfile(SendfileOperation operation) {
    if (sendfile != null) {
      throw new IllegalStateException("sendfile is in progress");
    }
    if (eofWritten) {
      throw new IllegalStateException("Cannot call sendfile() after writeEof()");
    }
    sendfile = operation;
  }

  void endSendfile() {
    sendfile = null;
    if (sender.isIdle()) {
      drained();
    }
  }

  Sender sender() {
    return sender;
  }

  StreamChannel channel() {
    return channel;
  }

  @Override
  public void writable() {
    sender.writable();
  }

  // Receiving

  @Override
  public boolean isReading() {
    return !closing && !readingPaused;
  }

  @Override
  public void pauseReading() {
    if (isReading()) {
      readingPaused = true;
      channel.stopReceiving();
    }
  }

  @Override
  public void resumeReading() {
    if (closing || !readingPaused) {
      return;
    }
    readingPaused = false;
    if (receiver.holdsBytes()) {
      loop.callSoon(this::receiveHeld, context);
    } else {
      channel.startReceiving();
    }
  }

  private void receiveHeld() {
    receiver.deliverHeld();
    if (!receiver.holdsBytes()) {
      startReceiving();
    }
  }

  @Override
  public void received(ByteBuffer view, long address) {
    receivedAddress = address;
    loop.runInContext(context, StreamTransport::deliver, this, view);
  }

  private void deliver(ByteBuffer view) {
    receiver.deliver(view, receivedAddress);
  }

  @Override
  public void endOfStream() {
    loop.runInContext(context, this::callEofReceived);
  }

  private void callEofReceived() {
    boolean keepOpen;
    try {
      keepOpen =
          protocol instanceof BufferedProtocol buffered
              ? buffered.eofReceived()
              : ((Protocol) protocol).eofReceived();
    } catch (Throwable thrown) {
      LoopExit.rethrowIfFatal(thrown);
      fatalError(thrown, "Fatal error: protocol.eofReceived() call failed.");
      return;
    }
    if (!keepOpen) {
      close();
    }
  }

  @Override
  public void receiveFailed(int errno) {
    fatalError(LinuxException.of("recv", errno), "Fatal read error on socket transport");
  }

  // The end

  @Override
  public boolean isClosing() {
    return closing;
  }

  @Override
  public void close() {
    if (!closing) {
      stop();
      if (sendfile != null) {
        sendfile.transportClosing(null);
      }
      if (sender.isIdle()) {
        end(null);
      }
    }
  }

  @Override
  public void abort() {
    forceClose(null);
  }

  /** What ends the connection: an I/O error is the peer's affair, all else is reported. */
  void fatalError(Throwable thrown, String message) {
    if (!(thrown instanceof IOException)) {
      loop.callExceptionHandler(
          ExceptionContext.of(message, thrown).with("transport", this).with("protocol", protocol));
    } else if (loop.getDebug()) {
      System.getLogger("dev.ouro").log(System.Logger.Level.DEBUG, this + ": " + message, thrown);
    }
    forceClose(thrown);
  }

  private void forceClose(Throwable thrown) {
    if (!ending) {
      stop();
      sender.discard();
      end(thrown);
      if (sendfile != null) {
        sendfile.transportClosing(thrown);
      }
    }
  }

  private void stop() {
    if (!closing) {
      closing = true;
      channel.stopReceiving();
      receiver.discard();
      loop.releaseDescriptor(fd, this);
    }
  }

  private void end(Throwable thrown) {
    if (!ending) {
      ending = true;
      lostWith = thrown;
      if (channel.cancel()) {
        cancelled();
      }
    }
  }

  /** The kernel holds nothing of this connection any more. */
  @Override
  public void cancelled() {
    sender.release();
    loop.callSoon(this::loseConnection, context);
  }

  private void loseConnection() {
    try {
      protocol.connectionLost(lostWith);
    } finally {
      channel.release();
      sockets.remove(ends.socket());
      if (server != null) {
        server.detach(this);
      }
    }
  }

  // About it

  @Override
  public void setProtocol(BaseProtocol changed) {
    Objects.requireNonNull(changed, "protocol");
    if (!(changed instanceof Protocol) && !(changed instanceof BufferedProtocol)) {
      throw new IllegalArgumentException(
          "protocol: neither Protocol nor BufferedProtocol: " + changed.getClass().getName());
    }
    protocol = changed;
  }

  @Override
  public BaseProtocol getProtocol() {
    return protocol;
  }

  @Override
  public Object getExtraInfo(String name, Object defaultValue) {
    return ends.extraInfo(name, defaultValue);
  }

  Context context() {
    return context;
  }

  EngineLoop loop() {
    return loop;
  }

  @Override
  public String toString() {
    String state = channel.fd() < 0 ? " closed" : closing ? " closing" : "";
    return "<StreamTransport"
        + state
        + " fd="
        + fd
        + " read="
        + (isReading() ? "polling" : "idle")
        + " write="
        + sender
        + ">";
  }
}
