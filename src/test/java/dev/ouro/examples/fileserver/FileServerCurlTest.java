// SPDX-License-Identifier: Apache-2.0
package dev.ouro.examples.fileserver;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ouro.testing.Tool;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What curl gets, from a server on each engine. */
@ParameterizedClass
@ValueSource(strings = {"io_uring", "epoll"})
class FileServerCurlTest {
  private static Tool curl;
  private static Path root;
  private static ServerProcess server;

  @TempDir static Path folder;
  @TempDir Path scratch;
  @Parameter String engine;

  /** What curl wrote to its files. */
  private record Answer(String code, String head, Path file) {
    String text() throws IOException {
      return Files.readString(file);
    }

    String field(String name) {
      return head.lines()
          .filter(line -> line.startsWith(name + ": "))
          .map(line -> line.substring(name.length() + 2))
          .findFirst()
          .orElse(null);
    }
  }

  @BeforeParameterizedClassInvocation
  static void start(String engine) throws IOException {
    curl = Tool.require("curl");
    root = TestRoot.fill(Files.createTempDirectory(folder, engine));
    server = ServerProcess.start(engine, root);
  }

  @AfterParameterizedClassInvocation
  static void stop() throws IOException {
    if (server != null) {
      server.close();
    }
  }

  @BeforeEach
  void shouldRunOnTheEngineThatWasAskedFor() {
    assertThat(server.engine()).contains(engine);
  }

  @AfterEach
  void shouldHaveComplainedOfNothing() throws IOException {
    assertThat(server.errors()).isEmpty();
  }

  @Test
  void shouldGetTheIndexPageWhenItAsksForTheRoot() throws Exception {
    Answer answer = curl("");

    assertThat(answer.code()).isEqualTo("200");
    assertThat(answer.text()).isEqualTo("<h1>hello</h1>\n");
    assertThat(answer.field("content-type")).isEqualTo("text/html; charset=utf-8");
    assertThat(answer.field("content-length")).isEqualTo("15");
    assertThat(answer.field("date")).endsWith(" gmt");
  }

  @ParameterizedTest
  @ValueSource(strings = {"empty", "ten.txt", "small.bin", "medium.bin", "large.bin"})
  void shouldGetEveryByteWhenItAsksForAFile(String name) throws Exception {
    Answer answer = curl(name);

    assertThat(answer.code()).isEqualTo("200");
    assertThat(Files.mismatch(answer.file(), root.resolve(name))).isEqualTo(-1);
  }

  @Test
  void shouldGetTheSameDigestWhenTheFileIsLarge() throws Exception {
    assertThat(sha256(curl("large.bin").file())).isEqualTo(sha256(root.resolve("large.bin")));
  }

  @ParameterizedTest
  @CsvSource({
    "0-0, 0, 1",
    "1000-99999, 1000, 99000",
    "67108863-, 67108863, 1",
    "-70000, 67038864, 70000",
    "33554432-, 33554432, 33554432",
  })
  void shouldGetThePartWhenItAsksForARange(String range, int offset, int count) throws Exception {
    Answer answer = curl("large.bin", "-r", range);

    byte[] whole = Files.readAllBytes(root.resolve("large.bin"));
    assertThat(answer.code()).isEqualTo("206");
    assertThat(answer.field("content-range"))
        .isEqualTo("bytes " + offset + "-" + (offset + count - 1) + "/" + whole.length);
    assertThat(Files.readAllBytes(answer.file()))
        .isEqualTo(Arrays.copyOfRange(whole, offset, offset + count));
  }

  @Test
  void shouldGetThePartWhenItIsBehindFourGibibytes() throws Exception {
    long offset = TestRoot.SPARSE_BYTES - TestRoot.TAIL.length();

    assertThat(curl("sparse", "-r", offset + "-").text()).isEqualTo(TestRoot.TAIL);
    assertThat(curl("sparse", "-I").field("content-length"))
        .isEqualTo(Long.toString(TestRoot.SPARSE_BYTES));
  }

  @Test
  void shouldGet416WhenTheRangeIsBehindTheEnd() throws Exception {
    Answer answer = curl("ten.txt", "-r", "10-");

    assertThat(answer.code()).isEqualTo("416");
    assertThat(answer.field("content-range")).isEqualTo("bytes */10");
  }

  @Test
  void shouldResumeWhenItHasAPart() throws Exception {
    Path file = Files.write(scratch.resolve("part"), new byte[0]);
    byte[] whole = Files.readAllBytes(root.resolve("large.bin"));
    Files.write(file, Arrays.copyOf(whole, 1_000_000));

    curl.run("-sS", "-C", "-", "-o", file.toString(), server.url() + "large.bin");

    assertThat(Files.mismatch(file, root.resolve("large.bin"))).isEqualTo(-1);
  }

