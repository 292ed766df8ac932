// SPDX-License-Identifier: Apache-2.0
package dev.ouro.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class WaitStrategyTest {
  @Test
  void shouldSayWhatItIs() {
    assertThat(WaitStrategy.adaptive()).hasToString("adaptive (50 µs)");
    assertThat(WaitStrategy.adaptive(Duration.ofMillis(1))).hasToString("adaptive (1000 µs)");
    assertThat(WaitStrategy.blocking()).hasToString("blocking");
    assertThat(WaitStrategy.spinning()).hasToString("spinning");
  }

  @Test
  void shouldRefuseASpinThatIsNoTime() {
    for (Duration spin : List.of(Duration.ZERO, Duration.ofNanos(-1), Duration.ofSeconds(2))) {
      assertThatThrownBy(() -> WaitStrategy.adaptive(spin))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("spin");
    }
  }
}
