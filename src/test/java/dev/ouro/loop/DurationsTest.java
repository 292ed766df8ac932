// SPDX-License-Identifier: Apache-2.0
package dev.ouro.loop;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class DurationsTest {
  private static final Duration FOREVER = Duration.ofSeconds(Long.MAX_VALUE);
  private static final Duration LONG_AGO = Duration.ofSeconds(Long.MIN_VALUE);

  @Test
  void shouldEndAtTheEndsOfTheScale() {
    assertThat(Durations.nanos(Duration.ofMillis(5))).isEqualTo(5_000_000);
    assertThat(Durations.nanos(FOREVER)).isEqualTo(Long.MAX_VALUE);
    assertThat(Durations.nanos(LONG_AGO)).isEqualTo(Long.MIN_VALUE);
    assertThat(Durations.after(10, Duration.ofNanos(-3))).isEqualTo(7);
    assertThat(Durations.after(10, FOREVER)).isEqualTo(Long.MAX_VALUE);
    assertThat(Durations.after(-10, LONG_AGO)).isEqualTo(Long.MIN_VALUE);
    assertThat(Durations.subtract(3, 5)).isEqualTo(-2);
    assertThat(Durations.subtract(Long.MIN_VALUE, 5)).isEqualTo(Long.MIN_VALUE);
    assertThat(Durations.subtract(Long.MAX_VALUE, -5)).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void shouldWriteSecondsWithoutNeedlessDigits() {
    assertThat(Durations.seconds(Duration.ofSeconds(300))).isEqualTo("300");
    assertThat(Durations.seconds(Duration.ofMillis(250))).isEqualTo("0.25");
    assertThat(Durations.seconds(Duration.ofNanos(1))).isEqualTo("0.000000001");
  }
}
