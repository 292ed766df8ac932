// SPDX-License-Identifier: Apache-2.0
package dev.ouro;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Everything that the tables of src/docs name exists, and each of their rows has a test. */
class ParityTest {
  private static final Path DOCS = Path.of("src/docs");
  private static final List<String> TABLES = List.of("parity.md", "high-level.md");
  private static final List<String> PACKAGES =
      List.of(
          "dev.ouro.",
          "dev.ouro.loop.",
          "dev.ouro.tasks.",
          "dev.ouro.sync.",
          "dev.ouro.streams.",
          "dev.ouro.transport.",
          "dev.ouro.linux.");
  private static final Pattern CODE = Pattern.compile("`([^`]+)`");
  private static final Pattern LINK = Pattern.compile("\\[(\\w+)\\]");
  private static final Pattern LINK_TARGET = Pattern.compile("\\[(\\w+)\\]: (\\S+)");

  /** One line of a table. */
  private record Row(String asyncio, String ouro, String difference, String tests) {}

  private final List<Row> rows = new ArrayList<>();
  private final Map<String, String> targets = new HashMap<>();

  @BeforeEach
  void read() throws IOException {
    for (String table : TABLES) {
      read(Files.readAllLines(DOCS.resolve(table)));
    }
    assertThat(rows).hasSizeGreaterThan(100);
  }

  private void read(List<String> lines) {
    for (String line : lines) {
      Matcher target = LINK_TARGET.matcher(line);
      if (target.matches()) {
        targets.put(target.group(1), target.group(2));
      } else if (line.startsWith("| ") && !line.startsWith("| asyncio")) {
        String[] cells = line.substring(1, line.length() - 1).split("\\|", -1);
        assertThat(cells).as(line).hasSize(4);
        rows.add(new Row(cells[0].strip(), cells[1].strip(), cells[2].strip(), cells[3].strip()));
      }
    }
  }

  @Test
  void shouldNameOnlyWhatExists() {
    List<String> missing = new ArrayList<>();
    for (Row row : rows) {
      Matcher names = CODE.matcher(row.ouro());
      while (names.find()) {
        if (!exists(names.group(1))) {
          missing.add(names.group(1));
        }
      }
    }
    assertThat(missing).isEmpty();
  }

  @Test
  void shouldSayWhyWhereThereIsNoCounterpart() {
    assertThat(rows)
        .allSatisfy(row -> {
          boolean named = CODE.matcher(row.ouro()).find();
          assertThat(named || row.ouro().equals("–") && !row.difference().isEmpty())
              .as(row.asyncio())
              .isTrue();
        });
  }

  @Test
  void shouldLinkEveryRowToATestThatIsThere() {
    for (Row row : rows) {
      Matcher links = LINK.matcher(row.tests());
      int found = 0;
      while (links.find()) {
        found++;
        assertThat(targets).as(row.toString()).containsKey(links.group(1));
      }
      assertThat(found).as(row.toString()).isPositive();
    }
    targets.values().forEach(target -> assertThat(DOCS.resolve(target)).exists());
  }

  /** Every public method of the loop that asyncio has is in the table. */
  @Test
  void shouldNameEveryMethodOfTheLoop() {
    String named = rows.toString();
    List<String> missing =
        Stream.of(EventLoop.class.getMethods())
            .map(Method::getName)
            .filter(name -> !name.equals("engine")) // which asyncio has not
            .filter(name -> !named.contains("EventLoop." + name + "`"))
            .distinct()
            .toList();

    assertThat(missing).isEmpty();
  }

  /** Every function of asyncio's module is in a table. */
  @Test
  void shouldNameEveryFunctionOfTheModule() {
    String named = rows.toString();
    List<String> missing =
        Stream.of(Asyncio.class.getMethods())
            .filter(method -> Modifier.isStatic(method.getModifiers()))
            .map(Method::getName)
            .filter(name -> !named.contains("Asyncio." + name + "`"))
            .distinct()
            .toList();

    assertThat(missing).isEmpty();
  }

  /** A type, or a type's public method, field or constant. */
  private static boolean exists(String name) {
    int dot = name.indexOf('.');
    Optional<Class<?>> type = type(dot < 0 ? name : name.substring(0, dot));
    if (dot < 0 || type.isEmpty()) {
      return type.isPresent();
    }
    String member = name.substring(dot + 1);
    return Stream.of(type.get().getMethods()).map(Method::getName).anyMatch(member::equals)
        || Stream.of(type.get().getFields()).map(Field::getName).anyMatch(member::equals);
  }

  private static Optional<Class<?>> type(String simpleName) {
    for (String prefix : PACKAGES) {
      try {
        Class<?> type =
            Class.forName(prefix + simpleName, false, ParityTest.class.getClassLoader());
        return Modifier.isPublic(type.getModifiers()) ? Optional.of(type) : Optional.empty();
      } catch (ClassNotFoundException elsewhere) {
        continue;
      }
    }
    return Optional.empty();
  }
}
