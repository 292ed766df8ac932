// SPDX-License-Identifier: Apache-2.0
package dev.ouro.transport;

import dev.ouro.linux.AddressInfo;
import dev.ouro.linux.Fd;
import dev.ouro.linux.LinuxException;
import dev.ouro.linux.NameInfo;
import dev.ouro.linux.OpenFile;
import dev.ouro.linux.Socket;
import dev.ouro.linux.SocketConstants;
import dev.ouro.linux.UnixAddress;
import dev.ouro.loop.Context;
import dev.ouro.loop.EngineLoop;
import dev.ouro.loop.Future;
import dev.ouro.memory.ChunkPool;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;

/**
 * What an event loop needs to make servers and connections, over an {@link EngineLoop}: for authors
 * of loops. {@code dev.ouro.EventLoop} has the same methods, and says what they do.
 */
public final class Network {
  private final EngineLoop loop;
  private final ChunkPool chunks = new ChunkPool();
  private final OpenSockets open;
  // From the first datagram endpoint on.
  private DatagramMemory datagrams;
  private Tls tls;
  private SocketOperations sockets;

  /** The network of {@code loop}; {@link #close} must follow the loop's own. */
  public Network(EngineLoop loop) {
    this.loop = Objects.requireNonNull(loop, "loop");
    this.open = new OpenSockets(loop);
  }

  /** As {@code EventLoop.createServer}. */
  public Future<Server> createServer(
      Supplier<? extends BaseProtocol> protocolFactory, ServerOptions options) {
    Objects.requireNonNull(protocolFactory, "protocolFactory");
    Objects.requireNonNull(options, "options");
    boolean byName = options.hosts() != null || options.port() != null;
    if (byName && options.sock() != null) {
      throw new IllegalArgumentException(
          "host/port and sock can not be specified at the same time");
    }
    TlsLayers layers = serverLayers(options.tls());
    if (options.sock() != null) {
      checkFree(Arguments.stream(options.sock()));
      Serving serving =
          new Serving(protocolFactory, options.backlog(), options.startServing(), layers);
      serving.serve(() -> List.of(options.sock()), true, false);
      return serving.result;
    }
    if (!byName) {
      throw new IllegalArgumentException("Neither host/port nor sock were specified");
    }
    Serving serving =
        new Serving(protocolFactory, options.backlog(), options.startServing(), layers);
    resolveAll(serving, options);
    return serving.result;
  }

  private void resolveAll(Serving serving, ServerOptions options) {
    Resolver resolver = new Resolver(loop, options.family(), 0, options.flags());
    List<String> hosts = options.hosts() == null ? List.of("") : options.hosts();
    List<Future<List<AddressInfo>>> pending = new ArrayList<>();
    for (String host : hosts) {
      pending.add(resolver.resolve(host.isEmpty() ? null : host, options.port()));
    }
    int[] left = {pending.size()};
    for (Future<List<AddressInfo>> answer : pending) {
      answer.addDoneCallback(done -> {
        Throwable failure = done.exception();
        if (failure != null) {
          serving.fail(failure);
        } else if (--left[0] == 0) {
          serving.serve(() -> ServerSockets.bind(distinct(pending), options), false, false);
        }
      });
    }
  }

  /** In the order of {@code answers}. Few: a set would have to link the record's hashCode first. */
  private static List<AddressInfo> distinct(List<Future<List<AddressInfo>>> answers) {
    List<AddressInfo> addresses = new ArrayList<>();
    for (Future<List<AddressInfo>> answer : answers) {
      for (AddressInfo address : answer.result()) {
        if (!addresses.contains(address)) {
          addresses.add(address);
        }
      }
    }
    return addresses;
  }

  /** As {@code EventLoop.createUnixServer}. */
  public Future<Server> createUnixServer(
      Supplier<? extends BaseProtocol> protocolFactory, UnixServerOptions options) {
    Objects.requireNonNull(protocolFactory, "protocolFactory");
    Objects.requireNonNull(options, "options");
    if (options.path() != null && options.sock() != null) {
      throw new IllegalArgumentException("path and sock can not be specified at the same time");
    }
    if (options.path() == null) {
      if (options.sock() == null) {
        throw new IllegalArgumentException("path was not specified, and no sock specified");
      }
      checkFree(Arguments.unixStream(options.sock()));
    }
    Serving serving =
        new Serving(
            protocolFactory,
            options.backlog(),
            options.startServing(),
            serverLayers(options.tls()));
    boolean given = options.sock() != null;
    serving.serve(
        () -> List.of(given ? options.sock() : ServerSockets.bindUnix(options.path())),
        given,
        options.cleanupSocket());
    return serving.result;
  }

