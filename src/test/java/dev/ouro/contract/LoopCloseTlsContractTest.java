// SPDX-License-Identifier: Apache-2.0
package dev.ouro.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.ouro.linux.OpenFile;
import dev.ouro.loop.Future;
import dev.ouro.poll.EngineKind;
import dev.ouro.testing.LogCapture;
import dev.ouro.testing.NetworkFixture;
import dev.ouro.testing.OnBothEngines;
import dev.ouro.testing.Recorder;
import dev.ouro.testing.TlsFixture;
import dev.ouro.transport.SendfileOptions;
import dev.ouro.transport.Server;
import dev.ouro.transport.StartTlsOptions;
import dev.ouro.transport.Transport;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** A loop that is closed with TLS in every state. Behaviours 22, 77, 247 and 262. */
@OnBothEngines
class LoopCloseTlsContractTest {
  private static final int LARGE = 20_000_000;

  private final TlsFixture tls;
  @RegisterExtension final NetworkFixture net;
  @TempDir Path folder;
  private final List<Recorder> protocols = new ArrayList<>();
  private final List<Future<?>> pending = new ArrayList<>();
  private Server server;

  LoopCloseTlsContractTest(EngineKind kind) {
    tls = new TlsFixture(kind);
    net = tls.net();
  }

  private Recorder protocol() {
    Recorder protocol = new Recorder();
    protocols.add(protocol);
    return protocol;
  }

  /** A connection whose server does not read. */
  private Transport connect() {
    int before = protocols.size();
    Transport transport = tls.connect(server, protocol());
    net.runUntil(
        () -> protocols.size() == before + 2 && protocols.stream().allMatch(Recorder::isMade));
    protocols.getLast().transport().pauseReading();
    return transport;
  }

  private void openEverything() throws Exception {
    server = tls.serve(this::protocol);
    connect(); // at rest
    connect().write(new byte[100]); // will arrive, and be held
    connect().write(new byte[LARGE]);
    connect().pauseReading();
    OpenFile file =
        net.closing(OpenFile.open(Files.write(folder.resolve("file"), new byte[LARGE])));
    pending.add(net.loop().sendfile(connect(), file, SendfileOptions.DEFAULT));
    Transport unsent = connect();
    unsent.write(new byte[LARGE]);
    unsent.close();
    net.runTurns(5);
    connect().close(); // the goodbye waits for its answer
    startHandshakes();
  }

  private void startHandshakes() {
    Server silent = net.serve(Recorder::new);
    pending.add(tls.connect(protocol(), TlsFixture.to(silent)));
    Recorder client = protocol();
    Transport plain = net.connect(silent, client);
    pending.add(net.loop().startTls(plain, client, TlsFixture.CLIENT, "localhost"));
    net.runTurns(5);
    Recorder other = protocol();
    plain = net.connect(silent, other);
    StartTlsOptions serverSide = StartTlsOptions.of(TlsFixture.SERVER).withServerSide(true);
    pending.add(net.loop().startTls(plain, other, serverSide)); // has not begun
    pending.add(tls.connect(protocol(), TlsFixture.to(server)));
  }

  private List<List<String>> events() {
    return protocols.stream().map(protocol -> List.copyOf(protocol.events())).toList();
  }

  /** LeakCheck sees that all is closed. */
  @Test
  void shouldFreeEverythingWithoutAWord() throws Exception {
    openEverything();
    List<List<String>> events = events();

    try (LogCapture log = new LogCapture()) {
      net.loop().close();

      assertThat(log.records()).isEmpty();
    }
    assertThat(events()).isEqualTo(events);
    assertThat(pending).noneMatch(Future::done);
  }

  @Test
  void shouldReportWhatWasOpenInDebugMode() throws Exception {
    openEverything();
    net.loop().setDebug(true);

    try (LogCapture log = new LogCapture()) {
      net.loop().close();

      assertThat(log.warnings())
          .filteredOn(one -> one.startsWith("unclosed transport <StreamTransport"))
          .hasSizeGreaterThanOrEqualTo(2 * 7 + 3);
      assertThat(log.warnings()).filteredOn(one -> one.startsWith("unclosed <Server")).hasSize(2);
    }
  }

  @Test
  void shouldMakeEverythingThatOutlivesItDoNothing() throws Exception {
    openEverything();
    net.loop().close();

    for (Recorder protocol : protocols) {
      if (protocol.isMade()) {
        assertThat(protocol.transport().isClosing()).isTrue();
        assertThatCode(() -> useAfterTheEnd(protocol.transport()))
            .as(protocol.transport().toString())
            .doesNotThrowAnyException();
      }
    }
    server.closeClients();
    server.abortClients();
    for (Future<?> future : pending) {
      try {
        future.cancel();
      } catch (IllegalStateException e) {
        // Its callbacks have nowhere to run, as in asyncio.
        assertThat(e).hasMessage("Event loop is closed");
      }
    }
  }

  private static void useAfterTheEnd(Transport transport) {
    transport.pauseReading();
    transport.resumeReading();
    assertThat(transport.isReading()).isFalse();
    transport.setWriteBufferLimits(0);
    try {
      transport.write(new byte[LARGE]);
      transport.writelines(List.of(ByteBuffer.allocate(10)));
    } catch (IllegalStateException e) {
      assertThat(e).hasMessageContaining("sendfile is in progress"); // as before
    }
    transport.getWriteBufferSize();
    transport.getExtraInfo("peercert");
    transport.close();
    transport.close();
    transport.abort();
  }
}
