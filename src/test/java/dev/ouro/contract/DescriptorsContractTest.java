// SPDX-License-Identifier: Apache-2.0
package dev.ouro.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ouro.poll.EngineKind;
import dev.ouro.testing.NetworkFixture;
import dev.ouro.testing.OnBothEngines;
import dev.ouro.testing.Recorder;
import dev.ouro.transport.Server;
import dev.ouro.transport.Transport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** asyncio-behaviours 22 and 267: the descriptors of a loop. */
@OnBothEngines
class DescriptorsContractTest {
  private static final int O_CLOEXEC = 02000000;

  @RegisterExtension final NetworkFixture net;

  DescriptorsContractTest(EngineKind kind) {
    net = new NetworkFixture(kind);
  }

  /** Behaviour 267: a child process inherits none of them. */
  @Test
  void shouldCloseEveryDescriptorOnExec() throws IOException {
    Set<Path> before = descriptors();
    Recorder accepted = new Recorder();
    Server server = net.serve(() -> accepted);
    Recorder client = new Recorder();
    Transport transport = net.connect(server, client);
    net.runUntil(accepted::isMade);

    Set<Path> opened = descriptors();
    opened.removeAll(before);

    assertThat(opened).as("engine, listener and both ends").hasSizeGreaterThan(3);
    for (Path descriptor : opened) {
      assertThat(flags(descriptor) & O_CLOEXEC)
          .as("%s, flags %s", descriptor, Integer.toOctalString(flags(descriptor)))
          .isNotZero();
    }
    transport.abort();
    net.runUntil(() -> accepted.isLost() && client.isLost());
  }

  /** The sockets and the kernel's own files; what the JVM reads classes from is not the loop's. */
  private static Set<Path> descriptors() throws IOException {
    try (Stream<Path> links = Files.list(Path.of("/proc/self/fd"))) {
      return links
          .filter(DescriptorsContractTest::isNoFile)
          .collect(Collectors.toCollection(HashSet::new));
    }
  }

  private static boolean isNoFile(Path link) {
    try {
      return !Files.readSymbolicLink(link).isAbsolute();
    } catch (IOException closedMeanwhile) {
      return false;
    }
  }

  private static int flags(Path descriptor) throws IOException {
    Path info = Path.of("/proc/self/fdinfo", descriptor.getFileName().toString());
    return Files.readAllLines(info).stream()
        .filter(line -> line.startsWith("flags:"))
        .map(line -> Integer.parseInt(line.substring("flags:".length()).strip(), 8))
        .findFirst()
        .orElseThrow();
  }
}