  /** As {@code EventLoop.createConnection}. */
  public <P extends BaseProtocol> Future<Connection<Transport, P>> createConnection(
      Supplier<P> protocolFactory, ConnectionOptions options) {
    Objects.requireNonNull(protocolFactory, "protocolFactory");
    Objects.requireNonNull(options, "options");
    boolean byName = options.host() != null || options.port() != null;
    if (byName && options.sock() != null) {
      throw new IllegalArgumentException(
          "host/port and sock can not be specified at the same time");
    }
    if (!byName && options.sock() == null) {
      throw new IllegalArgumentException("host and port was not specified and no sock specified");
    }
    TlsLayers layers =
        options.tls() == null
            ? null
            : tls()
                .ofClient(
                    options.tls(),
                    options.host(),
                    options.port() == null ? -1 : options.port(),
                    "You must set serverHostname when using ssl without a host");
    if (options.sock() != null) {
      options.checkForSock();
      return attach(protocolFactory, Arguments.stream(options.sock()), layers);
    }
    Connector<P> connector = new Connector<>(loop, chunks, open, protocolFactory);
    connector.encrypt(layers);
    Resolver resolver = new Resolver(loop, options.family(), options.proto(), options.flags());
    InetSocketAddress local = options.localAddr();
    connector.connect(
        resolver.resolve(options.host(), options.port()),
        local == null ? null : () -> resolver.resolve(local),
        options);
    return connector.result();
  }

  /** As {@code EventLoop.createUnixConnection}. */
  public <P extends BaseProtocol> Future<Connection<Transport, P>> createUnixConnection(
      Supplier<P> protocolFactory, UnixConnectionOptions options) {
    Objects.requireNonNull(protocolFactory, "protocolFactory");
    Objects.requireNonNull(options, "options");
    if (options.path() != null && options.sock() != null) {
      throw new IllegalArgumentException("path and sock can not be specified at the same time");
    }
    if (options.path() == null && options.sock() == null) {
      throw new IllegalArgumentException("no path and sock were specified");
    }
    TlsLayers layers =
        options.tls() == null
            ? null
            : tls()
                .ofClient(
                    options.tls(), null, -1, "you have to pass serverHostname when using ssl");
    if (options.sock() != null) {
      return attach(protocolFactory, Arguments.unixStream(options.sock()), layers);
    }
    Connector<P> connector = new Connector<>(loop, chunks, open, protocolFactory);
    connector.encrypt(layers);
    connector.connect(options.path());
    return connector.result();
  }

  /** As {@code EventLoop.connectAcceptedSocket}. */
  public <P extends BaseProtocol> Future<Connection<Transport, P>> connectAcceptedSocket(
      Supplier<P> protocolFactory, Socket sock, AcceptedSocketOptions options) {
    Objects.requireNonNull(protocolFactory, "protocolFactory");
    Objects.requireNonNull(sock, "sock");
    Objects.requireNonNull(options, "options");
    return attach(protocolFactory, Arguments.stream(sock), serverLayers(options.tls()));
  }

  private <P extends BaseProtocol> Future<Connection<Transport, P>> attach(
      Supplier<P> protocolFactory, Socket sock, TlsLayers layers) {
    checkFree(sock);
    Connector<P> connector = new Connector<>(loop, chunks, open, protocolFactory);
    connector.encrypt(layers);
    connector.attach(sock);
    return connector.result();
  }

  /** Refuses a socket that is another transport's or server's: it would lose what it receives. */
  private void checkFree(Socket sock) {
    loop.checkDescriptor(sock.fd().number());
  }

  /** As {@code EventLoop.startTls}. */
  public Future<Transport> startTls(
      Transport transport, BaseProtocol protocol, StartTlsOptions options) {
    return tls().start(transport, protocol, Objects.requireNonNull(options, "options"));
  }

  private TlsLayers serverLayers(TlsArguments arguments) {
    return arguments == null ? null : tls().ofServer(arguments);
  }

