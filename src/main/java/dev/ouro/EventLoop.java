// SPDX-License-Identifier: Apache-2.0
package dev.ouro;

import dev.ouro.linux.AddressInfo;
import dev.ouro.linux.Fd;
import dev.ouro.linux.NameInfo;
import dev.ouro.linux.OpenFile;
import dev.ouro.linux.Socket;
import dev.ouro.loop.CallbackLoop;
import dev.ouro.loop.Future;
import dev.ouro.transport.AcceptedSocketOptions;
import dev.ouro.transport.BaseProtocol;
import dev.ouro.transport.Connection;
import dev.ouro.transport.ConnectionOptions;
import dev.ouro.transport.DatagramOptions;
import dev.ouro.transport.DatagramProtocol;
import dev.ouro.transport.DatagramTransport;
import dev.ouro.transport.ReadTransport;
import dev.ouro.transport.SendfileOptions;
import dev.ouro.transport.Server;
import dev.ouro.transport.ServerOptions;
import dev.ouro.transport.SocketLoop;
import dev.ouro.transport.StartTlsOptions;
import dev.ouro.transport.SubprocessOptions;
import dev.ouro.transport.SubprocessProtocol;
import dev.ouro.transport.SubprocessTransport;
import dev.ouro.transport.Transport;
import dev.ouro.transport.UnixConnectionOptions;
import dev.ouro.transport.UnixServerOptions;
import dev.ouro.transport.WriteTransport;
import java.net.SocketAddress;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;

/**
 * asyncio's event loop: {@link CallbackLoop}, {@link SocketLoop} and everything that moves bytes by
 * transports.
 *
 * <p>Made by {@link Asyncio#newEventLoop()}, or by name: {@link SelectorEventLoop} on epoll, {@link
 * ProactorEventLoop} on io_uring.
 *
 * <p>Threads: as {@link CallbackLoop} says. Errors: a wrong argument is an exception from the call
 * itself, before anything is touched; what the kernel refuses comes from the future, mostly as a
 * {@link dev.ouro.linux.LinuxException}. Cancelling a future undoes what was begun: sockets that it
 * opened close. A protocol factory is called once for each connection, and the protocol's methods
 * are called, in the context of the caller of the method here (a copy of it for each connection).
 *
 * {@snippet :
 * try (EventLoop loop = Asyncio.newEventLoop()) {
 *   Server server =
 *       loop.runUntilComplete(loop.createServer(Echo::new, ServerOptions.of("127.0.0.1", 7777)));
 *   loop.runForever();
 * }
 * }
 */
public interface EventLoop extends CallbackLoop, SocketLoop {
  /** Which engine the loop stands on, and why. */
  EngineChoice engine();

  /**
   * Listens on TCP; every connection gets a protocol of {@code protocolFactory}. asyncio's {@code
   * create_server}.
   *
   * @return the server, which accepts already unless {@link ServerOptions#withStartServing} says
   *     otherwise; or {@code getaddrinfo}'s or {@code bind}'s error, with the address, and then no
   *     socket is left open. An address whose family this machine lacks is passed over, unless none
   *     is left
   * @throws IllegalArgumentException neither host, port nor sock, or both; sock is not a stream; an
   *     argument for TLS and no {@link ServerOptions#withSsl}, or one that the JDK refuses
   * @throws IllegalStateException sock belongs to another transport of this loop
   */
  Future<Server> createServer(
      Supplier<? extends BaseProtocol> protocolFactory, ServerOptions options);

  /**
   * Listens on a Unix socket. asyncio's {@code create_unix_server}. A socket file that a server
   * left behind at the path is replaced; any other file is EADDRINUSE.
   *
   * @return the server, as {@link #createServer}
   * @throws IllegalArgumentException neither path nor sock, or both; sock is not a Unix stream
   * @throws IllegalStateException sock belongs to another transport of this loop
   */
  Future<Server> createUnixServer(
      Supplier<? extends BaseProtocol> protocolFactory, UnixServerOptions options);

