// SPDX-License-Identifier: Apache-2.0
package dev.ouro.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class ExceptionGroupTest {
  private final IOException first = new IOException("first");
  private final RuntimeException second = new RuntimeException("second");

  @Test
  void shouldHoldExceptionsInOrderAndShowThemInTrace() {
    ExceptionGroup group = new ExceptionGroup("both failed", List.of(first, second));

    assertThat(group.exceptions()).containsExactly(first, second);
    assertThat(group.message()).isEqualTo("both failed");
    assertThat(group).hasMessage("both failed (2 sub-exceptions)");
    assertThat(group.getSuppressed()).containsExactly(first, second);
  }

  @Test
  void shouldCountOne() {
    assertThat(new ExceptionGroup("failed", List.of(first))).hasMessage("failed (1 sub-exception)");
  }

  @Test
  void shouldRefuseNone() {
    assertThatThrownBy(() -> new ExceptionGroup("none", List.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("exceptions: ");
    assertThatThrownBy(() -> new ExceptionGroup(null, List.of(first)))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("message");
  }
}
