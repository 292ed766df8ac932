// SPDX-License-Identifier: Apache-2.0
package dev.ouro.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ouro.linux.LinuxException;
import dev.ouro.linux.OpenFile;
import dev.ouro.linux.Pipe;
import dev.ouro.linux.Socket;
import dev.ouro.linux.SocketConstants;
import dev.ouro.linux.UnixAddress;
import dev.ouro.loop.EngineLoop;
import dev.ouro.loop.Future;
import dev.ouro.poll.EngineKind;
import dev.ouro.testing.NetworkFixture;
import dev.ouro.testing.OnBothEngines;
import dev.ouro.testing.PipeRecorder;
import dev.ouro.testing.RawFd;
import dev.ouro.testing.Recorder;
import dev.ouro.transport.AcceptedSocket;
import dev.ouro.transport.BaseTransport;
import dev.ouro.transport.Connection;
import dev.ouro.transport.ConnectionOptions;
import dev.ouro.transport.DatagramOptions;
import dev.ouro.transport.DatagramProtocol;
import dev.ouro.transport.SendfileOptions;
import dev.ouro.transport.Server;
import dev.ouro.transport.ServerOptions;
import dev.ouro.transport.UnixConnectionOptions;
import dev.ouro.transport.UnixServerOptions;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every asynchronous operation, cancelled after every number of turns that it can live, and in
 * every place of a turn: nothing leaks, no data are lost, and each protocol that was made is lost
 * once. Behaviours 54, 55, 103, 104, 148, 194 and 262.
 */
@OnBothEngines
class CancellationContractTest {
  private static final int ENDLESS_TURNS = 6;
  private static final int TOO_MANY_TURNS = 500;
  private static final int SETTLING_TURNS = 8;
  private static final int LARGE = 600_000;

  /** Where in a turn the operation is cancelled. */
  private enum Place {
    BETWEEN_TURNS,
    BEFORE_COMPLETIONS,
    AFTER_COMPLETIONS
  }

  /** An operation with what belongs to it. */
  private interface Operation {
    /** Starts it, from scratch. */
    Future<?> start() throws Exception;

    /** It was cancelled or is done: checks what is left of it, and puts it away. */
    default void end(Future<?> future) throws Exception {}

    /** Whether it ends only when it is cancelled. */
    default boolean isEndless() {
      return false;
    }
  }

  @RegisterExtension final NetworkFixture net;
  @TempDir Path folder;
  private final List<Recorder> protocols = new ArrayList<>();

  CancellationContractTest(EngineKind kind) {
    net = new NetworkFixture(kind);
  }

  private void cancelEverywhere(Operation operation) throws Exception {
    for (Place place : Place.values()) {
      boolean done = false;
      for (int turns = 0; !done; turns++) {
        assertThat(turns).as("turns").isLessThan(TOO_MANY_TURNS);
        done = cancelAfter(operation, turns, place);
        done |= operation.isEndless() && turns == ENDLESS_TURNS;
      }
    }
  }

  /** Whether the operation was done before it could be cancelled. */
  private boolean cancelAfter(Operation operation, int turns, Place place) throws Exception {
    settle();
    final Set<Integer> open = openDescriptors();
    final int operations = operations();

    Future<?> future = operation.start();
    for (int i = 0; i < turns && !future.done(); i++) {
      net.runTurns(1);
    }
    boolean[] cancelled = new boolean[1];
    switch (place) {
      case BETWEEN_TURNS -> cancelled[0] = future.cancel();
      case BEFORE_COMPLETIONS -> net.loop().callSoon(() -> cancelled[0] = future.cancel());
      case AFTER_COMPLETIONS -> net.loop().callSoonThreadsafe(() -> cancelled[0] = future.cancel());
      default -> throw new AssertionError(place);
    }
    net.runTurns(1);
    net.runUntil(future::done);

    assertThat(future.cancelled()).isEqualTo(cancelled[0]);
    settle();
    operation.end(future);
    net.runUntil(() -> operations() <= operations);
    settle();
    String when = "cancelled " + place + " after " + turns + " turns";
    for (Recorder protocol : protocols) {
      assertThat(protocol.isLost()).as("lost, " + when).isEqualTo(protocol.isMade());
      assertThat(protocol.events().stream().filter("connectionLost"::equals).count())
          .as(when)
          .isLessThanOrEqualTo(1);
    }
    protocols.clear();
    assertThat(openDescriptors()).as(when).isEqualTo(open);
    assertThat(operations()).as("in the kernel, " + when).isEqualTo(operations);
    return !future.cancelled();
  }

