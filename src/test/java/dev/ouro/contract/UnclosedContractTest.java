// SPDX-License-Identifier: Apache-2.0
package dev.ouro.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ouro.poll.EngineKind;
import dev.ouro.testing.LogCapture;
import dev.ouro.testing.NetworkFixture;
import dev.ouro.testing.OnBothEngines;
import dev.ouro.testing.Recorder;
import dev.ouro.transport.ConnectionOptions;
import dev.ouro.transport.Server;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * asyncio-behaviours 77: what is open when its loop closes. A transport is known to its loop, and
 * no garbage before it.
 */
@OnBothEngines
class UnclosedContractTest {
  @RegisterExtension final NetworkFixture net;

  UnclosedContractTest(EngineKind kind) {
    net = new NetworkFixture(kind);
  }

  /** A server, both ends of a connection, and a connect that goes on. */
  private void openEverything() throws IOException {
    Recorder accepted = new Recorder();
    Server server = net.serve(() -> accepted);
    net.connect(server, new Recorder());
    net.runUntil(accepted::isMade);
    ServerSocket full = net.closing(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
    for (int i = 0; i < 6; i++) {
      net.loop()
          .createConnection(Recorder::new, ConnectionOptions.of("127.0.0.1", full.getLocalPort()));
    }
    net.runTurns(5);
  }

  /** Behaviour 77. */
  @Test
  void shouldCloseAllAndWarnOfItInDebugMode() throws IOException {
    net.loop().setDebug(true);
    openEverything();

    try (LogCapture log = new LogCapture()) {
      net.loop().close();

      List<String> warnings = log.warnings();
      assertThat(warnings).filteredOn(one -> one.startsWith("unclosed <Server")).hasSize(1);
      assertThat(warnings)
          .filteredOn(one -> one.startsWith("unclosed transport <StreamTransport fd="))
          .hasSizeGreaterThanOrEqualTo(2);
      assertThat(warnings)
          .filteredOn(one -> one.startsWith("unclosed <Connecting to [/127.0.0.1:"))
          .isNotEmpty();
    }
  }

  /** Behaviour 77: LeakCheck sees that all is closed. */
  @Test
  void shouldCloseAllWithoutAWordElse() throws IOException {
    openEverything();

    try (LogCapture log = new LogCapture()) {
      net.loop().close();

      assertThat(log.warnings()).isEmpty();
    }
  }
}
