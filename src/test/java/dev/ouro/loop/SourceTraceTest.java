// SPDX-License-Identifier: Apache-2.0
package dev.ouro.loop;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SourceTraceTest {
  private static final String PLAIN =
      "public class Plain implements java.util.function.Function<"
          + "java.util.function.Supplier<Object>, Object> {"
          + " public Object apply(java.util.function.Supplier<Object> what) { return what.get(); } }";

  @TempDir Path folder;

  /** Such as those of small programs: {@code void main()} in a file of its own. */
  @Test
  @SuppressWarnings("unchecked") // it is compiled here
  void shouldNameClassWithoutPackage() throws Exception {
    Path source = Files.writeString(folder.resolve("Plain.java"), PLAIN);
    int failed =
        ToolProvider.getSystemJavaCompiler()
            .run(null, null, null, "-d", folder.toString(), source.toString());
    assertThat(failed).isZero();

    try (URLClassLoader loader = new URLClassLoader(new URL[] {folder.toUri().toURL()})) {
      Function<Supplier<Object>, Object> plain =
          (Function<Supplier<Object>, Object>)
              loader.loadClass("Plain").getConstructor().newInstance();
      Object trace = plain.apply(SourceTrace::capture);

      assertThat(SourceTrace.site((List<StackTraceElement>) trace)).isEqualTo("Plain.java:1");
    }
  }
}
