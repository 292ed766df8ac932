// SPDX-License-Identifier: Apache-2.0
package dev.ouro.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ouro.EventLoop;
import dev.ouro.linux.OpenFile;
import dev.ouro.linux.Pipe;
import dev.ouro.linux.Socket;
import dev.ouro.linux.SocketConstants;
import dev.ouro.loop.Future;
import dev.ouro.poll.EngineKind;
import dev.ouro.testing.LogCapture;
import dev.ouro.testing.NetworkFixture;
import dev.ouro.testing.OnBothEngines;
import dev.ouro.testing.PipeRecorder;
import dev.ouro.testing.RawFd;
import dev.ouro.testing.Recorder;
import dev.ouro.transport.BaseTransport;
import dev.ouro.transport.ConnectionOptions;
import dev.ouro.transport.DatagramOptions;
import dev.ouro.transport.DatagramProtocol;
import dev.ouro.transport.DatagramTransport;
import dev.ouro.transport.ReadTransport;
import dev.ouro.transport.SendfileOptions;
import dev.ouro.transport.Server;
import dev.ouro.transport.ServerOptions;
import dev.ouro.transport.Transport;
import dev.ouro.transport.UnixConnectionOptions;
import dev.ouro.transport.UnixServerOptions;
import dev.ouro.transport.WriteTransport;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * A loop that is closed with everything still open. Behaviours 20 to 23, 77, 106, 247 and 262.
 * LeakCheck sees that every descriptor is closed.
 */
@OnBothEngines
class LoopCloseContractTest {
  private static final int LARGE = 20_000_000;

  @RegisterExtension final NetworkFixture net;
  @TempDir Path folder;
  private final CountDownLatch release = new CountDownLatch(1);
  private final List<Recorder> protocols = new ArrayList<>();
  private final List<Transport> transports = new ArrayList<>();
  private final List<Server> servers = new ArrayList<>();
  private final List<Future<?>> pending = new ArrayList<>();
  private ReadTransport reading;
  private WriteTransport writing;
  private DatagramTransport datagrams;

  LoopCloseContractTest(EngineKind kind) {
    net = new NetworkFixture(kind);
  }

  private Recorder protocol() {
    Recorder protocol = new Recorder();
    protocols.add(protocol);
    return protocol;
  }

  private Socket[] pair() throws Exception {
    Socket[] pair = Socket.pair();
    net.closing(pair[0]);
    net.closing(pair[1]);
    return pair;
  }

