// SPDX-License-Identifier: Apache-2.0
package dev.ouro.benchmarks.harness;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PlacementTest {
  @Test
  void shouldUnderstandTheKernelsListsOfProcessors() {
    assertThat(Placement.parseList("0")).containsExactly(0);
    assertThat(Placement.parseList("0-2,5")).containsExactly(0, 1, 2, 5);
  }
}
