// SPDX-License-Identifier: Apache-2.0
package dev.ouro.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.BitSet;
import org.junit.jupiter.api.Test;

class AffinityTest {
  @Test
  void shouldAskAgainWithALargerMaskWhenTheKernelHasMoreProcessors() throws LinuxException {
    BitSet processors = Affinity.get();

    assertThat(processors.cardinality()).isPositive();
    // The kernel refuses that as it refuses 1,024 bits where it is built for more.
    assertThat(Affinity.get(0)).isEqualTo(processors);
  }

  @Test
  void shouldSetWhereTheThreadRunsAlsoWhenTheMaskNamesMoreThanThereAre() throws LinuxException {
    BitSet before = Affinity.get();
    BitSet one = new BitSet();
    one.set(before.length() - 1);
    one.set(5_000);
    try {
      Affinity.set(one);

      assertThat(Affinity.get().stream()).containsExactly(before.length() - 1);
    } finally {
      Affinity.set(before);
    }
  }

  @Test
  void shouldRefuseNoProcessorAndThoseThatNoKernelHas() {
    BitSet far = new BitSet();
    far.set(65_536);

    assertThatThrownBy(() -> Affinity.set(new BitSet()))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Affinity.set(far)).isInstanceOf(IllegalArgumentException.class);
  }
}