  private void openServersAndConnections() throws Exception {
    EventLoop loop = net.loop();
    Path path = folder.resolve("server");
    Server tcp = net.run(loop.createServer(this::protocol, ServerOptions.of("127.0.0.1", 0)));
    servers.add(tcp);
    servers.add(net.run(loop.createUnixServer(this::protocol, UnixServerOptions.of(path))));
    servers.add(
        net.run(
            loop.createServer(
                this::protocol, ServerOptions.of("127.0.0.1", 0).withStartServing(false))));
    ConnectionOptions there = ConnectionOptions.of("127.0.0.1", NetworkFixture.port(tcp));
    for (int i = 0; i < 6; i++) {
      transports.add(net.run(loop.createConnection(this::protocol, there)).transport());
    }
    transports.add(
        net.run(loop.createUnixConnection(this::protocol, UnixConnectionOptions.of(path)))
            .transport());
    net.runUntil(() -> protocols.size() == 14 && protocols.stream().allMatch(Recorder::isMade));
    for (Recorder protocol : protocols) {
      protocol.transport().pauseReading();
    }
    transports.get(0).write(new byte[LARGE]);
    transports.get(1).write(new byte[LARGE]);
    transports.get(1).writeEof();
    transports.get(2).write(new byte[LARGE]);
    transports.get(2).close();
    transports.get(3).resumeReading();
    transports.get(4).write(new byte[1000]);
    transports.get(6).write(new byte[LARGE]);
    pending.add(loop.createConnection(this::protocol, there)); // has hardly begun
    ServerSocket full = net.closing(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
    ConnectionOptions nobody = ConnectionOptions.of("127.0.0.1", full.getLocalPort());
    for (int i = 0; i < 6; i++) {
      loop.createConnection(Recorder::new, nobody); // the last ones are not answered
    }
    pending.add(tcp.serveForever());
    pending.add(tcp.waitClosed());
    OpenFile file =
        net.closing(OpenFile.open(Files.write(folder.resolve("file"), new byte[LARGE])));
    pending.add(loop.sendfile(transports.get(5), file, SendfileOptions.DEFAULT));
  }

  private void openPipesAndDatagrams() throws Exception {
    Pipe read = net.closing(Pipe.create());
    Pipe written = net.closing(Pipe.create());
    reading = net.run(net.loop().connectReadPipe(PipeRecorder::new, read.readEnd())).transport();
    writing =
        net.run(net.loop().connectWritePipe(PipeRecorder::new, written.writeEnd())).transport();
    writing.write(new byte[LARGE]);
    RawFd.write(read.writeEnd(), "not read yet");
    InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    datagrams =
        net.run(
                net.loop()
                    .createDatagramEndpoint(
                        () -> new DatagramProtocol() {}, DatagramOptions.local(any)))
            .transport();
  }

  private void startSocketOperations() throws Exception {
    EventLoop loop = net.loop();
    Socket[] pair = pair();
    Socket listener =
        net.closing(Socket.open(SocketConstants.AF_INET, SocketConstants.SOCK_STREAM, 0));
    listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    listener.listen(1);
    pending.add(loop.sockRecv(pair[0], 10));
    pending.add(loop.sockRecvInto(pair[0], new byte[10]));
    pending.add(loop.sockRecvfrom(pair()[1], 10));
    pending.add(loop.sockSendall(pair[0], new byte[LARGE]));
    pending.add(loop.sockAccept(listener));
    OpenFile file = net.closing(OpenFile.open(folder.resolve("file")));
    pending.add(loop.sockSendfile(pair()[0], file));
    Socket[] watched = pair();
    loop.addReader(watched[0], () -> {});
    loop.addWriter(watched[0], () -> {});
  }

  private void scheduleAndRunElsewhere() {
    EventLoop loop = net.loop();
    pending.add(
        loop.runInExecutor(() -> {
          release.await();
          return null;
        }));
    pending.add(loop.getaddrinfo("localhost", null, 0, 0, 0, 0));
    loop.callSoon(() -> {
      throw new AssertionError("ran in a closed loop");
    });
    loop.callLater(Duration.ofDays(1), () -> {});
  }

  private void openEverything() throws Exception {
    openServersAndConnections();
    openPipesAndDatagrams();
    startSocketOperations();
    net.runTurns(4);
    scheduleAndRunElsewhere();
  }

  private List<List<String>> events() {
    return protocols.stream().map(protocol -> List.copyOf(protocol.events())).toList();
  }

  /** Behaviours 22, 77 and 262. */
  @Test
  void shouldFreeEverythingWithoutAWord() throws Exception {
    openEverything();
    List<List<String>> events = events();

    try (LogCapture log = new LogCapture()) {
      net.loop().close();
      release.countDown();

      assertThat(log.warnings()).isEmpty();
      assertThat(log.errors()).isEmpty();
    }
    assertThat(events()).isEqualTo(events);
  }

  /** Behaviours 22 and 265: before the loop has run at all. */
  @Test
  void shouldFreeWhatNeverRan() throws Exception {
    Socket[] pair = pair();
    net.loop().createConnection(this::protocol, ConnectionOptions.of(pair()[0]));
    net.loop().sockRecv(pair[0], 1);
    net.loop().addReader(pair[1], () -> {});

    try (LogCapture log = new LogCapture()) {
      net.loop().close();

      assertThat(log.warnings()).isEmpty();
    }
  }

  /** Behaviour 77. */
  @Test
  void shouldReportWhatWasPendingInDebugMode() throws Exception {
    openEverything();
    net.loop().setDebug(true);

    try (LogCapture log = new LogCapture()) {
      net.loop().close();
      release.countDown();

      List<String> warnings = log.warnings();
      assertThat(warnings).filteredOn(one -> one.startsWith("unclosed <Server")).hasSize(3);
      for (String kind :
          List.of(
              "unclosed transport <StreamTransport",
              "unclosed transport <ReadPipeTransport",
              "unclosed transport <WritePipeTransport",
              "unclosed transport <Datagram",
              "unclosed <Connecting to [/127.0.0.1:",
              "pending recv on fd",
              "pending recvfrom on fd",
              "pending send on fd",
              "pending accept4 on fd",
              "pending sendfile on fd")) {
        assertThat(warnings).as(kind).anyMatch(one -> one.startsWith(kind));
      }
    }
  }

  /** Behaviours 20 and 247: what outlives the loop does nothing, and does no harm. */
  @Test
  void shouldMakeEverythingThatOutlivesItDoNothing() throws Exception {
    openEverything();
    pending.removeIf(Future::done);
    net.loop().close();
    release.countDown();
    List<BaseTransport> all = new ArrayList<>(transports);
    protocols.forEach(protocol -> all.add(protocol.transport()));
    all.removeIf(transport -> transport == null);
    all.add(reading);
    all.add(writing);
    all.add(datagrams);

    for (BaseTransport transport : all) {
      assertThat(transport.isClosing()).isTrue();
      assertThatCode(() -> useAfterTheEnd(transport))
          .as(transport.toString())
          .doesNotThrowAnyException();
    }
    for (Server server : servers) {
      assertThatCode(
              () -> {
                server.closeClients();
                server.abortClients();
                server.close();
                server.close();
              })
          .doesNotThrowAnyException();
      assertThat(server.isServing()).isFalse();
      assertThat(server.sockets()).isEmpty();
    }
    assertThat(pending).noneMatch(Future::done);
    for (Future<?> future : pending) {
      // Its callbacks have nowhere to run, as in asyncio.
      try {
        future.cancel();
      } catch (IllegalStateException e) {
        assertThat(e).hasMessage("Event loop is closed");
      }
    }
    Socket socket = pair()[0];
    assertThatThrownBy(() -> net.loop().sockRecv(socket, 1)).hasMessage("Event loop is closed");
  }

  private static void useAfterTheEnd(BaseTransport transport) {
    if (transport instanceof ReadTransport both) {
      both.pauseReading();
      both.resumeReading();
      assertThat(both.isReading()).isFalse();
    }
    if (transport instanceof WriteTransport both) {
      both.setWriteBufferLimits(0);
      both.getWriteBufferSize();
      both.writeEof();
      try {
        both.write(new byte[LARGE]);
        both.writelines(List.of(ByteBuffer.allocate(10)));
      } catch (IllegalStateException e) {
        // As before the loop was closed: one has sent its end, one sends a file.
        assertThat(e.getMessage()).containsPattern("after writeEof|sendfile is in progress");
      }
    }
    if (transport instanceof DatagramTransport endpoint) {
      endpoint.sendto(
          ByteBuffer.allocate(3), new InetSocketAddress(InetAddress.getLoopbackAddress(), 9));
    }
    transport.getExtraInfo("socket");
    transport.close();
    transport.close();
    if (transport instanceof WriteTransport both) {
      both.abort();
    }
    assertThat(transport.toString()).isNotEmpty();
  }
}