  @Test
  void shouldGetTheHeadOnlyWhenItAsksForIt() throws Exception {
    Answer answer = curl("large.bin", "-I");

    assertThat(answer.code()).isEqualTo("200");
    assertThat(answer.field("content-length")).isEqualTo("" + TestRoot.LARGE_BYTES);
    assertThat(answer.field("accept-ranges")).isEqualTo("bytes");
  }

  @Test
  void shouldGet304WhenItHasTheFile() throws Exception {
    Answer first = curl("ten.txt");

    Answer byTag = curl("ten.txt", "-H", "If-None-Match: " + first.field("etag"));
    Answer byTime = curl("ten.txt", "-z", "Mon, 03 Feb 2020 04:05:06 GMT");

    assertThat(byTag.code()).isEqualTo("304");
    assertThat(byTime.code()).isEqualTo("304");
    assertThat(byTag.field("content-length")).isNull();
  }

  @Test
  void shouldGetAListingWhenAFolderHasNoIndexPage() throws Exception {
    Answer answer = curl("sub/");

    assertThat(answer.code()).isEqualTo("200");
    assertThat(answer.field("content-type")).isEqualTo("text/html; charset=utf-8");
    assertThat(answer.text())
        .contains("<a href=\"./a%20&amp;%20b.txt\">a &amp; b.txt</a>")
        .contains("<a href=\"./folder/\">folder/</a>");
    assertThat(curl("sub/a%20&%20b.txt").text()).isEqualTo("ampersand");
  }

  @Test
  void shouldBeLedToTheFolderWhenTheSlashIsMissing() throws Exception {
    assertThat(curl("sub").field("location")).isEqualTo("/sub/");
    assertThat(curl("sub", "-L").text()).contains("Index of /sub/");
  }

  @ParameterizedTest
  @CsvSource({
    "none, 404", "ten.txt/, 404", "../secret, 400", "%2e%2e/secret, 400", "..%2fsecret, 400",
    "sub/../../secret, 400", "..%5csecret, 404", "out, 403", "ten.txt%00, 400", "%zz, 400",
  })
  void shouldBeRefusedWhenThePathIsBad(String path, String code) throws Exception {
    Answer answer = curl(path, "--path-as-is");

    assertThat(answer.code()).isEqualTo(code);
    assertThat(answer.text()).doesNotContain("secret");
  }

  @Test
  void shouldGet405WhenItPosts() throws Exception {
    Answer answer = curl("ten.txt", "-d", "content");

    assertThat(answer.code()).isEqualTo("405");
    assertThat(answer.field("allow")).isEqualTo("get, head");
  }

  @Test
  void shouldGetAnAnswerWhenItSendsChunksOrMuchContent() throws Exception {
    Path large = root.resolve("large.bin");

    assertThat(curl("ten.txt", "-T", large.toString()).code()).isEqualTo("405");
    assertThat(curl("ten.txt", "-X", "GET", "--data-binary", "@" + large).code()).isEqualTo("413");
    assertThat(curl("ten.txt", "-X", "GET", "-d", "x", "-H", "Transfer-Encoding: chunked").code())
        .isEqualTo("411");
  }

  @Test
  void shouldKeepTheConnectionWhenThereAreSeveralRequests() throws Exception {
    List<String> args = new ArrayList<>(List.of("-sS"));
    for (String name : List.of("ten.txt", "none", "large.bin", "sub/", "medium.bin", "ten.txt")) {
      if (args.size() > 1) {
        args.add("--next");
      }
      Collections.addAll(args, "-sS", "-w", "%{http_code} %{num_connects};", "-o", "/dev/null");
      args.add(server.url() + name);
    }

    String output = curl.run(args);

    assertThat(output).isEqualTo("200 1;404 0;200 0;200 0;200 0;200 0;");
  }

  @Test
  void shouldBeUnderstoodWhenItSpeaksHttp10() throws Exception {
    assertThat(curl("ten.txt", "-0").field("connection")).isEqualTo("close");
    assertThat(curl("ten.txt", "-0", "-H", "Connection: keep-alive").field("connection"))
        .isEqualTo("keep-alive");
  }

  private Answer curl(String path, String... options) throws IOException, InterruptedException {
    Path body = Files.createTempFile(scratch, "body", "");
    Path head = Files.createTempFile(scratch, "head", "");
    List<String> args = new ArrayList<>(List.of("-sS", "-w", "%{http_code}"));
    Collections.addAll(args, "-o", body.toString(), "-D", head.toString());
    Collections.addAll(args, options);
    args.add(server.url() + path);
    String code = curl.run(args);
    String text = Files.readString(head, StandardCharsets.ISO_8859_1);
    return new Answer(code, text.toLowerCase(Locale.ROOT), body);
  }

  private static String sha256(Path file) throws Exception {
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    return HexFormat.of().formatHex(digest.digest(Files.readAllBytes(file)));
  }
}
