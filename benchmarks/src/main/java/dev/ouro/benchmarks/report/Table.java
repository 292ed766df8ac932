// SPDX-License-Identifier: Apache-2.0
package dev.ouro.benchmarks.report;

import java.util.ArrayList;
import java.util.List;

/**
 * A table of text: each column as wide as its widest cell, texts to the left, figures to the right.
 */
public final class Table {
  private static final String GAP = "  ";

  /** To which side the cells of a column lean. */
  public enum Align {
    LEFT,
    RIGHT
  }

  private record Column(String heading, Align align) {}

  private final List<Column> columns = new ArrayList<>();
  private final List<List<String>> rows = new ArrayList<>();

  /** Adds a column of texts. */
  public Table text(String heading) {
    columns.add(new Column(heading, Align.LEFT));
    return this;
  }

  /** Adds a column of figures. */
  public Table figure(String heading) {
    columns.add(new Column(heading, Align.RIGHT));
    return this;
  }

  /**
   * Adds a row.
   *
   * @throws IllegalArgumentException if there are not as many cells as columns
   */
  public Table row(String... cells) {
    if (cells.length != columns.size()) {
      throw new IllegalArgumentException(
          cells.length + " cells for " + columns.size() + " columns");
    }
    rows.add(List.of(cells));
    return this;
  }

  /** Adds a line that stands alone, across all columns. */
  public Table line(String text) {
    rows.add(List.of(text));
    return this;
  }

  /** The table, each line ended by a line feed. */
  public String render() {
    int[] widths = widths();
    StringBuilder out = new StringBuilder();
    appendRow(out, columns.stream().map(Column::heading).toList(), widths);
    for (List<String> row : rows) {
      if (row.size() == columns.size()) {
        appendRow(out, row, widths);
      } else {
        out.append(row.getFirst()).append('\n');
      }
    }
    return out.toString();
  }

  private int[] widths() {
    int[] widths = new int[columns.size()];
    for (int i = 0; i < widths.length; i++) {
      widths[i] = columns.get(i).heading().length();
      for (List<String> row : rows) {
        if (row.size() == columns.size()) {
          widths[i] = Math.max(widths[i], row.get(i).length());
        }
      }
    }
    return widths;
  }

  private void appendRow(StringBuilder out, List<String> cells, int[] widths) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < cells.size(); i++) {
      String padding = " ".repeat(widths[i] - cells.get(i).length());
      boolean left = columns.get(i).align() == Align.LEFT;
      line.append(i == 0 ? "" : GAP)
          .append(left ? "" : padding)
          .append(cells.get(i))
          .append(left ? padding : "");
    }
    out.append(line.toString().stripTrailing()).append('\n');
  }
}
