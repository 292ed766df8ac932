// SPDX-License-Identifier: Apache-2.0
package dev.ouro;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What holds for every source file. */
class SourcesTest {
  private static final String LICENCE = "SPDX-License-Identifier: Apache-2.0";

  @Test
  void shouldNameTheLicenceInTheFirstLine() throws IOException {
    List<Path> without = new ArrayList<>();
    for (Path file : sources(".java", ".c", ".h")) {
      if (!firstLine(file).equals("// " + LICENCE)) {
        without.add(file);
      }
    }
    assertThat(without).isEmpty();
  }

  @Test
  void shouldDescribeEveryPackage() throws IOException {
    TreeSet<Path> without = new TreeSet<>();
    for (Path file : javaSources()) {
      boolean packaged = !file.endsWith("module-info.java");
      if (packaged && Files.notExists(file.resolveSibling("package-info.java"))) {
        without.add(file.getParent());
      }
    }

    without.removeIf(directory -> directory.toString().contains("src/test/"));
    assertThat(without).isEmpty();
  }

  private static List<Path> javaSources() throws IOException {
    List<Path> files = new ArrayList<>(sources(".java"));
    files.addAll(filesUnder(Path.of("bindings"), "package-info.java"));
    return files;
  }

  /** What is written by hand; jextract's own files carry no licence line. */
  private static List<Path> sources(String... endings) throws IOException {
    List<Path> files = new ArrayList<>();
    for (String top : List.of("src", "native", "benchmarks/src")) {
      files.addAll(filesUnder(Path.of(top), endings));
    }
    assertThat(files).isNotEmpty();
    return files;
  }

  private static List<Path> filesUnder(Path top, String... endings) throws IOException {
    if (Files.notExists(top)) {
      return List.of();
    }
    try (Stream<Path> files = Files.walk(top)) {
      return files
          .filter(file -> Stream.of(endings).anyMatch(file.toString()::endsWith))
          .filter(Files::isRegularFile)
          .toList();
    }
  }

  private static String firstLine(Path file) throws IOException {
    try (Stream<String> lines = Files.lines(file)) {
      return lines.findFirst().orElse("");
    }
  }
}
