// SPDX-License-Identifier: Apache-2.0
package dev.ouro.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ouro.linux.AddressInfo;
import dev.ouro.linux.ConnectionRefusedException;
import dev.ouro.linux.Errno;
import dev.ouro.linux.LinuxException;
import dev.ouro.linux.SocketConstants;
import dev.ouro.loop.Future;
import dev.ouro.memory.ChunkPool;
import dev.ouro.testing.FakeLoop;
import dev.ouro.testing.LeakCheck;
import dev.ouro.testing.Recorder;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** asyncio-behaviours 143, 144 and 148, where the test says what each address answers. */
@ExtendWith(LeakCheck.class)
class ConnectorTest {
  private final FakeLoop loop = FakeLoop.create();
  private final ChunkPool chunks = new ChunkPool();
  private final OpenSockets sockets = new OpenSockets();
  private final Connector<Recorder> connector =
      new Connector<>(loop, chunks, sockets, Recorder::new);

  @AfterEach
  void close() {
    loop.close();
    sockets.closeAll();
    chunks.close(false);
  }

  private void connect(int... ports) {
    Future<List<AddressInfo>> addresses = loop.createFuture();
    addresses.setResult(Stream.of(box(ports)).map(ConnectorTest::address).toList());
    connector.connect(addresses);
    loop.runTurn();
  }

  private static Integer[] box(int... ports) {
    return java.util.Arrays.stream(ports).boxed().toArray(Integer[]::new);
  }

  private static AddressInfo address(int port) {
    return new AddressInfo(
        SocketConstants.AF_INET,
        SocketConstants.SOCK_STREAM,
        SocketConstants.IPPROTO_TCP,
        "",
        new InetSocketAddress("127.0.0.1", port));
  }

  private void answer(int errno) {
    loop.engine().running().getFirst().complete(-errno);
    loop.runTurn();
  }

  @Test
  void shouldTryAddressesInOrder() {
    connect(1, 2, 3);

    assertThat(loop.engine().running()).hasToString("[connect /127.0.0.1:1]");
    answer(Errno.ECONNREFUSED);
    assertThat(loop.engine().running()).hasToString("[connect /127.0.0.1:2]");
    answer(Errno.EHOSTUNREACH);
    assertThat(loop.engine().running()).hasToString("[connect /127.0.0.1:3]");
  }

  @Test
  void shouldAnswerOneErrorAsItIs() {
    connect(1);
    answer(Errno.ECONNREFUSED);

    assertThat(connector.result().exception())
        .isInstanceOf(ConnectionRefusedException.class)
        .hasMessageStartingWith("connect (/127.0.0.1:1): ECONNREFUSED");
  }

  @Test
  void shouldAnswerFirstErrorWhenAllSayTheSame() {
    connect(1, 1);
    answer(Errno.ECONNREFUSED);
    answer(Errno.ECONNREFUSED);

    assertThat(connector.result().exception())
        .hasMessageStartingWith("connect (/127.0.0.1:1): ECONNREFUSED")
        .hasNoSuppressedExceptions();
  }

  @Test
  void shouldAnswerAllErrorsInOneWhenTheyDiffer() {
    connect(1, 2);
    answer(Errno.ECONNREFUSED);
    answer(Errno.ETIMEDOUT);

    Throwable failure = connector.result().exception();
    assertThat(failure)
        .isInstanceOf(LinuxException.class)
        .hasMessageContaining("Multiple exceptions: connect (/127.0.0.1:1): ECONNREFUSED")
        .hasMessageContaining("connect (/127.0.0.1:2): ETIMEDOUT");
    assertThat(failure.getSuppressed()).hasSize(2);
  }

  @Test
  void shouldAnswerErrorWhenThereIsNoAddress() {
    connect();

    assertThatThrownBy(() -> connector.result().result()).isInstanceOf(LinuxException.class);
  }

  @Test
  void shouldCloseSocketOnlyWhenCancelledConnectHasEnded() {
    connect(1, 2);

    connector.result().cancel();
    loop.runTurn();
    loop.runTurn();

    assertThat(loop.engine().running()).isEmpty();
    assertThat(connector.result().cancelled()).isTrue();
  }
}