  private void settle() {
    net.runTurns(SETTLING_TURNS);
  }

  private int operations() {
    return ((EngineLoop) net.loop()).pollEngine().operations();
  }

  private static Set<Integer> openDescriptors() {
    Set<Integer> open = new TreeSet<>();
    for (String name : new File("/proc/self/fd").list()) {
      if (isOurs(Path.of("/proc/self/fd", name))) {
        open.add(Integer.valueOf(name));
      }
    }
    return open;
  }

  /** Neither the folder that is being listed nor what the JVM opens when it loads a class. */
  private static boolean isOurs(Path link) {
    try {
      String target = Files.readSymbolicLink(link).toString();
      return target.contains(":[") || target.startsWith("/dev/") && !target.endsWith("random");
    } catch (IOException closedMeanwhile) {
      return false;
    }
  }

  private Recorder protocol() {
    Recorder protocol = new Recorder();
    protocols.add(protocol);
    return protocol;
  }

  private PipeRecorder pipeProtocol() {
    PipeRecorder protocol = new PipeRecorder();
    protocols.add(protocol);
    return protocol;
  }

  /** Closes the result, if there is one. */
  private static void close(Future<?> future) throws Exception {
    if (future.cancelled()) {
      return;
    }
    switch (future.result()) {
      case Connection<?, ?>(BaseTransport transport, var protocol) -> transport.close();
      case AutoCloseable closeable -> closeable.close();
      case null, default -> {}
    }
  }

  private static InetSocketAddress loopback(int port) {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
  }

  // Servers and connections

  @Test
  void shouldCancelServers() throws Exception {
    Path path = folder.resolve("server");
    cancelEverywhere(
        new Operation() {
          @Override
          public Future<?> start() {
            return net.loop().createServer(() -> protocol(), ServerOptions.of("localhost", 0));
          }

          @Override
          public void end(Future<?> future) throws Exception {
            close(future);
          }
        });
    cancelEverywhere(
        new Operation() {
          @Override
          public Future<?> start() {
            return net.loop().createUnixServer(() -> protocol(), UnixServerOptions.of(path));
          }

          @Override
          public void end(Future<?> future) throws Exception {
            close(future);
            assertThat(path).doesNotExist();
          }
        });
  }

  @Test
  void shouldCancelServeForeverAndWaitClosed() throws Exception {
    cancelEverywhere(
        new Operation() {
          private Server server;

          @Override
          public Future<?> start() {
            server =
                net.run(
                    net.loop().createServer(() -> protocol(), ServerOptions.of("127.0.0.1", 0)));
            return server.serveForever();
          }

          @Override
          public void end(Future<?> future) {
            assertThat(server.isServing()).isFalse();
            server.close();
          }

          @Override
          public boolean isEndless() {
            return true;
          }
        });
    cancelEverywhere(
        new Operation() {
          private Server server;

          @Override
          public Future<?> start() {
            server =
                net.run(
                    net.loop().createServer(() -> protocol(), ServerOptions.of("127.0.0.1", 0)));
            return server.waitClosed();
          }

          @Override
          public void end(Future<?> future) {
            assertThat(server.isServing()).isTrue();
            server.close();
          }

          @Override
          public boolean isEndless() {
            return true;
          }
        });
  }

  @Test
  void shouldCancelConnections() throws Exception {
    Server server = net.serve(() -> protocol());
    for (String host : List.of("127.0.0.1", "localhost")) {
      cancelEverywhere(
          new Operation() {
            @Override
            public Future<?> start() {
              return net.loop()
                  .createConnection(
                      () -> protocol(), ConnectionOptions.of(host, NetworkFixture.port(server)));
            }

            @Override
            public void end(Future<?> future) throws Exception {
              close(future);
            }
          });
    }
  }

  /** The kernel goes on with a connect that nobody answers. */
  @Test
  void shouldCancelConnectionsThatNobodyAccepts() throws Exception {
    Socket full = net.closing(Socket.open(SocketConstants.AF_UNIX, SocketConstants.SOCK_STREAM, 0));
    UnixAddress address = UnixAddress.of(folder.resolve("full"));
    full.bind(address);
    full.listen(0);
    Socket first =
        net.closing(Socket.open(SocketConstants.AF_UNIX, SocketConstants.SOCK_STREAM, 0));
    first.connect(address);
    cancelEverywhere(
        new Operation() {
          @Override
          public Future<?> start() {
            return net.loop()
                .createUnixConnection(
                    () -> protocol(), UnixConnectionOptions.of(folder.resolve("full")));
          }

          @Override
          public void end(Future<?> future) {
            if (!future.cancelled()) {
              assertThat(future.exception()).isInstanceOf(LinuxException.class);
            }
          }

          @Override
          public boolean isEndless() {
            return true;
          }
        });
  }

