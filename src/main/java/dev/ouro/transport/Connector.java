// SPDX-License-Identifier: Apache-2.0
package dev.ouro.transport;

import dev.ouro.linux.AddressInfo;
import dev.ouro.linux.Errno;
import dev.ouro.linux.LinuxException;
import dev.ouro.linux.Socket;
import dev.ouro.loop.Context;
import dev.ouro.loop.EngineLoop;
import dev.ouro.loop.Future;
import dev.ouro.loop.LoopExit;
import dev.ouro.memory.ChunkPool;
import dev.ouro.poll.Operation;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Supplier;

/**
 * Makes one connection: tries addresses in turn, then makes protocol and transport.
 *
 * <p>At any moment it owns at most one socket, {@link #socket}, which the transport takes over or
 * which is closed: when connecting failed, or once a cancelled connect has ended in the kernel.
 */
final class Connector<P extends BaseProtocol> {
  private final EngineLoop loop;
  private final ChunkPool chunks;
  private final OpenSockets sockets;
  private final Supplier<P> protocolFactory;
  private final Context context = Context.copyContext();
  private final Future<Connection<Transport, P>> result;
  private final List<LinuxException> failures = new ArrayList<>();
  private Socket socket;
  private Operation connecting;
  private StreamTransport transport;

  Connector(EngineLoop loop, ChunkPool chunks, OpenSockets sockets, Supplier<P> protocolFactory) {
    this.loop = loop;
    this.chunks = chunks;
    this.sockets = sockets;
    this.protocolFactory = protocolFactory;
    this.result = loop.createFuture();
    result.addDoneCallback(done -> {
      if (done.cancelled()) {
        cancelled();
      }
    });
  }

  Future<Connection<Transport, P>> result() {
    return result;
  }

  /** Connects to the first of the addresses that accepts, once they are known. */
  void connect(Future<List<AddressInfo>> addresses) {
    addresses.addDoneCallback(found -> {
      if (result.done()) {
        return;
      }
      if (found.exception() != null) {
        result.setException(found.exception());
      } else {
        connectNext(found.result().iterator());
      }
    });
  }

  private void connectNext(Iterator<AddressInfo> addresses) {
    while (addresses.hasNext()) {
      AddressInfo info = addresses.next();
      try {
        socket = Socket.open(info.family(), info.type(), info.protocol());
      } catch (LinuxException e) {
        failures.add(e);
        continue;
      }
      connectTo(info.address(), addresses);
      return;
    }
    result.setException(combined());
  }

  /** Connects a new socket to {@code address}; after a failure goes on with {@code others}. */
  void connect(Socket opened, SocketAddress address) {
    socket = opened;
    connectTo(address, List.<AddressInfo>of().iterator());
  }

  private void connectTo(SocketAddress address, Iterator<AddressInfo> others) {
    sockets.add(socket);
    connecting =
        loop.pollEngine()
            .connect(
                socket.fd(),
                address,
                outcome -> {
                  connecting = null;
                  if (outcome == 0 && !result.done()) {
                    attach(socket);
                    return;
                  }
                  socket.close();
                  sockets.remove(socket);
                  if (!result.done()) {
                    failures.add(LinuxException.of("connect", outcome, address.toString()));
                    connectNext(others);
                  }
                });
  }

  /** Makes protocol and transport of a connected socket, which is the transport's from now on. */
  void attach(Socket connected) {
    try {
      StreamEnds ends = StreamEnds.of(connected);
      List<P> made = new ArrayList<>(1);
      loop.runInContext(context, () -> made.add(protocolOf(protocolFactory)));
      P protocol = made.getFirst();
      transport = new StreamTransport(loop, chunks, sockets, ends, protocol, context, null);
      transport.start();
      loop.callSoon(() -> {
        if (!result.done()) {
          result.setResult(new Connection<>(transport, protocol));
        }
      });
    } catch (Throwable thrown) {
      connected.close();
      sockets.remove(connected);
      LoopExit.rethrowIfFatal(thrown);
      result.setException(thrown);
    }
  }

  private void cancelled() {
    if (connecting != null) {
      connecting.cancel();
    } else if (transport != null) {
      transport.close();
    }
  }

  /** The one failure, or all of them in one. */
  private LinuxException combined() {
    if (failures.isEmpty()) {
      return LinuxException.of(
          "getaddrinfo", Errno.EADDRNOTAVAIL, "getaddrinfo() returned empty list");
    }
    LinuxException first = failures.getFirst();
    if (failures.stream().allMatch(e -> e.getMessage().equals(first.getMessage()))) {
      return first;
    }
    List<String> messages = failures.stream().map(LinuxException::getMessage).toList();
    LinuxException all =
        LinuxException.of(
            "connect", first.errno(), "Multiple exceptions: " + String.join(", ", messages));
    failures.forEach(all::addSuppressed);
    return all;
  }

  static <P extends BaseProtocol> P protocolOf(Supplier<P> protocolFactory) {
    P protocol = protocolFactory.get();
    if (protocol == null) {
      throw new NullPointerException("protocolFactory: it returned null");
    }
    return protocol;
  }
}
