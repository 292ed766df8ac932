// SPDX-License-Identifier: Apache-2.0
package dev.ouro;

import dev.ouro.linux.AddressInfo;
import dev.ouro.linux.Fd;
import dev.ouro.linux.LinuxException;
import dev.ouro.linux.NameInfo;
import dev.ouro.linux.OpenFile;
import dev.ouro.linux.Socket;
import dev.ouro.loop.EngineLoop;
import dev.ouro.loop.Future;
import dev.ouro.loop.WaitStrategy;
import dev.ouro.poll.EngineFactory;
import dev.ouro.transport.AcceptedSocket;
import dev.ouro.transport.AcceptedSocketOptions;
import dev.ouro.transport.BaseProtocol;
import dev.ouro.transport.Connection;
import dev.ouro.transport.ConnectionOptions;
import dev.ouro.transport.DatagramOptions;
import dev.ouro.transport.DatagramProtocol;
import dev.ouro.transport.DatagramTransport;
import dev.ouro.transport.Network;
import dev.ouro.transport.ReadTransport;
import dev.ouro.transport.ReceivedFrom;
import dev.ouro.transport.SendfileOptions;
import dev.ouro.transport.Server;
import dev.ouro.transport.ServerOptions;
import dev.ouro.transport.StartTlsOptions;
import dev.ouro.transport.SubprocessOptions;
import dev.ouro.transport.SubprocessProtocol;
import dev.ouro.transport.SubprocessTransport;
import dev.ouro.transport.Transport;
import dev.ouro.transport.UnixConnectionOptions;
import dev.ouro.transport.UnixServerOptions;
import dev.ouro.transport.WriteTransport;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.List;
import java.util.function.Supplier;

