// SPDX-License-Identifier: Apache-2.0
package dev.ouro.transport;

import dev.ouro.linux.LinuxException;
import dev.ouro.linux.SockAddr;
import dev.ouro.linux.Socket;
import dev.ouro.linux.SocketConstants;
import dev.ouro.loop.Context;
import dev.ouro.loop.EngineLoop;
import dev.ouro.loop.ExceptionContext;
import dev.ouro.loop.LoopExit;
import dev.ouro.memory.ChunkPool;
import dev.ouro.poll.DatagramChannel;
import dev.ouro.poll.DatagramListener;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.Objects;

/**
 * The transport of a datagram socket, on either engine.
 *
 * <p>Life: open → closing (receives no more, sends what is queued) → ending (the channel is being
 * cancelled) → lost ({@code connectionLost} was called, the descriptor is closed).
 */
final class DatagramEndpoint implements DatagramTransport, DatagramListener, LoopOwned {
  private final EngineLoop loop;
  private final Context context;
  private final OpenSockets sockets;
  private final StreamEnds ends;
  private final int fd;
  private final SocketAddress remote;
  private final boolean connected;
  private final FlowControl flow;
  private final DatagramChannel channel;
  private final DatagramSender sender;
  private DatagramProtocol protocol;
  private SocketAddress receivedFrom;
  private Throwable lostWith;
  private int connLost = 1;
  private boolean closing;
  private boolean ending;

  /**
   * Makes the transport of a socket, which it owns from now on, unless this throws.
   *
   * @param remote the only address to send to; null: any, or the one that the socket is connected
   *     to
   */
  DatagramEndpoint(
      EngineLoop loop,
      ChunkPool chunks,
      OpenSockets sockets,
      DatagramMemory memory,
      StreamEnds ends,
      SocketAddress remote,
      DatagramProtocol protocol,
      Context context,
      boolean gso)
      throws LinuxException {
    Socket socket = ends.socket();
    this.loop = loop;
    this.context = context;
    this.sockets = sockets;
    this.ends = ends;
    this.fd = socket.fd().number();
    this.connected = ends.peername() != null;
    this.remote = remote == null ? ends.peername() : remote;
    setProtocol(protocol);
    this.flow = new FlowControl(loop, this);
    this.channel = loop.pollEngine().datagram(socket.fd(), socket.family(), this);
    boolean tellsRoom = connected || socket.family() != SocketConstants.AF_UNIX;
    this.sender =
        new DatagramSender(loop, this, channel, chunks, memory, flow, context, tellsRoom, gso);
    loop.claimDescriptor(fd, this);
    sockets.add(socket, this);
  }

  /** Schedules {@code connectionMade} and then the first receive, each on its own. */
  void start() {
    // As BaseProtocol: whichever of the two methods the program has.
    loop.callSoon(() -> ((BaseProtocol) protocol).connectionMade(this), context);
    loop.callSoon(this::startReceiving, context);
  }

  private void startReceiving() {
    if (!closing) {
      channel.startReceiving();
    }
  }

  // Sending

  @Override
  public void sendto(ByteBuffer data, SocketAddress address) {
    Objects.requireNonNull(data, "data");
    loop.regainControl();
    SocketAddress to = destination(address);
    // As in asyncio, closing waits for room, and what comes meanwhile leaves behind what waits.
    if (closing && (ending || !sender.waitsForRoom())) {
      connLost = LostWrites.add(connLost, "socket.send() raised exception.");
      data.position(data.limit());
    } else {
      sender.sendto(data, to);
    }
  }

  /** What the kernel is told; null: it knows. */
  private SocketAddress destination(SocketAddress address) {
    if (remote != null) {
      if (address != null && !address.equals(remote)) {
        throw new IllegalArgumentException("Invalid address: must be null or " + remote);
      }
      return connected ? null : remote;
    }
    if (address == null) {
      throw new IllegalArgumentException("address: null, and there is no remote address");
    }
    int family = ends.socket().family();
    int its = SockAddr.family(address);
    boolean mapped = family == SocketConstants.AF_INET6 && its == SocketConstants.AF_INET;
    if (its != family && !mapped) {
      throw new IllegalArgumentException(
          "address: not of the socket's family, " + family + ": " + address);
    }
    return address;
  }