  /**
   * Connects to a TCP server. asyncio's {@code create_connection}. The host's addresses are tried
   * in order, one after the other, or overlapping with {@link
   * ConnectionOptions#withHappyEyeballsDelay}.
   *
   * @return the connection, after {@code connectionMade} was called; or {@code getaddrinfo}'s
   *     error; or {@code bind}'s or {@code connect}'s error: if several addresses failed in
   *     different ways, one exception that tells all ({@code Multiple exceptions: …}), with each of
   *     them suppressed in it; with {@link ConnectionOptions#withAllErrors} always a {@link
   *     dev.ouro.loop.ExceptionGroup}; or what {@link #startTls(Transport, BaseProtocol,
   *     StartTlsOptions)} fails with
   * @throws IllegalArgumentException neither host, port nor sock, or both; an option that is for
   *     hosts together with sock; sock is not a stream; an argument for TLS and no TLS, TLS and
   *     neither host nor serverHostname, or an argument that the JDK refuses
   * @throws IllegalStateException sock belongs to another transport of this loop
   */
  <P extends BaseProtocol> Future<Connection<Transport, P>> createConnection(
      Supplier<P> protocolFactory, ConnectionOptions options);

  /**
   * Connects to a Unix socket. asyncio's {@code create_unix_connection}.
   *
   * @return the connection, as {@link #createConnection}
   * @throws IllegalArgumentException neither path nor sock, or both; sock is not a Unix stream
   * @throws IllegalStateException sock belongs to another transport of this loop
   */
  <P extends BaseProtocol> Future<Connection<Transport, P>> createUnixConnection(
      Supplier<P> protocolFactory, UnixConnectionOptions options);

  /** {@link #connectAcceptedSocket(Supplier, Socket, AcceptedSocketOptions)} without TLS. */
  default <P extends BaseProtocol> Future<Connection<Transport, P>> connectAcceptedSocket(
      Supplier<P> protocolFactory, Socket sock) {
    return connectAcceptedSocket(protocolFactory, sock, AcceptedSocketOptions.DEFAULT);
  }

  /**
   * Makes a transport of a connection that somebody else accepted. asyncio's {@code
   * connect_accepted_socket}. The transport owns {@code sock} from now on; it is closed also when
   * this fails.
   *
   * @throws IllegalArgumentException sock is not a stream, or an option is for TLS and there is
   *     none; sock stays the caller's
   * @throws IllegalStateException sock belongs to another transport of this loop
   */
  <P extends BaseProtocol> Future<Connection<Transport, P>> connectAcceptedSocket(
      Supplier<P> protocolFactory, Socket sock, AcceptedSocketOptions options);

  /**
   * {@link #startTls(Transport, BaseProtocol, StartTlsOptions)} with no more options than these.
   */
  default Future<Transport> startTls(
      Transport transport, BaseProtocol protocol, SSLContext sslcontext, String serverHostname) {
    return startTls(
        transport, protocol, StartTlsOptions.of(sslcontext).withServerHostname(serverHostname));
  }

  /**
   * Goes over to TLS on a connection that stands. asyncio's {@code start_tls}: what {@code
   * protocol} writes to the transport that this answers is encrypted and goes through {@code
   * transport}, which the protocol must not use any more. Its {@code connectionMade} is not called
   * again, and its methods are called in the context of the caller of this. From now on nothing
   * that arrives is plain text; cancelling the future closes the connection.
   *
   * @param transport one that a method of this loop made, TLS or not
   * @return the transport above, before any data are handed over; null when {@code transport} is
   *     closing already; or the error of the handshake, and then the connection is closing: {@link
   *     javax.net.ssl.SSLException} (a bad certificate is the cause of a {@link
   *     javax.net.ssl.SSLHandshakeException}), {@link dev.ouro.linux.ConnectionResetException} when
   *     the peer ended the connection, {@link dev.ouro.linux.ConnectionAbortedException} when it
   *     took too long or this side closed
   * @throws IllegalArgumentException another transport; a client without {@code serverHostname}; a
   *     protocol of another kind; options that the JDK refuses
   */
  Future<Transport> startTls(Transport transport, BaseProtocol protocol, StartTlsOptions options);

  /**
   * Reads what comes out of a pipe. asyncio's {@code connect_read_pipe}.
   *
   * <p>The transport owns {@code pipe} from now on: it makes it non-blocking, and closes it, once,
   * when it is lost; it is closed also when this fails or is cancelled. The end of the pipe is
   * {@code eofReceived}, whose answer does not matter here, and then {@code connectionLost} with
   * null. A terminal whose other end is gone is lost with EIO, which is no error to report.
   *
   * @param protocolFactory makes a {@link dev.ouro.transport.Protocol} or {@link
   *     dev.ouro.transport.BufferedProtocol}; its {@code connectionMade(BaseTransport)} is called,
   *     which calls {@code connectionMade(Transport)} unless it is overridden
   * @param pipe a pipe, FIFO, socket or character device, such as a terminal; {@code
   *     getExtraInfo("pipe")} answers it
   * @throws IllegalArgumentException pipe is something else, or closed; it stays the caller's
   * @throws IllegalStateException pipe belongs to another transport of this loop
   */
  <P extends BaseProtocol> Future<Connection<ReadTransport, P>> connectReadPipe(
      Supplier<P> protocolFactory, Fd pipe);

