// SPDX-License-Identifier: Apache-2.0
package dev.ouro.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ouro.poll.EngineKind;
import dev.ouro.testing.LeakCheck;
import dev.ouro.testing.NetworkFixture;
import dev.ouro.testing.Recorder;
import dev.ouro.transport.Server;
import dev.ouro.transport.Transport;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * asyncio-behaviours 266: what protocols do inside of their callbacks leads to the same callbacks
 * in the same order on both engines. {@link EnginesAgreePropertyTest} has what is done from
 * outside.
 */
@ExtendWith(LeakCheck.class)
class SameTraceContractTest {
  /** What the client and the server do; each protocol's callbacks are one trace. */
  private enum Scenario {
    CLOSE_IN_CALLBACKS(Session::closeInCallbacks),
    REPLY_AND_CLOSE(Session::replyAndClose);

    private final BiConsumer<Session, NetworkFixture> script;

    Scenario(BiConsumer<Session, NetworkFixture> script) {
      this.script = script;
    }
  }

  @ParameterizedTest
  @EnumSource(Scenario.class)
  void shouldCallTheSameOnBothEngines(Scenario scenario) throws Exception {
    assertThat(trace(EngineKind.IO_URING, scenario))
        .isNotEmpty()
        .isEqualTo(trace(EngineKind.EPOLL, scenario));
  }

  private static List<String> trace(EngineKind kind, Scenario scenario) throws Exception {
    NetworkFixture net = new NetworkFixture(kind);
    try {
      Session session = new Session(net);
      scenario.script.accept(session, net);
      net.runUntil(() -> session.client.isLost() && session.server.isLost());
      return session.trace();
    } finally {
      net.afterEach(null);
    }
  }

  /** A connection whose two protocols note what they hear. */
  private static final class Session {
    private Reaction reaction = (who, transport, event) -> {};
    private final Side client = new Side("client");
    private final Side server = new Side("server");
    private final NetworkFixture net;

    private interface Reaction {
      void react(String who, Transport transport, String event);
    }

    private final class Side extends Recorder {
      private final String name;

      Side(String name) {
        this.name = name;
      }

      @Override
      public void connectionMade(Transport made) {
        super.connectionMade(made);
        reaction.react(name, made, "made");
      }

      @Override
      public void dataReceived(ByteBuffer data) {
        super.dataReceived(data);
        reaction.react(name, transport(), "data");
      }

      @Override
      public boolean eofReceived() {
        reaction.react(name, transport(), "eof");
        return super.eofReceived();
      }
    }

    Session(NetworkFixture net) {
      this.net = net;
    }

    private void connect() {
      Server listening = net.serve(() -> server);
      net.connect(listening, client);
      net.runUntil(server::isMade);
    }

    List<String> trace() {
      List<String> all = new ArrayList<>();
      for (Side side : List.of(client, server)) {
        side.events().forEach(event -> all.add(side.name + " " + event));
        all.add(side.name + " received " + side.received().length + " bytes");
        all.add(side.name + " lost with " + side.lostWith());
      }
      return all;
    }

    private static byte[] text(String text) {
      return text.getBytes(StandardCharsets.UTF_8);
    }

    void closeInCallbacks(NetworkFixture on) {
      reaction =
          (who, transport, event) -> {
            if (who.equals("client") && event.equals("made")) {
              transport.write(text("x"));
            } else if (who.equals("server") && event.equals("data")) {
              transport.close();
            }
          };
      connect();
    }

    void replyAndClose(NetworkFixture on) {
      reaction =
          (who, transport, event) -> {
            if (who.equals("server") && event.equals("eof")) {
              transport.write(text("all of it"));
            }
          };
      client.keepOpenAfterEof();
      connect();
      client.transport().write(new byte[300_000]);
      client.transport().writeEof();
      net.runUntil(() -> client.events().contains("eofReceived"));
      client.transport().close();
    }
  }
}
