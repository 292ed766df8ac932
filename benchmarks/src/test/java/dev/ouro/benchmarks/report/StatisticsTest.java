// SPDX-License-Identifier: Apache-2.0
package dev.ouro.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;

class StatisticsTest {
  @Test
  void shouldTakeTheMiddleValueWhenTheirNumberIsOdd() {
    assertThat(Statistics.median(9, 1, 5)).isEqualTo(5);
  }

  @Test
  void shouldTakeTheMeanOfTheMiddleWhenTheirNumberIsEven() {
    assertThat(Statistics.median(9, 1, 5, 2)).isEqualTo(3.5);
  }

  @Test
  void shouldNotReorderTheValuesGiven() {
    double[] values = {3, 1, 2};

    Statistics.median(values);

    assertThat(values).containsExactly(3, 1, 2);
  }

  @Test
  void shouldRefuseTheMedianOfNothing() {
    assertThatIllegalArgumentException().isThrownBy(Statistics::median);
  }

  @Test
  void shouldCompareWithinRoundsWhenTheMachineSlowsDownForOne() {
    List<Double> values = List.of(90.0, 9.0, 90.0);
    List<Double> references = List.of(100.0, 10.0, 100.0);

    assertThat(Statistics.medianRatio(values, references)).isEqualTo(0.9);
  }

  @Test
  void shouldRefuseRatiosWhenRoundsAreMissing() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Statistics.medianRatio(List.of(1.0), List.of(1.0, 2.0)))
        .withMessage("1 values against 2 references");
  }
}
