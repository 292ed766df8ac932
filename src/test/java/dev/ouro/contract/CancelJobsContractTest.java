// SPDX-License-Identifier: Apache-2.0
package dev.ouro.contract;

import dev.ouro.loop.Future;
import dev.ouro.poll.EngineKind;
import dev.ouro.testing.CancelEverywhere;
import dev.ouro.testing.NetworkFixture;
import dev.ouro.testing.OnBothEngines;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What goes on off the loop, and timers, cancelled everywhere. */
@OnBothEngines
class CancelJobsContractTest {
  @RegisterExtension final NetworkFixture net;
  private final CancelEverywhere everywhere;

  CancelJobsContractTest(EngineKind kind) {
    net = new NetworkFixture(kind);
    everywhere = new CancelEverywhere(net);
  }

  private static InetSocketAddress loopback(int port) {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
  }

  @Test
  void shouldCancelJobsAndLookups() throws Exception {
    everywhere.cancel(() -> net.loop().getaddrinfo("localhost", null, 0, 0, 0, 0));
    everywhere.cancel(() -> net.loop().getnameinfo(loopback(80), 0));
    everywhere.cancel(() -> net.loop().runInExecutor(() -> "result"));
    everywhere.cancel(() -> {
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
