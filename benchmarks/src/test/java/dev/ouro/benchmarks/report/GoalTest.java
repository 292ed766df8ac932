// SPDX-License-Identifier: Apache-2.0
package dev.ouro.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class GoalTest {
  @Test
  void shouldPassWhenTheBoundIsMetExactly() {
    assertThat(Goal.atLeast(0.97).verdict(0.97)).isEqualTo("pass");
    assertThat(Goal.atMost(1.9).verdict(1.9)).isEqualTo("pass");
  }

  @Test
  void shouldMissWhenTheFigureIsOnTheWrongSide() {
    assertThat(Goal.atLeast(0.97).verdict(0.96)).isEqualTo("miss");
    assertThat(Goal.atMost(1.9).verdict(2)).isEqualTo("miss");
  }

  @Test
  void shouldNotPassWhenNothingWasMeasured() {
    assertThat(Goal.atMost(1).isReachedBy(Double.NaN)).isFalse();
    assertThat(Goal.atMost(1).verdict(Double.NaN)).isEqualTo(Figures.UNKNOWN);
  }
}
