// SPDX-License-Identifier: Apache-2.0
package dev.ouro.examples.eventloop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ouro.linux.Signal;
import dev.ouro.testing.JavaProgram;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HandleSignalsTest {
  @ParameterizedTest
  @ValueSource(strings = {"SIGINT", "SIGTERM"})
  void shouldEndInOrderWhenTheSignalArrives(String name) throws Exception {
    try (JavaProgram program = JavaProgram.start(List.of(), List.of(), HandleSignals.class)) {
      assertThat(program.readLine()).startsWith("Event loop running for 1 hour");
      assertThat(program.readLine()).startsWith("pid " + program.pid());

      Signal.of(name).send((int) program.pid());

      assertThat(program.readLine()).isEqualTo("got signal " + name + ": exit");
      assertThat(program.waitFor()).isZero();
    }
  }
}
