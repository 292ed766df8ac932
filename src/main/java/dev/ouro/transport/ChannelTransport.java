// SPDX-License-Identifier: Apache-2.0
package dev.ouro.transport;

import dev.ouro.linux.Fd;
import dev.ouro.loop.Context;
import dev.ouro.loop.EngineLoop;
import dev.ouro.loop.ExceptionContext;
import dev.ouro.poll.StreamChannel;
import dev.ouro.poll.StreamListener;
import java.io.IOException;
import java.util.Objects;

/**
 * What the transports of byte streams have in common: their life.
 *
 * <p>open → closing (receives no more, sends what is queued) → ending (the channel is being
 * cancelled: the kernel lets go of everything) → lost ({@code connectionLost} was called, the
 * descriptor is closed). {@link #end} is the one way from closing to ending.
 *
 * <p>What starts is the caller's turn; what the protocol hears, it hears from the ready queue.
 */
abstract class ChannelTransport implements BaseTransport, StreamListener, LoopOwned {
  private final EngineLoop loop;
  private final OpenSockets open;
  private final Fd fd;
  private final int number;
  private Context context;
  private BaseProtocol protocol;
  private Throwable lostWith;
  private boolean closing;
  private boolean ending;

  /** The transport owns {@code fd} once {@link #own} was called. */
  ChannelTransport(
      EngineLoop loop, OpenSockets open, Fd fd, BaseProtocol protocol, Context context) {
    this.loop = loop;
    this.context = context;
    this.open = open;
    this.fd = fd;
    this.number = fd.number();
    setProtocol(protocol);
  }

  /** The constructor of a subclass is through: the descriptor is the transport's. */
  final void own() {
    loop.claimDescriptor(number, this);
    open.add(fd, this);
  }

  abstract StreamChannel channel();

  /** Why the channel stopped: an I/O error is the other end's affair, all else is reported. */
  boolean isReported(Throwable thrown) {
    return !(thrown instanceof IOException);
  }

  /** It is closing: what was received and not handed over is dropped. */
  void stopped() {}

  /** It is aborted: what asyncio would have sent by now is sent, as far as there is room. */
  void sendWhatFits() {}

  /** What was to be sent is dropped; {@link #released} follows when the kernel is through. */
  void discardUnsent() {}

  /** The kernel holds nothing of this transport any more. */
  void released() {}

  /** The descriptor is closed. */
  void lost() {}

  /** Schedules {@code connectionMade} and then the first receive, each on its own. */
  final void start() {
    loop.callSoon(this::callConnectionMade, context);
    loop.callSoon(this::startReceiving, context);
  }

  private void callConnectionMade() {
    protocol.connectionMade(this);
  }

  abstract void startReceiving();

  @Override
  public final boolean isClosing() {
    return closing;
  }

  /** Whether the connection is lost, and only has to tell so. */
  final boolean isEnding() {
    return ending;
  }

  /** What ends the connection. */
  public void fatalError(Throwable thrown, String message) {
    if (isReported(thrown)) {
      loop.callExceptionHandler(
          ExceptionContext.of(message, thrown).with("transport", this).with("protocol", protocol));
    } else if (loop.getDebug()) {
      System.getLogger("dev.ouro").log(System.Logger.Level.DEBUG, this + ": " + message, thrown);
    }
    forceClose(thrown);
  }

  /** Ends without sending what is queued; false when it is ending already. */
  public boolean forceClose(Throwable thrown) {
    loop.regainControl();
    if (ending) {
      return false;
    }
    if (thrown == null) {
      sendWhatFits();
    }
    stop();
    discardUnsent();
    end(thrown);
    return true;
  }

  /** From open to closing; false when it is closing already. */
  final boolean stop() {
    loop.regainControl();
    if (closing) {
      return false;
    }
    closing = true;
    channel().stopReceiving();
    stopped();
    loop.releaseDescriptor(number, this);
    return true;
  }

  final void end(Throwable thrown) {
    if (!ending) {
      ending = true;
      lostWith = thrown;
      if (channel().cancel()) {
        cancelled();
      }
    }
  }

  @Override
  public final void cancelled() {
    released();
    loop.callSoon(this::loseConnection, context);
  }

  @Override
  public final void loopClosed() {
    closing = true;
    ending = true;
  }

  private void loseConnection() {
    try {
      protocol.connectionLost(lostWith);
    } finally {
      channel().release();
      open.remove(fd);
      lost();
    }
  }

  // About it

  @Override
  public final void setProtocol(BaseProtocol changed) {
    loop.regainControl();
    Objects.requireNonNull(changed, "protocol");
    checkProtocol(changed);
    protocol = changed;
  }

  /** Throws if this transport cannot serve {@code changed}. */
  void checkProtocol(BaseProtocol changed) {
    Arguments.streamProtocol(changed);
  }

  @Override
  public final BaseProtocol getProtocol() {
    return protocol;
  }

  /** Where the protocol's methods run. */
  public final Context context() {
    return context;
  }

  /** Has the protocol's methods run in {@code changed} from now on. */
  public final void setContext(Context changed) {
    context = changed;
  }

  /** The loop that it belongs to. */
  public final EngineLoop loop() {
    return loop;
  }

  /** The beginning of a transport's text: its class, its state and its descriptor. */
  final String text() {
    String state = channel().fd() < 0 ? " closed" : closing ? " closing" : "";
    return "<" + getClass().getSimpleName() + state + " fd=" + number;
  }
}