  @Override
  public void sent(int result) {
    sender.sent(result);
  }

  @Override
  public void writable() {
    sender.writable();
  }

  /** The sender has nothing queued any more. */
  void drained() {
    if (closing) {
      end(null);
    }
  }

  void sendFailed(int errno) {
    callErrorReceived(LinuxException.of("sendmmsg", errno));
  }

  @Override
  public void setWriteBufferLimits(Integer highBytes, Integer lowBytes) {
    loop.regainControl();
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

  // Receiving

  @Override
  public void received(ByteBuffer view, SocketAddress from) {
    receivedFrom = from;
    loop.runInContext(context, DatagramEndpoint::deliver, this, view);
  }

  private void deliver(ByteBuffer view) {
    try {
      protocol.datagramReceived(view, receivedFrom);
    } catch (Throwable thrown) {
      report("Exception in callback protocol.datagramReceived()", thrown);
    }
  }

  @Override
  public void receiveFailed(int errno, boolean stopped) {
    LinuxException failure = LinuxException.of("recvmsg", errno);
    if (stopped) {
      fatalError(failure, "Fatal read error on datagram transport");
    } else {
      loop.runInContext(context, DatagramEndpoint::callErrorReceived, this, failure);
    }
  }

  private void callErrorReceived(LinuxException failure) {
    try {
      protocol.errorReceived(failure);
    } catch (Throwable thrown) {
      report("Exception in callback protocol.errorReceived()", thrown);
    }
  }

  private void report(String message, Throwable thrown) {
    LoopExit.rethrowIfFatal(thrown);
    loop.callExceptionHandler(
        ExceptionContext.of(message, thrown).with("transport", this).with("protocol", protocol));
  }

  // The end

  @Override
  public boolean isClosing() {
    return closing;
  }

  @Override
  public void close() {
    loop.regainControl();
    if (!closing) {
      stop();
      sender.send(); // and then drained() ends it
    }
  }

  @Override
  public void abort() {
    loop.regainControl();
    if (!ending) {
      stop();
      sender.send(); // what asyncio would have sent by now
      forceClose(null);
    }
  }

  /** What ends the endpoint: an I/O error is quiet, all else is reported. */
  void fatalError(Throwable thrown, String message) {
    if (!(thrown instanceof IOException)) {
      report(message, thrown);
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
    }
  }

  private void stop() {
    if (!closing) {
      closing = true;
      channel.stopReceiving();
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

  /** The kernel holds nothing of this socket any more. */
  @Override
  public void cancelled() {
    sender.release();
    loop.callSoon(this::loseConnection, context);
  }

  @Override
  public void loopClosed() {
    closing = true;
    ending = true;
  }

  private void loseConnection() {
    try {
      protocol.connectionLost(lostWith);
    } finally {
      channel.release();
      sockets.remove(ends.socket());
    }
  }

  // About it

  @Override
  public void setProtocol(BaseProtocol changed) {
    loop.regainControl();
    Objects.requireNonNull(changed, "protocol");
    if (!(changed instanceof DatagramProtocol datagrams)) {
      throw new IllegalArgumentException(
          "protocol: not a DatagramProtocol: " + changed.getClass().getName());
    }
    protocol = datagrams;
  }

  @Override
  public BaseProtocol getProtocol() {
    return protocol;
  }

  @Override
  public Object getExtraInfo(String name, Object defaultValue) {
    return ends.extraInfo(name, defaultValue);
  }

  @Override
  public String toString() {
    String state = channel.fd() < 0 ? " closed" : closing ? " closing" : "";
    return "<DatagramEndpoint"
        + state
        + " fd="
        + fd
        + " read="
        + (closing ? "idle" : "polling")
        + " write="
        + sender
        + ">";
  }
}
