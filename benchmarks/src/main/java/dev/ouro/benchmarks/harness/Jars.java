// SPDX-License-Identifier: Apache-2.0
package dev.ouro.benchmarks.harness;

import java.io.File;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.spi.ToolProvider;

/** Class directories made into jars, without which the JVM keeps no AOT cache. */
public final class Jars {
  private Jars() {}

  /**
   * The directories of the class path that runs now, each packed into a jar. Its jars, the
   * libraries of the benchmark program alone, are left out: the servers do not need them.
   *
   * @param into the directory of the new jars
   */
  public static String classPathOfJars(Path into) {
    List<String> jars = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
      if (Files.isDirectory(Path.of(entry))) {
        Path jar = into.resolve("classes-" + jars.size() + ".jar");
        pack(entry, jar);
        jars.add(jar.toString());
      }
    }
    return String.join(File.pathSeparator, jars);
  }

  private static void pack(String directory, Path jar) {
    ToolProvider tool = ToolProvider.findFirst("jar").orElseThrow();
    StringWriter errors = new StringWriter();
    int status =
        tool.run(
            new PrintWriter(errors),
            new PrintWriter(errors),
            "--create",
            "--file",
            jar.toString(),
            "-C",
            directory,
            ".");
    if (status != 0) {
      throw new RefusedException("jar", errors.toString().strip());
    }
  }
}
