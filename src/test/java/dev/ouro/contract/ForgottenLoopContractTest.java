// SPDX-License-Identifier: Apache-2.0
package dev.ouro.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ouro.BaseEventLoop;
import dev.ouro.ProactorEventLoop;
import dev.ouro.SelectorEventLoop;
import dev.ouro.linux.Errno;
import dev.ouro.linux.LinuxException;
import dev.ouro.linux.Pipe;
import dev.ouro.linux.Socket;
import dev.ouro.loop.WaitStrategy;
import dev.ouro.poll.EngineKind;
import dev.ouro.testing.LogCapture;
import dev.ouro.testing.NetworkFixture;
import dev.ouro.testing.OnBothEngines;
import dev.ouro.testing.RawFd;
import dev.ouro.testing.Recorder;
import dev.ouro.transport.ConnectionOptions;
import dev.ouro.transport.ServerOptions;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Behaviour 77: a loop that nobody closed, and nobody has any more. LeakCheck sees that its
 * descriptors are closed.
 */
@OnBothEngines
class ForgottenLoopContractTest {
  /** Tells whether the engine is there; its own loop is not the forgotten one. */
  @RegisterExtension final NetworkFixture net;

  private final EngineKind kind;

  ForgottenLoopContractTest(EngineKind kind) {
    this.kind = kind;
    net = new NetworkFixture(kind);
  }

  /** Leaves a loop with a server and a connection: the other end of that. */
  private Socket forget(boolean debug) throws LinuxException {
    BaseEventLoop loop =
        kind == EngineKind.EPOLL
            ? new SelectorEventLoop(WaitStrategy.blocking())
            : new ProactorEventLoop(WaitStrategy.blocking());
    loop.setDebug(debug);
    loop.setSlowCallbackDuration(Duration.ofDays(1)); // of which debug mode warns, too
    Socket[] pair = Socket.pair();
    loop.runUntilComplete(loop.createServer(Recorder::new, ServerOptions.of("127.0.0.1", 0)));
    loop.runUntilComplete(loop.createConnection(Recorder::new, ConnectionOptions.of(pair[0])));
    // It is watched from its first wait on; on a busy machine the timer may be due before that.
    for (int i = 0; i < 20; i++) {
      loop.callLater(Duration.ofMillis(1), loop::stop);
      loop.runForever();
    }
    return pair[1];
  }

  /** Sockets, pipes and the engines' own; not the files that the JVM opens when it likes. */
  private static long openDescriptors() {
    return Arrays.stream(new File("/proc/self/fd").list())
        .filter(name -> target(name).contains(":["))
        .count();
  }

  private static String target(String name) {
    try {
      return Files.readSymbolicLink(Path.of("/proc/self/fd", name)).toString();
    } catch (IOException closedMeanwhile) {
      return "";
    }
  }

  /** Collects garbage until the peer hears that the connection is gone. */
  private static void awaitTheEnd(Socket peer) throws LinuxException {
    peer.setBlocking(false);
    while (true) {
      System.gc();
      try {
        if (RawFd.read(peer.fd()).length == 0) {
          return;
        }
      } catch (LinuxException notYet) {
        assertThat(notYet.errno()).isEqualTo(Errno.EAGAIN);
      }
    }
  }

  @Test
  void shouldCloseDescriptorsOnceAndThoseOfOthersNever() throws Exception {
    net.loop();
    final long before = openDescriptors();
    try (Socket peer = forget(false)) {
      assertThat(openDescriptors()).isGreaterThan(before + 3);

      awaitTheEnd(peer);
      while (openDescriptors() > before + 1) {
        Thread.onSpinWait();
      }
    }

    List<Pipe> next = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      next.add(net.closing(Pipe.create()));
    }
    System.gc();
    for (Pipe pipe : next) {
      RawFd.write(pipe.writeEnd(), "mine");
      assertThat(RawFd.readText(pipe.readEnd())).isEqualTo("mine");
    }
  }

  @Test
  void shouldWarnInDebugModeAlone() throws Exception {
    net.loop();
    try (LogCapture log = new LogCapture()) {
      try (Socket peer = forget(false)) {
        awaitTheEnd(peer);
      }
      assertThat(log.warnings()).isEmpty();
      try (Socket peer = forget(true)) {
        awaitTheEnd(peer);
      }
      assertThat(log.warnings()).hasSize(1).first().asString().startsWith("unclosed event loop on");
    }
  }
}
