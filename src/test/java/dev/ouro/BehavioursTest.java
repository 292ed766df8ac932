// SPDX-License-Identifier: Apache-2.0
package dev.ouro;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.platform.commons.annotation.Testable;
import org.junit.platform.commons.support.AnnotationSupport;

/** src/docs/behaviours.md has every behaviour, each with tests that exist or with a reason. */
class BehavioursTest {
  private static final Path TABLE = Path.of("src/docs/behaviours.md");
  private static final int BEHAVIOURS = 267;
  private static final Pattern ROW = Pattern.compile("\\| (\\d+) \\| (.*) \\| (.*) \\|");
  private static final Pattern CLASS_OR_METHOD =
      Pattern.compile("`((?:\\w+\\.)*[A-Z]\\w*Test|should\\w+)`");

  /** One line: what shows the behaviour, or why there is nothing to show. */
  private record Row(int number, String behaviour, String shownBy) {}

  private static List<Row> rows() throws IOException {
    List<Row> rows = new ArrayList<>();
    for (String line : Files.readAllLines(TABLE)) {
      Matcher row = ROW.matcher(line);
      if (row.matches()) {
        rows.add(new Row(Integer.parseInt(row.group(1)), row.group(2), row.group(3)));
      }
    }
    return rows;
  }

  @Test
  void shouldHaveEveryBehaviourOnce() throws IOException {
    assertThat(rows())
        .extracting(Row::number)
        .containsExactlyElementsOf(IntStream.rangeClosed(1, BEHAVIOURS).boxed().toList());
  }

  @Test
  void shouldNameTestsThatExist() throws Exception {
    List<String> missing = new ArrayList<>();
    for (Row row : rows()) {
      String type = null;
      Matcher names = CLASS_OR_METHOD.matcher(row.shownBy());
      while (names.find()) {
        if (!names.group(1).startsWith("should")) {
          type = names.group(1);
        } else if (type == null || !hasTest(type, names.group(1))) {
          missing.add(row.number() + ": " + type + "#" + names.group(1));
        }
      }
    }
    assertThat(missing).isEmpty();
  }

  @Test
  void shouldShowEachBehaviourOrSayWhyNot() throws IOException {
    assertThat(rows())
        .allSatisfy(row -> {
          boolean hasTest = row.shownBy().contains("`should");
          boolean hasReason = row.shownBy().endsWith(".");
          assertThat(hasTest || hasReason).as("%s", row).isTrue();
        });
  }

  /** A test of dev.ouro.contract, or of the package below dev.ouro that the name begins with. */
  private static boolean hasTest(String type, String method) {
    return Stream.of("dev.ouro.contract." + type, "dev.ouro." + type)
        .flatMap(BehavioursTest::methods)
        .anyMatch(found ->
            found.getName().equals(method) && AnnotationSupport.isAnnotated(found, Testable.class));
  }

  private static Stream<Method> methods(String type) {
    try {
      return Stream.of(
          Class.forName(type, false, BehavioursTest.class.getClassLoader()).getDeclaredMethods());
    } catch (ClassNotFoundException elsewhere) {
      return Stream.of();
    }
  }
}