  @Test
  void shouldCancelConnectionsOfSockets() throws Exception {
    cancelEverywhere(
        new Operation() {
          private Socket[] pair;

          @Override
          public Future<?> start() throws Exception {
            pair = Socket.pair();
            return net.loop().createConnection(() -> protocol(), ConnectionOptions.of(pair[0]));
          }

          @Override
          public void end(Future<?> future) throws Exception {
            close(future);
            pair[1].close();
          }
        });
    cancelEverywhere(
        new Operation() {
          private Socket[] pair;

          @Override
          public Future<?> start() throws Exception {
            pair = Socket.pair();
            return net.loop().connectAcceptedSocket(() -> protocol(), pair[0]);
          }

          @Override
          public void end(Future<?> future) throws Exception {
            close(future);
            pair[1].close();
          }
        });
  }

  @Test
  void shouldCancelDatagramEndpoints() throws Exception {
    for (String host : List.of("127.0.0.1", "localhost")) {
      cancelEverywhere(
          new Operation() {
            private int made;
            private int lost;

            @Override
            public Future<?> start() {
              made = 0;
              lost = 0;
              DatagramProtocol protocol =
                  new DatagramProtocol() {
                    @Override
                    public void connectionMade(BaseTransport transport) {
                      made++;
                    }

                    @Override
                    public void connectionLost(Throwable exceptionOrNull) {
                      lost++;
                    }
                  };
              return net.loop()
                  .createDatagramEndpoint(
                      () -> protocol,
                      DatagramOptions.local(InetSocketAddress.createUnresolved(host, 0)));
            }

            @Override
            public void end(Future<?> future) throws Exception {
              close(future);
              settle();
              assertThat(lost).isEqualTo(made);
            }
          });
    }
  }

  @Test
  void shouldCancelPipes() throws Exception {
    for (boolean reads : new boolean[] {true, false}) {
      cancelEverywhere(
          new Operation() {
            private Pipe pipe;

            @Override
            public Future<?> start() throws Exception {
              pipe = Pipe.create();
              return reads
                  ? net.loop().connectReadPipe(() -> pipeProtocol(), pipe.readEnd())
                  : net.loop().connectWritePipe(() -> pipeProtocol(), pipe.writeEnd());
            }

            @Override
            public void end(Future<?> future) throws Exception {
              close(future);
              settle();
              assertThat((reads ? pipe.readEnd() : pipe.writeEnd()).isClosed()).isTrue();
              pipe.close();
            }
          });
    }
  }

  // Files

  /** {@code loop.sendfile}: behaviour 194. */
  @Test
  void shouldCancelSendfileThroughTransports() throws Exception {
    byte[] content = Bytes.pattern(LARGE);
    Path path = Files.write(folder.resolve("file"), content);
    for (boolean fallback : new boolean[] {false, true}) {
      cancelEverywhere(
          new Operation() {
            private Socket[] pair;
            private OpenFile file;
            private FileChannel channel;
            private Recorder recorder;

            @Override
            public Future<?> start() throws Exception {
              pair = Socket.pair();
              recorder = protocol();
              net.run(net.loop().createConnection(() -> recorder, ConnectionOptions.of(pair[0])));
              file = OpenFile.open(path);
              channel = FileChannel.open(path);
              return fallback
                  ? net.loop().sendfile(recorder.transport(), channel, SendfileOptions.DEFAULT)
                  : net.loop().sendfile(recorder.transport(), file, SendfileOptions.DEFAULT);
            }

            @Override
            public void end(Future<?> future) throws Exception {
              assertThat(future.cancelled()).isTrue();
              recorder.transport().write(new byte[] {1});
              recorder.transport().close();
              byte[] received = receive(pair[1], recorder);
              int sent = received.length - 1;
              assertThat(received).endsWith((byte) 1);
              assertThat(Arrays.copyOf(received, sent)).isEqualTo(Arrays.copyOf(content, sent));
              assertThat(fallback ? channel.position() : file.position()).isEqualTo(sent);
              file.close();
              channel.close();
              pair[1].close();
            }

            @Override
            public boolean isEndless() {
              return true; // nobody reads
            }
          });
    }
  }