  /** {@link #connectReadPipe(Supplier, Fd)} of a file, such as a FIFO, that was opened by name. */
  <P extends BaseProtocol> Future<Connection<ReadTransport, P>> connectReadPipe(
      Supplier<P> protocolFactory, OpenFile pipe);

  /**
   * Writes into a pipe. asyncio's {@code connect_write_pipe}. Ownership and arguments are those of
   * {@link #connectReadPipe(Supplier, Fd)}.
   *
   * <p>A pipe has one direction, so the transport's {@code writeEof} is {@code close}: both send
   * what is buffered first. When the reader of a pipe or socket goes away, that is noticed also
   * while nothing is written: {@code connectionLost} is called with null, or, when something was
   * buffered, with a {@link dev.ouro.linux.BrokenPipeException}. SIGPIPE does nothing: the JVM
   * ignores it.
   *
   * @param protocolFactory makes any protocol; its {@code connectionMade(BaseTransport)} is called
   */
  <P extends BaseProtocol> Future<Connection<WriteTransport, P>> connectWritePipe(
      Supplier<P> protocolFactory, Fd pipe);

  /** {@link #connectWritePipe(Supplier, Fd)} of a file, such as a FIFO, that was opened by name. */
  <P extends BaseProtocol> Future<Connection<WriteTransport, P>> connectWritePipe(
      Supplier<P> protocolFactory, OpenFile pipe);

  /**
   * Makes an endpoint that sends and receives datagrams, of UDP or of a Unix socket. asyncio's
   * {@code create_datagram_endpoint}.
   *
   * <p>Of the answers for its addresses, the first family and protocol is taken for which there is
   * each of them, and that can be bound and connected.
   *
   * @return the endpoint, after {@code connectionMade} was called; or {@code getaddrinfo}'s error;
   *     or {@code socket}'s, {@code bind}'s or {@code connect}'s, of the first that was tried; or
   *     {@link IllegalArgumentException}: there is no family that both addresses have
   * @throws IllegalArgumentException sock and anything else that says what the socket is, or sock
   *     is no datagram socket; neither an address nor a family; a path for a family of the
   *     Internet, or the reverse; gso or gro for a Unix socket
   * @throws IllegalStateException sock belongs to another transport of this loop
   */
  <P extends DatagramProtocol> Future<Connection<DatagramTransport, P>> createDatagramEndpoint(
      Supplier<P> protocolFactory, DatagramOptions options);

  /**
   * Runs a program. asyncio's {@code subprocess_exec}. The loop waits until the program runs, or
   * cannot (mostly 0.1 to 0.2 ms; nothing of this process's memory is copied). No thread waits for
   * its end: a pidfd tells. Standard input, output and error that {@code options} do not set are
   * pipes.
   *
   * @param args the program and its arguments, each a {@link String}, a {@code byte[]} or a {@link
   *     java.nio.file.Path}. A program without a slash is searched for in {@code PATH}
   * @return the child, after {@code connectionMade} was called; or a {@link
   *     dev.ouro.linux.LinuxException}: ENOENT, EACCES, ENOEXEC … of the program ({@code
   *     posix_spawn}), ENOENT, ENOTDIR, EACCES of the working directory ({@code chdir}), EBADF of a
   *     descriptor, EPERM of a user or group, EMFILE. Then nothing is left of it. Cancelled: the
   *     child is killed
   * @throws IllegalArgumentException no program, or an argument of another type or with a NUL
   */
  <P extends SubprocessProtocol> Future<Connection<SubprocessTransport, P>> subprocessExec(
      Supplier<P> protocolFactory, List<?> args, SubprocessOptions options);

  /** {@link #subprocessExec(Supplier, List, SubprocessOptions)} with three pipes. */
  default <P extends SubprocessProtocol> Future<Connection<SubprocessTransport, P>> subprocessExec(
      Supplier<P> protocolFactory, String... args) {
    return subprocessExec(
        protocolFactory, List.of(Objects.requireNonNull(args, "args")), SubprocessOptions.DEFAULT);
  }

