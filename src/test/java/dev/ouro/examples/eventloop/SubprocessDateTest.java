// SPDX-License-Identifier: Apache-2.0
package dev.ouro.examples.eventloop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ouro.testing.JavaProgram;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SubprocessDateTest {
  @ParameterizedTest
  @ValueSource(strings = {"io_uring", "epoll"})
  void shouldPrintTheDateOfTheChild(String engine) throws Exception {
    List<String> options = List.of("-Ddev.ouro.engine=" + engine);
    try (JavaProgram program = JavaProgram.start(List.of(), options, SubprocessDate.class)) {
      assertThat(program.readLine())
          .matches("Current date: \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d");
      assertThat(program.waitFor()).isZero();
    }
  }
}
