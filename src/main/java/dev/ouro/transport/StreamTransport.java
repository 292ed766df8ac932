// SPDX-License-Identifier: Apache-2.0
package dev.ouro.transport;

import dev.ouro.linux.LinuxException;
import dev.ouro.linux.SocketCalls;
import dev.ouro.linux.SocketConstants;
import dev.ouro.loop.Context;
import dev.ouro.loop.EngineLoop;
import dev.ouro.loop.LoopExit;
import dev.ouro.memory.ChunkPool;
import dev.ouro.poll.StreamChannel;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.Objects;

/**
 * The transport of a TCP or Unix connection, on either engine: a {@link Sender}, a {@link
 * Receiver}, and the life of a {@link ChannelTransport}.
 */
final class StreamTransport extends ChannelTransport implements LoopTransport, Sender.Owner {
  private final SocketServer server;
  private final StreamEnds ends;
  private final FlowControl flow;
  private final Sender sender;
  private final Receiver receiver;
  private final StreamChannel channel;
  private SendfileOperation sendfile;
  private int connLost = 1;
  private boolean eofWritten;
  private boolean shutDown;

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
    super(loop, sockets, ends.socket().fd(), protocol, context);
    this.server = server;
    this.ends = ends;
    this.flow = new FlowControl(loop, this);
    this.channel = loop.pollEngine().stream(ends.socket().fd(), this);
    this.receiver = new Receiver(chunks, this, channel);
    boolean batches = loop.pollEngine().batchesSends();
    this.sender = new Sender(loop, chunks, this, channel, flow, batches);
    own();
  }

  @Override
  StreamChannel channel() {
    return channel;
  }

  // Sending

  @Override
  public void write(ByteBuffer data) {
    Objects.requireNonNull(data, "data");
    checkMayWrite("write");
    if (data.hasRemaining()) {
      if (losesWrite()) {
        data.position(data.limit());
      } else {
        sender.write(data, receiver.addressOf(data));
      }
    }
  }

  @Override
  public void writelines(Iterable<ByteBuffer> data) {
    Collection<ByteBuffer> all = Arguments.buffers(data);
    checkMayWrite("writelines");
    if (!all.isEmpty() && !losesWrite()) {
      sender.writeAll(all);
    }
  }

  /**
   * Whether a write comes too late, which counts it. As in asyncio, after {@link #close} too it is
   * in time while the kernel has no room for what was written before: it leaves behind that.
   */
  private boolean losesWrite() {
    if (!isClosing()) {
      return false;
    }
    if (!isEnding()) {
      loop().requireThread();
      sender.sendWhatFits();
      if (!sender.isIdle()) {
        return false;
      }
      end(null);
    }
    connLost = LostWrites.add(connLost, "socket.send() raised exception.");
    return true;
  }

  private void checkMayWrite(String method) {
    loop().regainControl();
    if (eofWritten) {
      throw new IllegalStateException("Cannot call " + method + "() after writeEof()");
    }
    if (sendfile != null) {
      throw new IllegalStateException("unable to " + method + "; sendfile is in progress");
    }
  }

  @Override
  public void writeFile(ByteBuffer data) {
    sender.write(data, 0);
  }

  @Override
  public void sent(int result) {
    sender.sent(result);
  }

  @Override
  public void drained() {
    if (sendfile != null) {
      sendfile.drained();
    } else if (isClosing()) {
      end(null);
    } else if (eofWritten) {
      shutDownWriting();
    }
  }

  @Override
  public boolean awaitsDrain() {
    return isClosing() || eofWritten || sendfile != null;
  }

  @Override
  public void sendFailed(int errno) {
    fatalError(LinuxException.of("send", errno), "Fatal write error on socket transport");
  }

  @Override
  public void writeEof() {
    loop().regainControl();
    if (isClosing() || eofWritten) {
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
    loop().regainControl();
    flow.setLimits(WriteBufferLimits.of(highBytes, lowBytes));
    sender.limitsChanged();
  }

  @Override
  public WriteBufferLimits getWriteBufferLimits() {
    return flow.limits();
  }

  @Override
  public boolean isWritingPaused() {
    return flow.isPaused();
  }

  @Override
  public long getWriteBufferSize() {
    return sender.sizeBytes();
  }

  // Sending a file

  @Override
  public void beginSendfile(SendfileOperation operation) {
    if (sendfile != null) {
      throw new IllegalStateException("sendfile is in progress");
    }
    if (eofWritten) {
      throw new IllegalStateException("Cannot call sendfile() after writeEof()");
    }
    sendfile = operation;
  }

  @Override
  public boolean takesFile() {
    return sender.isFree();
  }

  @Override
  public void endSendfile() {
    sendfile = null;
    if (sender.isIdle()) {
      drained();
    }
  }

  Sender sender() {
    return sender;
  }

  @Override
  public void writable() {
    sender.writable();
  }

  // Receiving

  @Override
  void startReceiving() {
    receiver.start();
  }

  @Override
  public boolean isReading() {
    return receiver.isReading();
  }

  @Override
  public void pauseReading() {
    receiver.pause();
  }

  @Override
  public void resumeReading() {
    receiver.resume();
  }

  @Override
  public void received(ByteBuffer view, long address) {
    receiver.received(view, address);
  }

  @Override
  public void endOfStream() {
    loop().runInContext(context(), this::callEofReceived);
  }

  private void callEofReceived() {
    boolean keepOpen;
    try {
      keepOpen = receiver.callEofReceived();
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
  public void close() {
    if (stop()) {
      if (sendfile != null) {
        sendfile.transportClosing(null);
      }
      if (sender.isIdle()) {
        end(null);
      }
    }
  }

  /** {@link #close} of the transport on top, where layers of TLS are on this one. */
  void closeTop() {
    Transport top = this;
    while (top.getProtocol() instanceof TlsProtocol layer) {
      top = layer.transport();
    }
    top.close();
  }

  @Override
  public void abort() {
    forceClose(null);
  }

  @Override
  public boolean forceClose(Throwable thrown) {
    boolean ended = super.forceClose(thrown);
    if (ended && sendfile != null) {
      sendfile.transportClosing(thrown);
    }
    return ended;
  }

  @Override
  void stopped() {
    receiver.discard();
  }

  @Override
  void sendWhatFits() {
    sender.sendWhatFits();
  }

  @Override
  void discardUnsent() {
    sender.discard();
  }

  @Override
  void released() {
    sender.release();
  }

  @Override
  void lost() {
    if (server != null) {
      server.detach(this);
    }
  }

  // About it

  @Override
  public Object getExtraInfo(String name, Object defaultValue) {
    return ends.extraInfo(name, defaultValue);
  }

  @Override
  public String toString() {
    return text() + " read=" + receiver + " write=" + sender + ">";
  }
}