  private Tls tls() {
    if (tls == null) {
      tls = new Tls(loop, chunks);
    }
    return tls;
  }

  /** As {@code EventLoop.connectReadPipe}. */
  public <P extends BaseProtocol> Future<Connection<ReadTransport, P>> connectReadPipe(
      Supplier<P> protocolFactory, Fd pipe) {
    return pipes().connectRead(protocolFactory, Objects.requireNonNull(pipe, "pipe"), pipe);
  }

  /** As {@code EventLoop.connectReadPipe}. */
  public <P extends BaseProtocol> Future<Connection<ReadTransport, P>> connectReadPipe(
      Supplier<P> protocolFactory, OpenFile pipe) {
    return pipes().connectRead(protocolFactory, Objects.requireNonNull(pipe, "pipe").fd(), pipe);
  }

  /** As {@code EventLoop.connectWritePipe}. */
  public <P extends BaseProtocol> Future<Connection<WriteTransport, P>> connectWritePipe(
      Supplier<P> protocolFactory, Fd pipe) {
    return pipes().connectWrite(protocolFactory, Objects.requireNonNull(pipe, "pipe"), pipe);
  }

  /** As {@code EventLoop.connectWritePipe}. */
  public <P extends BaseProtocol> Future<Connection<WriteTransport, P>> connectWritePipe(
      Supplier<P> protocolFactory, OpenFile pipe) {
    return pipes().connectWrite(protocolFactory, Objects.requireNonNull(pipe, "pipe").fd(), pipe);
  }

  /** The {@code sock_*} methods. */
  public SocketLoop sockets() {
    if (sockets == null) {
      sockets = new SocketOperations(loop);
    }
    return sockets;
  }

  private Pipes pipes() {
    return new Pipes(loop, chunks, open);
  }

  /** As {@code EventLoop.createDatagramEndpoint}. */
  public <P extends DatagramProtocol>
      Future<Connection<DatagramTransport, P>> createDatagramEndpoint(
          Supplier<P> protocolFactory, DatagramOptions options) {
    Objects.requireNonNull(protocolFactory, "protocolFactory");
    Objects.requireNonNull(options, "options");
    DatagramConnector.check(options);
    if (options.sock() != null) {
      checkFree(options.sock());
    }
    try {
      if (datagrams == null) {
        datagrams = DatagramMemory.allocate();
      }
    } catch (LinuxException e) {
      Future<Connection<DatagramTransport, P>> failed = loop.createFuture();
      failed.setException(e);
      return failed;
    }
    DatagramConnector<P> connector =
        new DatagramConnector<>(loop, chunks, open, datagrams, protocolFactory, options);
    connector.start();
    return connector.result();
  }

  /** As {@code EventLoop.sendfile}. */
  public Future<Long> sendfile(WriteTransport transport, OpenFile file, SendfileOptions options) {
    Objects.requireNonNull(file, "file");
    return sendfile(transport, FileSource.of(file), options);
  }

  /** As {@code EventLoop.sendfile}, by reading and writing. */
  public Future<Long> sendfile(
      WriteTransport transport, FileChannel file, SendfileOptions options) {
    Objects.requireNonNull(file, "file");
    return sendfile(transport, FileSource.of(file), options);
  }

  private Future<Long> sendfile(
      WriteTransport transport, FileSource file, SendfileOptions options) {
    Objects.requireNonNull(transport, "transport");
    Objects.requireNonNull(options, "options");
    if (transport.isClosing()) {
      throw new IllegalStateException("Transport is closing");
    }
    if (!(transport instanceof LoopTransport stream) || !stream.loop().equals(loop)) {
      throw new IllegalStateException("sendfile is not supported for transport " + transport);
    }
    if (!options.fallback() && !(stream instanceof StreamTransport)) {
      throw new IllegalStateException(
          "fallback is disabled and native sendfile is not supported for transport " + transport);
    }
    return SendfileOperation.start(stream, file, options, chunks);
  }

  /** As {@code EventLoop.subprocessExec}. */
  public <P extends SubprocessProtocol> Future<Connection<SubprocessTransport, P>> subprocessExec(
      Supplier<P> protocolFactory, List<?> args, SubprocessOptions options) {
    return new Subprocesses(loop, chunks, open).exec(protocolFactory, args, options);
  }

