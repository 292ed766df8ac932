// SPDX-License-Identifier: Apache-2.0
package dev.ouro;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Each package uses only those before it, and the JDK. */
class LayersTest {
  /** From the kernel up; {@code dev.ouro} is on top of all. */
  private static final List<String> LAYERS =
      List.of(
          "dev.ouro.linux..",
          "dev.ouro.memory..",
          "dev.ouro.uring..",
          "dev.ouro.poll..",
          "dev.ouro.loop..",
          "dev.ouro.tasks..",
          "dev.ouro.sync..",
          "dev.ouro.transport..",
          "dev.ouro.streams..",
          "dev.ouro");

  private static final JavaClasses OURO =
      new ClassFileImporter().importPath(Path.of("target/classes"));

  static List<Arguments> layers() {
    List<Arguments> layers = new ArrayList<>();
    for (int i = 0; i < LAYERS.size(); i++) {
      layers.add(Arguments.of(LAYERS.get(i), LAYERS.subList(0, i + 1)));
    }
    return layers;
  }

  @ParameterizedTest
  @MethodSource("layers")
  void shouldUseOnlyLayersBelowItself(String layer, List<String> allowed) {
    List<String> packages = new ArrayList<>(allowed);
    packages.add("java..");
    packages.add("javax.net.ssl..");

    classes()
        .that()
        .resideInAPackage(layer)
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(packages.toArray(String[]::new))
        .allowEmptyShould(true)
        .check(OURO);
  }

  @Test
  void shouldHaveEveryClassInALayer() {
    classes().should().resideInAnyPackage(LAYERS.toArray(String[]::new)).check(OURO);

    assertThat(OURO.containPackage("dev.ouro.linux")).isTrue();
    assertThat(OURO.containPackage("dev.ouro.bindings.x86_64.epoll")).isFalse();
  }

  @Test
  void shouldLeaveUnsafeMemoryAccessAndInternalsOfTheJdkAlone() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("sun..", "jdk.internal..", "com.sun..")
        .check(OURO);
  }
}
