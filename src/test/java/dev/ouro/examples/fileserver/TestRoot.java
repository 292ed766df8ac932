// SPDX-License-Identifier: Apache-2.0
package dev.ouro.examples.fileserver;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Random;

/** A folder to serve. Its files are old enough to have strong tags. */
final class TestRoot {
  static final int LARGE_BYTES = 64 * 1024 * 1024;
  static final long SPARSE_BYTES = 5L * 1024 * 1024 * 1024;
  static final String TAIL = "the end of five gibibytes";

  private static final FileTime MODIFIED = FileTime.from(Instant.parse("2020-02-03T04:05:06Z"));

  private TestRoot() {}

  /** Fills {@code folder}; beside it is a file {@code secret}. The folder {@code root} in it. */
  static Path fill(Path folder) throws IOException {
    Path root = Files.createDirectory(folder.toRealPath().resolve("root"));
    Files.writeString(folder.resolve("secret"), "secret");
    write(root.resolve("index.html"), "<h1>hello</h1>\n".getBytes(StandardCharsets.UTF_8));
    write(root.resolve("ten.txt"), "0123456789".getBytes(StandardCharsets.UTF_8));
    write(root.resolve("empty"), new byte[0]);
    write(root.resolve("small.bin"), random(HttpServer.SMALL_FILE_BYTES));
    write(root.resolve("medium.bin"), random(HttpServer.SMALL_FILE_BYTES + 1));
    write(root.resolve("large.bin"), random(LARGE_BYTES));
    Files.createDirectories(root.resolve("sub/folder"));
    write(root.resolve("sub/a & b.txt"), "ampersand".getBytes(StandardCharsets.UTF_8));
    Files.createSymbolicLink(root.resolve("out"), Path.of("../secret"));
    try (RandomAccessFile sparse = new RandomAccessFile(root.resolve("sparse").toFile(), "rw")) {
      sparse.seek(SPARSE_BYTES - TAIL.length());
      sparse.writeBytes(TAIL);
    }
    return root;
  }

  private static void write(Path file, byte[] bytes) throws IOException {
    Files.write(file, bytes);
    Files.setLastModifiedTime(file, MODIFIED);
  }

  private static byte[] random(int sizeBytes) {
    byte[] bytes = new byte[sizeBytes];
    new Random(sizeBytes).nextBytes(bytes);
    return bytes;
  }
}