  /** Everything that arrives until the sender is lost. */
  private byte[] receive(Socket from, Recorder sender) throws LinuxException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    from.setBlocking(false);
    while (true) {
      Future<byte[]> piece = net.loop().sockRecv(from, LARGE);
      net.runUntil(piece::done);
      if (piece.result().length == 0) {
        assertThat(sender.isLost()).isTrue();
        return all.toByteArray();
      }
      all.writeBytes(piece.result());
    }
  }

  // Sockets without transports

  private abstract class OfAPair implements Operation {
    Socket[] pair;

    @Override
    public final Future<?> start() throws Exception {
      pair = Socket.pair();
      return begin();
    }

    abstract Future<?> begin() throws Exception;

    @Override
    public final void end(Future<?> future) throws Exception {
      check(future);
      pair[0].close();
      pair[1].close();
    }

    abstract void check(Future<?> future) throws Exception;
  }

  @Test
  void shouldLoseNoBytesWhenReceivesAreCancelled() throws Exception {
    cancelEverywhere(
        new OfAPair() {
          @Override
          Future<?> begin() throws Exception {
            Future<byte[]> receiving = net.loop().sockRecv(pair[1], 100);
            net.loop().callSoon(() -> net.loop().callSoon(this::write));
            return receiving;
          }

          private void write() {
            net.loop().sockSendall(pair[0], new byte[] {1, 2, 3}).result();
          }

          @Override
          void check(Future<?> future) {
            Object got = future.cancelled() ? net.loop().sockRecv(pair[1], 9) : future;
            assertThat(((Future<?>) got).result()).isEqualTo(new byte[] {1, 2, 3});
          }
        });
    cancelEverywhere(
        new OfAPair() {
          private final byte[] into = new byte[3];

          @Override
          Future<?> begin() throws Exception {
            Arrays.fill(into, (byte) 0);
            Future<Integer> receiving = net.loop().sockRecvInto(pair[1], into);
            net.loop().callSoon(() -> net.loop().callSoon(this::write));
            return receiving;
          }

          private void write() {
            net.loop().sockSendall(pair[0], new byte[] {1, 2, 3}).result();
          }

          @Override
          void check(Future<?> future) {
            if (future.cancelled()) {
              assertThat(into).containsExactly(0, 0, 0);
              assertThat(net.loop().sockRecvInto(pair[1], into).result()).isEqualTo(3);
            }
            assertThat(into).containsExactly(1, 2, 3);
          }
        });
  }

  @Test
  void shouldCancelReceivesThatNothingComesFor() throws Exception {
    cancelEverywhere(
        new OfAPair() {
          @Override
          Future<?> begin() {
            return net.loop().sockRecvfrom(pair[1], 100);
          }

          @Override
          void check(Future<?> future) throws Exception {
            RawFd.write(pair[0].fd(), "next");
            assertThat(net.loop().sockRecvfrom(pair[1], 9).result().data()).hasSize(4);
          }

          @Override
          public boolean isEndless() {
            return true;
          }
        });
  }

  @Test
  void shouldKnowWhatWasSentWhenSendsAreCancelled() throws Exception {
    byte[] content = Bytes.pattern(LARGE);
    cancelEverywhere(
        new OfAPair() {
          private ByteBuffer data;
          private final ByteArrayOutputStream received = new ByteArrayOutputStream();

          @Override
          Future<?> begin() {
            received.reset();
            data = ByteBuffer.wrap(content);
            Future<Void> sending = net.loop().sockSendall(pair[0], data);
            receiveMore();
            return sending;
          }

          /** A piece a turn. */
          private void receiveMore() {
            if (!pair[1].fd().isClosed()) {
              Future<byte[]> piece = net.loop().sockRecv(pair[1], 50_000);
              piece.addDoneCallback(done -> {
                if (done.exception() == null && done.result().length > 0) {
                  received.writeBytes(done.result());
                  receiveMore();
                }
              });
            }
          }

          @Override
          void check(Future<?> future) {
            pair[0].close();
            net.runUntil(() -> received.size() >= data.position());
            settle();
            assertThat(received.toByteArray()).isEqualTo(Arrays.copyOf(content, data.position()));
          }
        });
  }

  @Test
  void shouldLoseNoConnectionWhenAcceptsAreCancelled() throws Exception {
    Socket listener =
        net.closing(Socket.open(SocketConstants.AF_INET, SocketConstants.SOCK_STREAM, 0));
    listener.bind(loopback(0));
    listener.listen(5);
    cancelEverywhere(
        new Operation() {
          private Socket client;

          @Override
          public Future<?> start() throws Exception {
            client = Socket.open(SocketConstants.AF_INET, SocketConstants.SOCK_STREAM, 0);
            Future<AcceptedSocket> accepting = net.loop().sockAccept(listener);
            net.loop().callSoon(() -> net.loop().callSoon(this::connect));
            return accepting;
          }

          private void connect() {
            try {
              client.connect(listener.getsockname());
            } catch (LinuxException e) {
              throw new AssertionError(e);
            }
          }

          @Override
          public void end(Future<?> future) throws Exception {
            if (future.cancelled()) {
              close(net.loop().sockAccept(listener));
            } else {
              close(future);
            }
            client.close();
          }
        });
  }

  @Test
  void shouldCancelConnectsOfSockets() throws Exception {
    Server server = net.serve(() -> protocol());
    for (String host : List.of("127.0.0.1", "localhost")) {
      cancelEverywhere(
          new Operation() {
            private Socket client;

            @Override
            public Future<?> start() throws Exception {
              client = Socket.open(SocketConstants.AF_INET, SocketConstants.SOCK_STREAM, 0);
              return net.loop()
                  .sockConnect(
                      client,
                      InetSocketAddress.createUnresolved(host, NetworkFixture.port(server)));
            }

            @Override
            public void end(Future<?> future) {
              client.close();
            }
          });
    }
  }

  @Test
  void shouldCancelSendsOfDatagrams() throws Exception {
    Socket receiver =
        net.closing(Socket.open(SocketConstants.AF_INET, SocketConstants.SOCK_DGRAM, 0));
    receiver.bind(loopback(0));
    int port = ((InetSocketAddress) receiver.getsockname()).getPort();
    cancelEverywhere(
        new Operation() {
          private Socket sender;

          @Override
          public Future<?> start() throws Exception {
            sender = Socket.open(SocketConstants.AF_INET, SocketConstants.SOCK_DGRAM, 0);
            return net.loop()
                .sockSendto(
                    sender, new byte[] {7}, InetSocketAddress.createUnresolved("localhost", port));
          }

          @Override
          public void end(Future<?> future) {
            Future<byte[]> received = net.loop().sockRecv(receiver, 9);
            assertThat(received.done()).isEqualTo(!future.cancelled());
            received.cancel();
            settle();
            sender.close();
          }
        });
  }

  /** {@code sock_sendfile}: behaviour 194. */
  @Test
  void shouldCancelSendfileThroughSockets() throws Exception {
    byte[] content = Bytes.pattern(LARGE);
    Path path = Files.write(folder.resolve("file"), content);
    for (boolean fallback : new boolean[] {false, true}) {
      cancelEverywhere(
          new OfAPair() {
            private OpenFile file;
            private FileChannel channel;

            @Override
            Future<?> begin() throws Exception {
              file = OpenFile.open(path);
              channel = FileChannel.open(path);
              return fallback
                  ? net.loop().sockSendfile(pair[0], channel, SendfileOptions.DEFAULT)
                  : net.loop().sockSendfile(pair[0], file);
            }

            @Override
            void check(Future<?> future) throws Exception {
              assertThat(future.cancelled()).isTrue();
              pair[0].close();
              pair[1].setBlocking(true);
              byte[] received = RawFd.readAll(pair[1].fd());
              assertThat(received).isEqualTo(Arrays.copyOf(content, received.length));
              assertThat(fallback ? channel.position() : file.position())
                  .isEqualTo(received.length);
              file.close();
              channel.close();
            }

            @Override
            public boolean isEndless() {
              return true; // nobody reads
            }
          });
    }
  }

  // Off the loop

  @Test
  void shouldCancelJobsAndLookups() throws Exception {
    cancelEverywhere(() -> net.loop().getaddrinfo("localhost", null, 0, 0, 0, 0));
    cancelEverywhere(() -> net.loop().getnameinfo(loopback(80), 0));
    cancelEverywhere(() -> net.loop().runInExecutor(() -> "result"));
    cancelEverywhere(() -> {
      Future<String> later = net.loop().createFuture();
      net.loop()
          .callLater(
              Duration.ZERO,
              () -> {
                if (!later.done()) {
                  later.setResult("later");
                }
              });
      return later;
    });
  }
}
