// SPDX-License-Identifier: Apache-2.0
package dev.ouro.transport;

import dev.ouro.linux.Errno;
import dev.ouro.linux.Fd;
import dev.ouro.linux.LinuxException;
import dev.ouro.loop.Context;
import dev.ouro.loop.EngineLoop;
import dev.ouro.memory.ChunkPool;
import dev.ouro.poll.StreamChannel;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.Objects;

/** The transport that writes to a pipe, a terminal or the like: a {@link Sender} alone. */
final class WritePipeTransport extends ChannelTransport implements WriteTransport, Sender.Owner {
  private final Object pipe;
  private final boolean tellsHangUp;
  private final FlowControl flow;
  private final Sender sender;
  private final StreamChannel channel;
  private int connLost;

  /**
   * Makes the transport of {@code fd}, which it owns from now on.
   *
   * @param pipe what {@code getExtraInfo("pipe")} answers
   * @param tellsHangUp whether the kernel tells when nobody reads any more: of pipes and sockets
   */
  WritePipeTransport(
      EngineLoop loop,
      ChunkPool chunks,
      OpenSockets open,
      Fd fd,
      Object pipe,
      boolean tellsHangUp,
      BaseProtocol protocol,
      Context context) {
    super(loop, open, fd, protocol, context);
    this.pipe = pipe;
    this.tellsHangUp = tellsHangUp;
    this.flow = new FlowControl(loop, this);
    this.channel = loop.pollEngine().pipe(fd, false, this);
    this.sender = new Sender(loop, chunks, this, channel, flow, false);
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
    loop().regainControl();
    if (isClosing()) {
      if (data.hasRemaining()) {
        loseWrite();
        data.position(data.limit());
      }
    } else if (data.hasRemaining()) {
      sender.write(data, 0);
    }
  }

  @Override
  public void writelines(Iterable<ByteBuffer> data) {
    Collection<ByteBuffer> all = Arguments.buffers(data);
    if (all.isEmpty()) {
      return;
    }
    loop().regainControl();
    if (isClosing()) {
      loseWrite();
    } else {
      sender.writeAll(all);
    }
  }

  private void loseWrite() {
    connLost =
        LostWrites.add(connLost, "pipe closed by peer or os.write(pipe, data) raised exception.");
  }

  @Override
  public void sent(int result) {
    sender.sent(result);
  }

  @Override
  public void writable() {
    sender.writable();
  }

  @Override
  public void drained() {
    if (isClosing()) {
      end(null);
    }
  }

  @Override
  public boolean awaitsDrain() {
    return isClosing();
  }

  @Override
  public void sendFailed(int errno) {
    connLost++;
    fatalError(LinuxException.of("write", errno), "Fatal write error on pipe transport");
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
  public long getWriteBufferSize() {
    return sender.sizeBytes();
  }

  // The reader's going away

  @Override
  void startReceiving() {
    if (tellsHangUp && !isClosing()) {
      channel.startReceiving();
    }
  }

  @Override
  public void endOfStream() {
    forceClose(sender.isIdle() ? null : LinuxException.of("write", Errno.EPIPE));
  }

  @Override
  public void receiveFailed(int errno) {
    fatalError(LinuxException.of("epoll_ctl", errno), "Fatal error on pipe transport");
  }

  @Override
  public void received(ByteBuffer view, long address) {
    throw new AssertionError("nothing is received here");
  }

  // The end

  /** A pipe has one direction: its end is the transport's. */
  @Override
  public void writeEof() {
    close();
  }

  @Override
  public boolean canWriteEof() {
    return true;
  }

  @Override
  public void close() {
    if (stop() && sender.isIdle()) {
      end(null);
    }
  }

  @Override
  public void abort() {
    forceClose(null);
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

  // About it

  @Override
  void checkProtocol(BaseProtocol changed) {
    // Nothing is received: any will do.
  }

  @Override
  public Object getExtraInfo(String name, Object defaultValue) {
    return Objects.requireNonNull(name, "name").equals("pipe") ? pipe : defaultValue;
  }

  @Override
  public String toString() {
    return text() + " " + sender + ">";
  }
}