/** What both loops have in common: everything but the engine. asyncio's {@code BaseEventLoop}. */
public abstract sealed class BaseEventLoop extends EngineLoop implements EventLoop
    permits ProactorEventLoop, SelectorEventLoop {
  private final Network network;
  private final String reason;

  BaseEventLoop(EngineFactory engines, WaitStrategy strategy, String reason) throws LinuxException {
    super(engines, strategy);
    this.reason = reason;
    this.network = new Network(this);
  }

  @Override
  public EngineChoice engine() {
    return new EngineChoice(pollEngine().kind().label(), reason, pollEngine().description());
  }

  @Override
  public void close() {
    boolean first = !isClosed();
    if (first && getDebug() && !isRunning()) {
      network.warnOfOpen();
    }
    super.close();
    if (first) {
      network.close();
    }
  }

  /**
   * @throws IllegalStateException the loop is closed: its memory and descriptors are gone
   */
  private Network network() {
    regainControl();
    requireOpen();
    return network;
  }

  @Override
  protected void tellClosed() {
    network.tellClosed();
  }

  @Override
  public Future<Server> createServer(
      Supplier<? extends BaseProtocol> protocolFactory, ServerOptions options) {
    return network().createServer(protocolFactory, options);
  }

  @Override
  public Future<Server> createUnixServer(
      Supplier<? extends BaseProtocol> protocolFactory, UnixServerOptions options) {
    return network().createUnixServer(protocolFactory, options);
  }

  @Override
  public <P extends BaseProtocol> Future<Connection<Transport, P>> createConnection(
      Supplier<P> protocolFactory, ConnectionOptions options) {
    return network().createConnection(protocolFactory, options);
  }

  @Override
  public <P extends BaseProtocol> Future<Connection<Transport, P>> createUnixConnection(
      Supplier<P> protocolFactory, UnixConnectionOptions options) {
    return network().createUnixConnection(protocolFactory, options);
  }

  @Override
  public <P extends BaseProtocol> Future<Connection<Transport, P>> connectAcceptedSocket(
      Supplier<P> protocolFactory, Socket sock, AcceptedSocketOptions options) {
    return network().connectAcceptedSocket(protocolFactory, sock, options);
  }

  @Override
  public Future<Transport> startTls(
      Transport transport, BaseProtocol protocol, StartTlsOptions options) {
    return network().startTls(transport, protocol, options);
  }

  @Override
  public <P extends BaseProtocol> Future<Connection<ReadTransport, P>> connectReadPipe(
      Supplier<P> protocolFactory, Fd pipe) {
    return network().connectReadPipe(protocolFactory, pipe);
  }

  @Override
  public <P extends BaseProtocol> Future<Connection<ReadTransport, P>> connectReadPipe(
      Supplier<P> protocolFactory, OpenFile pipe) {
    return network().connectReadPipe(protocolFactory, pipe);
  }

  @Override
  public <P extends BaseProtocol> Future<Connection<WriteTransport, P>> connectWritePipe(
      Supplier<P> protocolFactory, Fd pipe) {
    return network().connectWritePipe(protocolFactory, pipe);
  }

  @Override
  public <P extends BaseProtocol> Future<Connection<WriteTransport, P>> connectWritePipe(
      Supplier<P> protocolFactory, OpenFile pipe) {
    return network().connectWritePipe(protocolFactory, pipe);
  }

  @Override
  public <P extends DatagramProtocol>
      Future<Connection<DatagramTransport, P>> createDatagramEndpoint(
          Supplier<P> protocolFactory, DatagramOptions options) {
    return network().createDatagramEndpoint(protocolFactory, options);
  }

  @Override
  public <P extends SubprocessProtocol> Future<Connection<SubprocessTransport, P>> subprocessExec(
      Supplier<P> protocolFactory, List<?> args, SubprocessOptions options) {
    return network().subprocessExec(protocolFactory, args, options);
  }

  @Override
  public <P extends SubprocessProtocol> Future<Connection<SubprocessTransport, P>> subprocessShell(
      Supplier<P> protocolFactory, byte[] cmd, SubprocessOptions options) {
    return network().subprocessShell(protocolFactory, cmd, options);
  }

  @Override
  public Future<Long> sendfile(WriteTransport transport, OpenFile file, SendfileOptions options) {
    return network().sendfile(transport, file, options);
  }

  @Override
  public Future<Long> sendfile(
      WriteTransport transport, FileChannel file, SendfileOptions options) {
    return network().sendfile(transport, file, options);
  }

  @Override
  public Future<List<AddressInfo>> getaddrinfo(
      String host, String service, int family, int type, int protocol, int flags) {
    return network().getaddrinfo(host, service, family, type, protocol, flags);
  }

  @Override
  public Future<NameInfo> getnameinfo(SocketAddress address, int flags) {
    return network().getnameinfo(address, flags);
  }

  // Sockets without transports

  @Override
  public Future<byte[]> sockRecv(Socket sock, int nbytes) {
    return network().sockets().sockRecv(sock, nbytes);
  }

  @Override
  public Future<Integer> sockRecvInto(Socket sock, ByteBuffer buffer) {
    return network().sockets().sockRecvInto(sock, buffer);
  }

  @Override
  public Future<ReceivedFrom<byte[]>> sockRecvfrom(Socket sock, int bufsize) {
    return network().sockets().sockRecvfrom(sock, bufsize);
  }

  @Override
  public Future<ReceivedFrom<Integer>> sockRecvfromInto(
      Socket sock, ByteBuffer buffer, int nbytes) {
    return network().sockets().sockRecvfromInto(sock, buffer, nbytes);
  }

  @Override
  public Future<Void> sockSendall(Socket sock, ByteBuffer data) {
    return network().sockets().sockSendall(sock, data);
  }

  @Override
  public Future<Integer> sockSendto(Socket sock, ByteBuffer data, SocketAddress address) {
    return network().sockets().sockSendto(sock, data, address);
  }

  @Override
  public Future<Void> sockConnect(Socket sock, SocketAddress address) {
    return network().sockets().sockConnect(sock, address);
  }

  @Override
  public Future<AcceptedSocket> sockAccept(Socket sock) {
    return network().sockets().sockAccept(sock);
  }

  @Override
  public Future<Long> sockSendfile(Socket sock, OpenFile file, SendfileOptions options) {
    return network().sockets().sockSendfile(sock, file, options);
  }

  @Override
  public Future<Long> sockSendfile(Socket sock, FileChannel file, SendfileOptions options) {
    return network().sockets().sockSendfile(sock, file, options);
  }
}
