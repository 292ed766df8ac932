// SPDX-License-Identifier: Apache-2.0
package dev.ouro;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ouro.linux.Errno;
import dev.ouro.linux.Nr;
import dev.ouro.testing.LeakCheck;
import dev.ouro.testing.Seccomp;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** kernel.md, behaviour 39: what the loop is where io_uring is refused, whichever call it is. */
@ExtendWith(LeakCheck.class)
class RefusedEngineTest {
  private static final String PROPERTY = "dev.ouro.engine";

  private String before;

  @BeforeEach
  void chooseTheBest() {
    before = System.getProperty(PROPERTY);
    System.setProperty(PROPERTY, "auto");
  }

  @AfterEach
  void chooseAsBefore() {
    if (before == null) {
      System.clearProperty(PROPERTY);
    } else {
      System.setProperty(PROPERTY, before);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"setup", "register", "enter"})
  void shouldRunOnEpollAndSayWhyWhenSeccompRefuses(String call) throws Exception {
    int nr =
        switch (call) {
          case "setup" -> Nr.IO_URING_SETUP;
          case "register" -> Nr.IO_URING_REGISTER;
          default -> Nr.IO_URING_ENTER;
        };
    String chosen =
        Seccomp.where(
            nr,
            Errno.EPERM,
            Seccomp.Condition.ALWAYS,
            () -> {
              try (EventLoop loop = Asyncio.newEventLoop()) {
                loop.callSoon(loop::stop);
                loop.runForever();
                return loop.engine().toString();
              }
            });

    assertThat(chosen).startsWith("epoll (io_uring: io_uring_" + call).contains("seccomp");
  }
}
