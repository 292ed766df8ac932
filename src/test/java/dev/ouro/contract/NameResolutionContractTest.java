// SPDX-License-Identifier: Apache-2.0
package dev.ouro.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ouro.linux.AddressInfo;
import dev.ouro.linux.AddressInfoException;
import dev.ouro.linux.NameInfo;
import dev.ouro.linux.SocketConstants;
import dev.ouro.poll.EngineKind;
import dev.ouro.testing.NetworkFixture;
import dev.ouro.testing.OnBothEngines;
import dev.ouro.testing.Recorder;
import dev.ouro.transport.Connection;
import dev.ouro.transport.ConnectionOptions;
import dev.ouro.transport.Server;
import dev.ouro.transport.ServerOptions;
import dev.ouro.transport.Transport;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** asyncio-behaviours §6, lines 84 to 88 and 23: names. */
@OnBothEngines
class NameResolutionContractTest {
  @RegisterExtension final NetworkFixture net;

  NameResolutionContractTest(EngineKind kind) {
    net = new NetworkFixture(kind);
  }

  /** Behaviour 84. */
  @Test
  void shouldAnswerWhatBlockingCallAnswers() throws IOException {
    String[] hosts = {null, "localhost", "127.0.0.1", "::1"};
    String[] services = {null, "http", "80"};
    for (String host : hosts) {
      for (String service : services) {
        for (int type : new int[] {0, SocketConstants.SOCK_STREAM}) {
          for (int flags : new int[] {0, AddressInfo.AI_PASSIVE}) {
            if (host == null && service == null || service != null && service.equals("http")) {
              continue; // EAI_NONAME, and /etc/services need not be there
            }
            assertThat(net.run(net.loop().getaddrinfo(host, service, 0, type, 0, flags)))
                .isEqualTo(AddressInfo.resolve(host, service, 0, type, 0, flags))
                .isNotEmpty();
          }
        }
      }
    }
  }

  /** Behaviour 84: the errors too. */
  @Test
  void shouldAnswerErrorOfBlockingCall() {
    assertThatThrownBy(() -> net.run(net.loop().getaddrinfo(null, null, 0, 0, 0, 0)))
        .isInstanceOfSatisfying(
            AddressInfoException.class,
            e -> assertThat(e.code()).isEqualTo(AddressInfo.EAI_NONAME));
  }

  /** Behaviour 84: any family, any type. */
  @Test
  void shouldAskForEverythingWithoutHints() throws IOException {
    assertThat(net.run(net.loop().getaddrinfo("127.0.0.1", "80")))
        .isEqualTo(AddressInfo.resolve("127.0.0.1", "80", 0, 0, 0, 0))
        .isEqualTo(net.run(net.loop().getaddrinfo("127.0.0.1", 80)));
  }

  /** Behaviour 85: nobody is asked for a number, of either family, with or without a scope. */
  @Test
  void shouldConnectAndListenByNumberWithoutAskingTheResolver() {
    ExecutorService refusing = Executors.newSingleThreadExecutor();
    refusing.shutdown();
    net.loop().setDefaultExecutor(refusing);
    for (String host : List.of("127.0.0.1", "::1", "::1%1")) {
      Server server =
          net.closing(net.run(net.loop().createServer(Recorder::new, ServerOptions.of(host, 0))));
      Connection<Transport, Recorder> connection =
          net.run(
              net.loop()
                  .createConnection(
                      Recorder::new, ConnectionOptions.of(host, NetworkFixture.port(server))));

      connection.transport().abort();
      net.runUntil(connection.protocol()::isLost);
    }
    assertThatThrownBy(() -> net.loop().getaddrinfo("localhost", 80))
        .isInstanceOf(RejectedExecutionException.class);
  }

  /** Behaviour 86. */
  @Test
  void shouldKeepScopeOfAddress() {
    InetSocketAddress address =
        (InetSocketAddress)
            net.run(net.loop().getaddrinfo("fe80::1%1", "80", 0, SocketConstants.SOCK_STREAM, 0, 0))
                .getFirst()
                .address();

    assertThat(((java.net.Inet6Address) address.getAddress()).getScopeId()).isEqualTo(1);
  }

  /** Behaviour 87. */
  @Test
  void shouldNameAddress() throws IOException {
    InetSocketAddress address = new InetSocketAddress("127.0.0.1", 80);
    int numeric = NameInfo.NI_NUMERICHOST | NameInfo.NI_NUMERICSERV;

    assertThat(net.run(net.loop().getnameinfo(address, numeric)))
        .isEqualTo(new NameInfo("127.0.0.1", "80"));
    assertThat(net.run(net.loop().getnameinfo(address)))
        .isEqualTo(NameInfo.resolve(address, 0))
        .isEqualTo(net.run(net.loop().getnameinfo(address, 0)));
  }

  /** Behaviour 23. */
  @Test
  void shouldDropAnswerWhenLoopIsClosedMeanwhile() {
    net.loop().getaddrinfo("localhost", "80", 0, 0, 0, 0);

    net.loop().close();

    assertThat(net.loop().isClosed()).isTrue();
  }
}