  /** As {@code EventLoop.subprocessShell}. */
  public <P extends SubprocessProtocol> Future<Connection<SubprocessTransport, P>> subprocessShell(
      Supplier<P> protocolFactory, byte[] cmd, SubprocessOptions options) {
    return new Subprocesses(loop, chunks, open).shell(protocolFactory, cmd, options);
  }

  /** As {@code EventLoop.getaddrinfo}. */
  public Future<List<AddressInfo>> getaddrinfo(
      String host, String service, int family, int type, int protocol, int flags) {
    return loop.runInExecutor(
        () -> AddressInfo.resolve(host, service, family, type, protocol, flags));
  }

  /** As {@code EventLoop.getnameinfo}. */
  public Future<NameInfo> getnameinfo(SocketAddress address, int flags) {
    Objects.requireNonNull(address, "address");
    return loop.runInExecutor(() -> NameInfo.resolve(address, flags));
  }

  /** Warns of what is still open, in the log: before the loop closes it, in debug mode. */
  public void warnOfOpen() {
    for (Object owner : open.owners()) {
      System.getLogger("dev.ouro")
          .log(
              System.Logger.Level.WARNING,
              (owner instanceof BaseTransport ? "unclosed transport " : "unclosed ") + owner);
    }
    if (sockets != null) {
      for (String operation : sockets.pending()) {
        System.getLogger("dev.ouro").log(System.Logger.Level.WARNING, "pending " + operation);
      }
    }
  }

  /** The loop is closed: tells the transports and servers that are left. */
  public void tellClosed() {
    open.tellClosed();
  }

  /**
   * Closes the sockets that are left, and gives the memory back, once the loop is closed. What the
   * kernel did not let go of is leaked, and the log says how much: it might still be read.
   */
  public void close() {
    if (sockets != null) {
      sockets.close();
    }
    open.closeAll();
    if (datagrams != null) {
      datagrams.close();
    }
    long leaked = chunks.close(loop.pollEngine().operations() > 0);
    if (leaked > 0) {
      System.getLogger("dev.ouro")
          .log(
              System.Logger.Level.WARNING,
              "{0} bytes of write buffers are leaked: the kernel has not ended the sends",
              leaked);
    }
  }

  /** Where the sockets of a server come from. */
  @FunctionalInterface
  private interface Sockets {
    List<Socket> open() throws LinuxException;
  }

  /** A server that is being made. */
  private final class Serving {
    private final Supplier<? extends BaseProtocol> protocolFactory;
    private final Context context = Context.copyContext();
    private final int backlog;
    private final boolean starts;
    private final TlsLayers layers;
    private final Future<Server> result = new Created<>(loop);

    Serving(
        Supplier<? extends BaseProtocol> protocolFactory,
        int backlog,
        boolean starts,
        TlsLayers layers) {
      this.layers = layers;
      this.protocolFactory = protocolFactory;
      this.backlog = backlog;
      this.starts = starts;
    }

    void fail(Throwable failure) {
      if (!result.done()) {
        result.setException(failure);
      }
    }

    /** Opens the sockets, and completes the result in the next turn. */
    void serve(Sockets opener, boolean given, boolean cleansUp) {
      if (result.done()) {
        return;
      }
      SocketServer server = null;
      try {
        List<Socket> sockets = opener.open();
        server =
            new SocketServer(loop, chunks, open, sockets, given, protocolFactory, context, backlog);
        server.encrypt(layers);
        if (cleansUp) {
          server.cleanUp(0, UnixFile.of((UnixAddress) sockets.getFirst().getsockname()));
        }
        for (Socket socket : sockets) {
          if (StreamEnds.isInternet(socket)) {
            // The connections inherit it from the listener, which saves a call for each.
            socket.setsockopt(SocketConstants.IPPROTO_TCP, SocketConstants.TCP_NODELAY, 1);
          }
        }
        if (starts) {
          server.serve();
        }
        succeed(server);
      } catch (LinuxException | RuntimeException e) {
        if (server != null) {
          server.close();
        }
        fail(e);
      }
    }

    private void succeed(SocketServer server) {
      loop.callSoon(() -> {
        if (result.done()) {
          server.close();
        } else {
          result.setResult(server);
        }
      });
    }
  }
}
