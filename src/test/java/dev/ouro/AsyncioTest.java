// SPDX-License-Identifier: Apache-2.0
package dev.ouro;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ouro.linux.LinuxException;
import dev.ouro.testing.LeakCheck;
import java.io.UncheckedIOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(LeakCheck.class)
class AsyncioTest {
  private static final String PROPERTY = "dev.ouro.engine";
  private final String before = System.getProperty(PROPERTY);

  @AfterEach
  void restore() {
    if (before == null) {
      System.clearProperty(PROPERTY);
    } else {
      System.setProperty(PROPERTY, before);
    }
    Asyncio.setEventLoop(null);
  }

  @Test
  void shouldTakeTheEngineThatPropertyNames() {
    System.setProperty(PROPERTY, "epoll");
    try (EventLoop loop = Asyncio.newEventLoop()) {
      assertThat(loop).isInstanceOf(SelectorEventLoop.class);
      assertThat(loop.engine().name()).isEqualTo("epoll");
      assertThat(loop.engine().reason()).isEqualTo("dev.ouro.engine=epoll");
    }
    System.setProperty(PROPERTY, "kqueue");
    assertThatThrownBy(Asyncio::newEventLoop)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("dev.ouro.engine")
        .hasMessageContaining("kqueue");
  }

  @Test
  void shouldTakeRingWhereMachineAllowsIt() {
    System.clearProperty(PROPERTY);
    String refusal = whyNoRing();
    try (EventLoop loop = Asyncio.newEventLoop()) {
      assertThat(loop.engine().name()).isEqualTo(refusal == null ? "io_uring" : "epoll");
      assertThat(loop.engine().toString()).contains(refusal == null ? "allows it" : refusal);
    }
    System.setProperty(PROPERTY, "io_uring");
    if (refusal == null) {
      try (EventLoop loop = Asyncio.newEventLoop()) {
        assertThat(loop).isInstanceOf(ProactorEventLoop.class);
      }
    } else {
      assertThatThrownBy(Asyncio::newEventLoop)
          .isInstanceOf(UncheckedIOException.class)
          .hasMessageContaining(refusal);
    }
  }

  private static String whyNoRing() {
    try (ProactorEventLoop loop = new ProactorEventLoop()) {
      assertThat(loop.isClosed()).isFalse();
      return null;
    } catch (LinuxException e) {
      return e.getMessage();
    }
  }

  /** asyncio-behaviours 17 and 18. */
  @Test
  void shouldKnowRunningLoopOnlyInCallbacks() throws LinuxException {
    try (SelectorEventLoop loop = new SelectorEventLoop()) {
      assertThatThrownBy(Asyncio::getRunningLoop)
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("no running event loop");
      EventLoop[] seen = new EventLoop[2];
      loop.callSoon(() -> {
        seen[0] = Asyncio.getRunningLoop();
        seen[1] = Asyncio.getEventLoop();
        loop.stop();
      });

      loop.runForever();

      assertThat(seen).containsExactly(loop, loop);
      assertThatThrownBy(Asyncio::getRunningLoop).isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void shouldAnswerLoopThatWasSetOutsideOfCallbacks() throws LinuxException {
    try (SelectorEventLoop loop = new SelectorEventLoop();
        SelectorEventLoop other = new SelectorEventLoop()) {
      assertThatThrownBy(Asyncio::getEventLoop)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("no current event loop in thread");
      Asyncio.setEventLoop(loop);
      assertThat(Asyncio.getEventLoop()).isSameAs(loop);

      EventLoop[] seen = new EventLoop[1];
      other.callSoon(() -> {
        seen[0] = Asyncio.getEventLoop();
        other.stop();
      });
      other.runForever();
      assertThat(seen).containsExactly(other);
      Asyncio.setEventLoop(null);
      assertThatThrownBy(Asyncio::getEventLoop).isInstanceOf(IllegalStateException.class);
    }
  }
}
