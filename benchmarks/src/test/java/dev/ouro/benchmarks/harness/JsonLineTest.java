// SPDX-License-Identifier: Apache-2.0
package dev.ouro.benchmarks.harness;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class JsonLineTest {
  private static final JsonLine LINE =
      new JsonLine("{\"seconds\":0.5,\"latency_nanos\":{\"p99\":120,\"p99_9\":4000}}");

  @Test
  void shouldFindNumbersAtAnyDepth() {
    assertThat(LINE.number("seconds")).isEqualTo(0.5);
    assertThat(LINE.number("p99")).isEqualTo(120);
  }

  @Test
  void shouldTellNamesApartWhenOneBeginsWithTheOther() {
    assertThat(LINE.number("p99_9")).isEqualTo(4000);
  }

  @Test
  void shouldAnswerNotANumberWhenTheNameIsMissing() {
    assertThat(LINE.number("system_calls")).isNaN();
  }
}
