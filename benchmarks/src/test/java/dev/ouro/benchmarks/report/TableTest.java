// SPDX-License-Identifier: Apache-2.0
package dev.ouro.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class TableTest {
  @Test
  void shouldAlignTextsLeftAndFiguresRight() {
    Table table = new Table().text("server").figure("rate").text("note");

    table.row("C", "1,000", "x").row("Ouro", "9", "");

    assertThat(table.render())
        .isEqualTo(
            """
            server   rate  note
            C       1,000  x
            Ouro        9
            """);
  }

  @Test
  void shouldNotWidenColumnsWhenALineStandsAlone() {
    Table table = new Table().text("a").figure("b");

    table.line("longer than all of the columns").row("1", "2");

    assertThat(table.render()).isEqualTo("a  b\nlonger than all of the columns\n1  2\n");
  }

  @Test
  void shouldRefuseARowWhenCellsAreMissing() {
    Table table = new Table().text("a").text("b");

    assertThatIllegalArgumentException().isThrownBy(() -> table.row("1"));
  }
}
