// SPDX-License-Identifier: Apache-2.0
package dev.ouro.examples.fileserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SettingsTest {
  @TempDir Path folder;

  @Test
  void shouldListenOnLoopbackWhenNothingElseIsSaid() {
    Settings settings = Settings.parse(folder.toString(), "8080");

    assertThat(settings).isEqualTo(Settings.of(folder, 8080));
    assertThat(settings.host()).isEqualTo("127.0.0.1");
    assertThat(settings.accessLog()).isFalse();
  }

  @Test
  void shouldTakeEveryOptionWhenAllAreGiven() {
    Settings settings =
        Settings.parse(
            ("--host ::1 --head-timeout 1 --idle-timeout 2 --send-timeout 3 --log " + folder + " 0")
                .split(" ", -1));

    assertThat(settings)
        .isEqualTo(
            new Settings(
                folder,
                "::1",
                0,
                Duration.ofSeconds(1),
                Duration.ofSeconds(2),
                Duration.ofSeconds(3),
                true));
  }

  @ParameterizedTest
  @CsvSource({
    "'', 1 arguments instead of ROOT and PORT",
    "ROOT, 1 arguments instead of ROOT and PORT",
    "ROOT 1 2, 3 arguments instead of ROOT and PORT",
    "ROOT x, PORT: not a number from 0 to 65535: x",
    "ROOT -1, PORT: not a number from 0 to 65535: -1",
    "ROOT 65536, PORT: not a number from 0 to 65535: 65536",
    "ROOT 99999999999, PORT: not a number from 0 to 65535",
    "ROOT/none 80, ROOT: not a folder: ",
    "--frob ROOT 80, --frob: no such option",
    "--idle-timeout 0 ROOT 80, --idle-timeout SECONDS: not a number from 1 to 999999: 0",
    "--head-timeout 1s ROOT 80, --head-timeout SECONDS: not a number from 1 to 999999: 1s",
    "--host, --host: its value is missing",
  })
  void shouldNameTheArgumentWhenItIsWrong(String line, String message) {
    String[] args = line.replace("ROOT", folder.toString()).split(" ", -1);

    assertThatThrownBy(() -> Settings.parse(args))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message)
        .hasMessageNotContaining("\n");
  }
}
