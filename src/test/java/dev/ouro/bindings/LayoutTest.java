// SPDX-License-Identifier: Apache-2.0
package dev.ouro.bindings;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The bindings against C: every constant, the size of every structure, the offset of every field.
 */
class LayoutTest {
  private static final String THIS_MACHINE =
      System.getProperty("os.arch").equals("amd64") ? "x86_64" : "aarch64";

  private static final Path INPUTS = Path.of("native/jextract");

  private static final Path PINNED_HEADERS = Path.of("target/headers/uapi");

  /** What grows or shrinks from one kernel's headers to the next. */
  private static final String MOVING = ".*(resv|pad|spare)\\d*\\)|.*_(LAST|CMD_MASK)";

  @ParameterizedTest
  @ValueSource(strings = {"x86_64", "aarch64"})
  void shouldHoldWhatTheProbeSaidWhenTheBindingsWereMade(String architecture) throws IOException {
    SortedMap<String, Long> recorded = new TreeMap<>();
    for (String line : Files.readAllLines(Path.of("native/probe", architecture + ".txt"))) {
      String[] words = line.split(" ", 3);
      recorded.put(words[0] + " " + words[2], sameWidth(Long.parseLong(words[1])));
    }

    SortedMap<String, Long> bindings = bindings(architecture);

    assertThat(bindings).isEqualTo(recorded);
  }

  /** The recorded answers are those of the headers that are pinned now, and of what is taken. */
  @Test
  void shouldBeMadeFromWhatIsInNativeJextract() throws Exception {
    SortedMap<String, String> recorded = new TreeMap<>();
    for (String line : Files.readAllLines(INPUTS.resolve("inputs.sha256"))) {
      String[] words = line.split(" +", 2);
      recorded.put(words[1].replace("./", ""), words[0]);
    }

    SortedMap<String, String> inputs = new TreeMap<>();
    try (Stream<Path> files = Files.list(INPUTS)) {
      for (Path file : files.toList()) {
        String name = file.getFileName().toString();
        if (name.matches(".*\\.(h|args)|jextract.revision|packages")) {
          byte[] digest = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file));
          inputs.put(name, HexFormat.of().formatHex(digest));
        }
      }
    }

    assertThat(inputs).as("else run make bindings").isEqualTo(recorded);
  }

  @Test
  void shouldHoldWhatTheCompilerOfThisMachineSays(@TempDir Path directory) throws Exception {
    boolean pinned = Files.isDirectory(PINNED_HEADERS);

    SortedMap<String, Long> probed = probe(directory);

    SortedMap<String, Long> bindings = bindings(THIS_MACHINE);
    if (!pinned) {
      // The machine's own headers may be older: what they do not know, the recorded answers cover.
      probed.keySet().removeIf(row -> row.matches(MOVING));
      bindings.keySet().retainAll(probed.keySet());
      assertThat(probed)
          .containsKeys("io_uring sizeof(struct io_uring_sqe)", "epoll sizeof(struct epoll_event)");
    }
    assertThat(bindings).isEqualTo(probed);
  }

  @Test
  void shouldDifferBetweenArchitecturesOnlyWhereTheCodeLooksAtTheArchitecture() throws IOException {
    SortedMap<String, Long> x86 = bindings("x86_64");
    SortedMap<String, Long> arm = bindings("aarch64");

    SortedMap<String, Long> differing = new TreeMap<>(x86);
    differing.entrySet().removeIf(row -> row.getValue().equals(arm.get(row.getKey())));
    differing.keySet().removeIf(row -> row.startsWith("unistd "));

    assertThat(differing)
        .containsOnlyKeys(
            "epoll offsetof(struct epoll_event, data)",
            "epoll sizeof(struct epoll_event)",
            "fcntl O_DIRECT",
            "fcntl O_DIRECTORY",
            "fcntl O_NOFOLLOW",
            "fcntl O_TMPFILE",
            "mman MAP_32BIT");
    assertThat(x86).containsAllEntriesOf(Map.of("epoll sizeof(struct epoll_event)", 12L));
    assertThat(x86.keySet()).containsAll(arm.keySet());
  }

  private static SortedMap<String, Long> bindings(String architecture) throws IOException {
    SortedMap<String, Long> all = new TreeMap<>();
    for (String facility : BindingRows.facilities(architecture)) {
      BindingRows.of(architecture, facility)
          .forEach((row, value) -> all.put(facility + " " + row, sameWidth(value)));
    }
    return all;
  }

  private static SortedMap<String, Long> probe(Path directory)
      throws IOException, InterruptedException {
    for (String facility : BindingRows.facilities(THIS_MACHINE)) {
      BindingRows.writeRows(THIS_MACHINE, facility, directory);
    }
    Path output = directory.resolve("output");
    int exit =
        new ProcessBuilder("native/probe/run", THIS_MACHINE, directory.toString())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start()
            .waitFor();
    assertThat(exit).as(() -> read(output)).isZero();

    SortedMap<String, Long> probed = new TreeMap<>();
    for (String facility : BindingRows.facilities(THIS_MACHINE)) {
      for (String line : Files.readAllLines(directory.resolve(facility + ".values"))) {
        String[] words = line.split(" ", 2);
        probed.put(facility + " " + words[1], sameWidth(Long.parseLong(words[0])));
      }
    }
    return probed;
  }

  /** Of an unsigned 32-bit value and the {@code int} of the same bits, the latter. */
  private static long sameWidth(long value) {
    return value >>> 32 == 0 ? (int) value : value;
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return e.toString();
    }
  }
}
