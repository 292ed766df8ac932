// SPDX-License-Identifier: Apache-2.0
package dev.ouro.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ExceptionContextTest {
  @Test
  void shouldKeepWhatItIsGiven() {
    IOException failure = new IOException();
    ExceptionContext context =
        ExceptionContext.of("message", failure)
            .with("transport", "t")
            .with("protocol", "p")
            .with("socket", "s")
            .with("asyncgen", "g")
            .with("own", 1);

    assertThat(context.message()).isEqualTo("message");
    assertThat(context.exception()).isSameAs(failure);
    assertThat(context.transport()).isEqualTo("t");
    assertThat(context.protocol()).isEqualTo("p");
    assertThat(context.socket()).isEqualTo("s");
    assertThat(context.asyncgen()).isEqualTo("g");
    assertThat(context.get("own")).isEqualTo(1);
    assertThat((Object) context.task()).isNull();
    assertThat(context.asMap().keySet())
        .containsExactly(
            "message", "exception", "transport", "protocol", "socket", "asyncgen", "own");
  }

  @Test
  void shouldNotChange() {
    ExceptionContext context = ExceptionContext.of("message");

    ExceptionContext more = context.with("transport", "t");

    assertThat(context.asMap()).containsOnlyKeys("message");
    assertThat(more.with("transport", null).asMap()).isEqualTo(context.asMap());
    assertThatThrownBy(() -> more.asMap().put("k", null))
        .isInstanceOf(UnsupportedOperationException.class);
    assertThat(ExceptionContext.of(Map.of("a", 1)).message()).isNull();
  }
}
