// SPDX-License-Identifier: Apache-2.0
package dev.ouro.transport;

import dev.ouro.linux.AddressInfo;
import dev.ouro.linux.Fd;
import dev.ouro.linux.LinuxException;
import dev.ouro.linux.NameInfo;
import dev.ouro.linux.OpenFile;
import dev.ouro.linux.Socket;
import dev.ouro.loop.EngineLoop;
import dev.ouro.loop.Future;
import dev.ouro.memory.ChunkPool;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.FileChannel;
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
    options.check();
    checkFree(options.sock());
    return server(protocolFactory, options.tls()).listen(options);
  }

  /** As {@code EventLoop.createUnixServer}. */
  public Future<Server> createUnixServer(
      Supplier<? extends BaseProtocol> protocolFactory, UnixServerOptions options) {
    Objects.requireNonNull(protocolFactory, "protocolFactory");
    Objects.requireNonNull(options, "options");
    options.check();
    checkFree(options.sock());
    return server(protocolFactory, options.tls()).listen(options);
  }

  private ServerStart server(Supplier<? extends BaseProtocol> protocolFactory, TlsArguments tls) {
    return new ServerStart(loop, chunks, open, protocolFactory, serverLayers(tls));
  }

  /** As {@code EventLoop.createConnection}. */
  public <P extends BaseProtocol> Future<Connection<Transport, P>> createConnection(
      Supplier<P> protocolFactory, ConnectionOptions options) {
    Objects.requireNonNull(protocolFactory, "protocolFactory");
    Objects.requireNonNull(options, "options");
    options.check();
    checkFree(options.sock());
    Connector<P> connector =
        connector(
            protocolFactory,
            options.tls(),
            options.host(),
            options.port() == null ? -1 : options.port(),
            "You must set serverHostname when using ssl without a host");
    if (options.sock() != null) {
      connector.attach(options.sock());
    } else {
      Resolver resolver = new Resolver(loop, options.family(), options.proto(), options.flags());
      InetSocketAddress local = options.localAddr();
      connector.connect(
          resolver.resolve(options.host(), options.port()),
          local == null ? null : () -> resolver.resolve(local),
          options);
    }
    return connector.result();
  }

  /** As {@code EventLoop.createUnixConnection}. */
  public <P extends BaseProtocol> Future<Connection<Transport, P>> createUnixConnection(
      Supplier<P> protocolFactory, UnixConnectionOptions options) {
    Objects.requireNonNull(protocolFactory, "protocolFactory");
    Objects.requireNonNull(options, "options");
    options.check();
    checkFree(options.sock());
    Connector<P> connector =
        connector(
            protocolFactory,
            options.tls(),
            null,
            -1,
            "you have to pass serverHostname when using ssl");
    if (options.sock() != null) {
      connector.attach(options.sock());
    } else {
      connector.connect(options.path());
    }
    return connector.result();
  }

  /** Of a client's connection; {@code message} tells that there is TLS and no name for it. */
  private <P extends BaseProtocol> Connector<P> connector(
      Supplier<P> protocolFactory, TlsArguments arguments, String host, int port, String message) {
    return connector(
        protocolFactory, arguments == null ? null : tls().ofClient(arguments, host, port, message));
  }

  private <P extends BaseProtocol> Connector<P> connector(
      Supplier<P> protocolFactory, TlsLayers layers) {
    Connector<P> connector = new Connector<>(loop, chunks, open, protocolFactory);
    connector.encrypt(layers);
    return connector;
  }

  /** As {@code EventLoop.connectAcceptedSocket}. */
  public <P extends BaseProtocol> Future<Connection<Transport, P>> connectAcceptedSocket(
      Supplier<P> protocolFactory, Socket sock, AcceptedSocketOptions options) {
    Objects.requireNonNull(protocolFactory, "protocolFactory");
    Objects.requireNonNull(sock, "sock");
    Objects.requireNonNull(options, "options");
    checkFree(Arguments.stream(sock));
    Connector<P> connector = connector(protocolFactory, serverLayers(options.tls()));
    connector.attach(sock);
    return connector.result();
  }

  /** Refuses a socket that is another transport's or server's: it would lose what it receives. */
  private void checkFree(Socket sockOrNull) {
    if (sockOrNull != null) {
      loop.checkDescriptor(sockOrNull.fd().number());
    }
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
    checkFree(options.sock());
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
    return SendfileOperation.start(loop, transport, FileSource.of(file), options, chunks);
  }

  /** As {@code EventLoop.sendfile}, by reading and writing. */
  public Future<Long> sendfile(
      WriteTransport transport, FileChannel file, SendfileOptions options) {
    Objects.requireNonNull(file, "file");
    return SendfileOperation.start(loop, transport, FileSource.of(file), options, chunks);
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
}
