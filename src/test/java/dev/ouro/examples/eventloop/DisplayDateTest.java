// SPDX-License-Identifier: Apache-2.0
package dev.ouro.examples.eventloop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ouro.testing.FakeLoop;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** In time that the loop's polls move. */
class DisplayDateTest {
  @Test
  void shouldDisplayDateEverySecond() {
    ByteArrayOutputStream output = new ByteArrayOutputStream();
    PrintStream before = System.out;
    System.setOut(new PrintStream(output, true));
    try (FakeLoop loop = FakeLoop.create()) {
      DisplayDate.run(loop, Duration.ofSeconds(5));

      assertThat(output.toString().lines()).hasSize(5);
      assertThat(loop.clock().now()).isEqualTo(Duration.ofSeconds(4).toNanos());
    } finally {
      System.setOut(before);
    }
  }
}
