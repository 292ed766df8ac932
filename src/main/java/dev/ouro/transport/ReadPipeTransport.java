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
import java.util.Objects;

/** The transport that reads a pipe, a terminal or the like: a {@link Receiver} alone. */
final class ReadPipeTransport extends ChannelTransport implements ReadTransport {
  private final Object pipe;
  private final Receiver receiver;
  private final StreamChannel channel;

  /**
   * Makes the transport of {@code fd}, which it owns from now on.
   *
   * @param pipe what {@code getExtraInfo("pipe")} answers
   */
  ReadPipeTransport(
      EngineLoop loop,
      ChunkPool chunks,
      OpenSockets open,
      Fd fd,
      Object pipe,
      BaseProtocol protocol,
      Context context) {
    super(loop, open, fd, protocol, context);
    this.pipe = pipe;
    this.channel = loop.pollEngine().pipe(fd, true, this);
    this.receiver = new Receiver(chunks, this, channel);
    own();
  }

  @Override
  StreamChannel channel() {
    return channel;
  }

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

  /** There is no other direction to stay open for: what {@code eofReceived} answers is ignored. */
  @Override
  public void endOfStream() {
    stop();
    loop().callSoon(receiver::callEofReceived, context());
    end(null);
  }

  @Override
  public void receiveFailed(int errno) {
    fatalError(LinuxException.of("read", errno), "Fatal read error on pipe transport");
  }

  /** EIO is how a terminal says that its other end is gone. */
  @Override
  boolean isReported(Throwable thrown) {
    return !(thrown instanceof LinuxException failure && failure.errno() == Errno.EIO);
  }

  @Override
  public void close() {
    forceClose(null);
  }

  @Override
  void stopped() {
    receiver.discard();
  }

  @Override
  public void sent(int result) {
    throw new AssertionError("nothing is sent here");
  }

  @Override
  public void writable() {
    throw new AssertionError("nothing is sent here");
  }

  @Override
  public Object getExtraInfo(String name, Object defaultValue) {
    return Objects.requireNonNull(name, "name").equals("pipe") ? pipe : defaultValue;
  }

  @Override
  public String toString() {
    return text() + " " + receiver + ">";
  }
}