  /**
   * Runs a command of the shell, {@code /bin/sh -c}. asyncio's {@code subprocess_shell}. The caller
   * quotes what needs it.
   *
   * @return as {@link #subprocessExec(Supplier, List, SubprocessOptions)}; a program that the shell
   *     does not find is the shell's exit status 127
   * @throws IllegalArgumentException the command has a NUL
   */
  <P extends SubprocessProtocol> Future<Connection<SubprocessTransport, P>> subprocessShell(
      Supplier<P> protocolFactory, byte[] cmd, SubprocessOptions options);

  /** {@link #subprocessShell(Supplier, byte[], SubprocessOptions)} of text, in UTF-8. */
  default <P extends SubprocessProtocol> Future<Connection<SubprocessTransport, P>> subprocessShell(
      Supplier<P> protocolFactory, String cmd, SubprocessOptions options) {
    return subprocessShell(
        protocolFactory,
        Objects.requireNonNull(cmd, "cmd").getBytes(StandardCharsets.UTF_8),
        options);
  }

  /** {@link #subprocessShell(Supplier, String, SubprocessOptions)} with three pipes. */
  default <P extends SubprocessProtocol> Future<Connection<SubprocessTransport, P>> subprocessShell(
      Supplier<P> protocolFactory, String cmd) {
    return subprocessShell(protocolFactory, cmd, SubprocessOptions.DEFAULT);
  }

  /**
   * Sends a file through {@code transport}, by {@code sendfile(2)}. asyncio's {@code sendfile}.
   *
   * <p>What was written before is sent before. Until the future is done the transport does not
   * read, and a write throws. Then the file's position is behind the last byte sent, also after an
   * error or a cancel; where nothing was sent it is not touched. A file that is not in the page
   * cache makes the loop wait for the disk.
   *
   * <p>Where {@code sendfile(2)} does not work (a device, some file systems), the file is read off
   * the loop and written, unless {@link SendfileOptions#withFallback} forbids it.
   *
   * @param file open until the future is done; the caller closes it
   * @return how many bytes were sent; or the error, as {@link dev.ouro.linux.ConnectionException}
   *     when the connection broke, and then the transport is closing
   * @throws IllegalStateException the transport is closing, has sent its end of stream, sends a
   *     file already, or is not one of this loop's sockets
   * @throws dev.ouro.transport.SendfileNotAvailableException it does not work, and the fallback is
   *     forbidden
   */
  Future<Long> sendfile(WriteTransport transport, OpenFile file, SendfileOptions options);

  /**
   * {@link #sendfile(WriteTransport, OpenFile, SendfileOptions)} of a file that the JDK opened. It
   * does not tell the descriptor, so this always reads and writes.
   */
  Future<Long> sendfile(WriteTransport transport, FileChannel file, SendfileOptions options);

  /** {@link #sendfile(WriteTransport, OpenFile, SendfileOptions)} of all of the file. */
  default Future<Long> sendfile(WriteTransport transport, OpenFile file) {
    return sendfile(transport, file, SendfileOptions.DEFAULT);
  }

  /** {@link #sendfile(WriteTransport, FileChannel, SendfileOptions)} of all of the file. */
  default Future<Long> sendfile(WriteTransport transport, FileChannel file) {
    return sendfile(transport, file, SendfileOptions.DEFAULT);
  }

  /**
   * {@code getaddrinfo(3)}, in the default executor.
   *
   * @param host a name or a number, or null
   * @param service a name or a number, or null
   * @param family {@code AF_*}, 0 for any
   * @param type {@code SOCK_*}, 0 for any
   * @param protocol {@code IPPROTO_*}, 0 for any
   * @param flags {@code AI_*}
   * @return the answers, or an {@link dev.ouro.linux.AddressInfoException}
   */
  Future<List<AddressInfo>> getaddrinfo(
      String host, String service, int family, int type, int protocol, int flags);

  /** {@link #getaddrinfo(String, String, int, int, int, int)} of any family and type. */
  default Future<List<AddressInfo>> getaddrinfo(String host, String service) {
    return getaddrinfo(host, service, 0, 0, 0, 0);
  }

  /** {@link #getaddrinfo(String, String)} for a port's number. */
  default Future<List<AddressInfo>> getaddrinfo(String host, int port) {
    return getaddrinfo(host, Integer.toString(port));
  }

  /**
   * {@code getnameinfo(3)}, in the default executor.
   *
   * @param flags {@code NI_*}
   * @return the answer, or an {@link dev.ouro.linux.AddressInfoException}
   */
  Future<NameInfo> getnameinfo(SocketAddress address, int flags);

  /** {@link #getnameinfo(SocketAddress, int)} without flags. */
  default Future<NameInfo> getnameinfo(SocketAddress address) {
    return getnameinfo(address, 0);
  }
}
