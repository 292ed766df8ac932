// SPDX-License-Identifier: Apache-2.0
package dev.ouro.transport;

import dev.ouro.linux.AddressInfo;
import dev.ouro.linux.LinuxException;
import dev.ouro.linux.Socket;
import dev.ouro.linux.SocketConstants;
import dev.ouro.linux.UnixAddress;
import dev.ouro.loop.Context;
import dev.ouro.loop.EngineLoop;
import dev.ouro.loop.Future;
import dev.ouro.loop.LoopExit;
import dev.ouro.memory.ChunkPool;
import dev.ouro.transport.DatagramSockets.Candidate;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;
import java.util.function.Supplier;

/** Makes one datagram endpoint: finds its addresses, opens its socket, then makes its parts. */
final class DatagramConnector<P extends DatagramProtocol> {
  private final EngineLoop loop;
  private final ChunkPool chunks;
  private final OpenSockets sockets;
  private final DatagramMemory memory;
  private final Supplier<P> protocolFactory;
  private final DatagramOptions options;
  private final Context context = Context.copyContext();
  private final Created<Connection<DatagramTransport, P>> result;
  private DatagramEndpoint endpoint;

  DatagramConnector(
      EngineLoop loop,
      ChunkPool chunks,
      OpenSockets sockets,
      DatagramMemory memory,
      Supplier<P> protocolFactory,
      DatagramOptions options) {
    this.loop = loop;
    this.chunks = chunks;
    this.sockets = sockets;
    this.memory = memory;
    this.protocolFactory = protocolFactory;
    this.options = options;
    this.result = new Created<>(loop);
    result.whenCancelled(() -> {
      if (endpoint != null) {
        endpoint.close();
      }
    });
  }

  Future<Connection<DatagramTransport, P>> result() {
    return result;
  }

  /**
   * Refuses what contradicts itself.
   *
   * @throws IllegalArgumentException it does
   */
  static void check(DatagramOptions options) {
    if (options.sock() != null) {
      checkSock(options);
    } else if (options.localAddr() == null && options.remoteAddr() == null) {
      if (options.family() == SocketConstants.AF_UNSPEC) {
        throw new IllegalArgumentException("unexpected address family");
      }
    } else {
      checkFamily("localAddr", options.localAddr(), options);
      checkFamily("remoteAddr", options.remoteAddr(), options);
    }
    if ((options.gso() || options.gro()) && isUnix(options)) {
      throw new IllegalArgumentException("gso, gro: only for UDP");
    }
  }

  private static void checkSock(DatagramOptions options) {
    Arguments.datagram(options.sock());
    StringJoiner problems = new StringJoiner(", ");
    add(problems, "localAddr", options.localAddr(), options.localAddr() != null);
    add(problems, "remoteAddr", options.remoteAddr(), options.remoteAddr() != null);
    add(problems, "family", options.family(), options.family() != 0);
    add(problems, "proto", options.proto(), options.proto() != 0);
    add(problems, "flags", options.flags(), options.flags() != 0);
    add(problems, "reusePort", true, options.reusePort());
    add(problems, "allowBroadcast", true, options.allowBroadcast());
    if (problems.length() > 0) {
      throw new IllegalArgumentException(
          "socket modifier keyword arguments can not be used when sock is specified. ("
              + problems
              + ")");
    }
  }

  private static void add(StringJoiner problems, String name, Object value, boolean given) {
    if (given) {
      problems.add(name + "=" + value);
    }
  }

  private static void checkFamily(String name, SocketAddress address, DatagramOptions options) {
    boolean path = address instanceof UnixAddress;
    if (address != null && path != isUnix(options)) {
      throw new IllegalArgumentException(
          name
              + (path ? ": a host and a port are expected: " : ": a path is expected: ")
              + address);
    }
  }

  /** Whether the socket is to be a Unix one: by its family, or by the first address there is. */
  private static boolean isUnix(DatagramOptions options) {
    if (options.sock() != null) {
      return options.sock().family() == SocketConstants.AF_UNIX;
    }
    if (options.family() != SocketConstants.AF_UNSPEC) {
      return options.family() == SocketConstants.AF_UNIX;
    }
    SocketAddress first = options.localAddr() != null ? options.localAddr() : options.remoteAddr();
    return first instanceof UnixAddress;
  }

  /** Opens the socket, now or when its addresses are known. */
  void start() {
    if (options.sock() != null) {
      attach(options.sock(), null);
    } else if (isUnix(options) || (options.localAddr() == null && options.remoteAddr() == null)) {
      int family = isUnix(options) ? SocketConstants.AF_UNIX : options.family();
      open(
          List.of(
              new Candidate(family, options.proto(), options.localAddr(), options.remoteAddr())));
    } else {
      resolve();
    }
  }

  private void resolve() {
    Future<List<AddressInfo>> local = resolve(options.localAddr());
    Future<List<AddressInfo>> remote = resolve(options.remoteAddr());
    // When one is known, look for the other.
    local.addDoneCallback(_ -> remote.addDoneCallback(_ -> open(local, remote)));
  }

  private Future<List<AddressInfo>> resolve(SocketAddress address) {
    Future<List<AddressInfo>> known = loop.createFuture();
    if (address == null) {
      known.setResult(null);
      return known;
    }
    Resolver resolver =
        new Resolver(
            loop, options.family(), SocketConstants.SOCK_DGRAM, options.proto(), options.flags());
    InetSocketAddress inet = (InetSocketAddress) address;
    return resolver.resolve(inet);
  }

  private void open(Future<List<AddressInfo>> local, Future<List<AddressInfo>> remote) {
    Throwable localFailure = local.exception();
    Throwable remoteFailure = remote.exception();
    if (result.done()) {
      return;
    }
    if (localFailure != null || remoteFailure != null) {
      result.setException(localFailure != null ? localFailure : remoteFailure);
      return;
    }
    try {
      open(DatagramSockets.candidates(local.result(), remote.result()));
    } catch (IllegalArgumentException e) {
      result.setException(e);
    }
  }

  private void open(List<Candidate> candidates) {
    LinuxException first = null;
    for (Candidate candidate : candidates) {
      try {
        Socket socket = DatagramSockets.open(candidate, options);
        attach(socket, candidate.remote());
        return;
      } catch (LinuxException e) {
        first = first == null ? e : first;
      }
    }
    result.setException(first);
  }

  /** Makes protocol and transport of {@code socket}, which is the transport's from now on. */
  private void attach(Socket socket, SocketAddress remote) {
    try {
      if (options.gro()) {
        socket.setsockopt(SocketConstants.IPPROTO_UDP, SocketConstants.UDP_GRO, 1);
      }
      StreamEnds ends = StreamEnds.of(socket);
      List<P> made = new ArrayList<>(1);
      loop.runInContext(context, () -> made.add(Connector.protocolOf(protocolFactory)));
      P protocol = made.getFirst();
      endpoint =
          new DatagramEndpoint(
              loop, chunks, sockets, memory, ends, remote, protocol, context, options.gso());
      endpoint.start();
      loop.callSoon(() -> {
        if (!result.done()) {
          result.setResult(new Connection<>(endpoint, protocol));
        }
      });
    } catch (Throwable thrown) {
      socket.close();
      LoopExit.rethrowIfFatal(thrown);
      result.setException(thrown);
    }
  }
}
