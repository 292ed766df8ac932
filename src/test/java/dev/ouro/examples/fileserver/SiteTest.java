// SPDX-License-Identifier: Apache-2.0
package dev.ouro.examples.fileserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ouro.linux.LinuxException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Real files, no network: which answer belongs to which request. */
class SiteTest {
  private static final long MODIFIED = Instant.parse("2020-02-03T04:05:06Z").getEpochSecond();
  private static final String MODIFIED_TEXT = "Mon, 03 Feb 2020 04:05:06 GMT";
  private static final String TAG = "\"" + Long.toHexString(MODIFIED) + "-a\"";

  @TempDir Path folder;
  private Path root;
  private long now = MODIFIED + 1000;
  private final List<Response> responses = new ArrayList<>();
  private Site site;

  @BeforeEach
  void openSite() throws IOException {
    root = Files.createDirectory(folder.resolve("root"));
    Files.writeString(folder.resolve("secret"), "secret");
    Path file = Files.writeString(root.resolve("ten.txt"), "0123456789");
    Files.setLastModifiedTime(file, FileTime.from(Instant.ofEpochSecond(MODIFIED)));
    Files.createDirectory(root.resolve("sub"));
    site = Site.open(root, () -> now);
  }

  @AfterEach
  void closeSite() {
    responses.forEach(response -> response.body().close());
    site.close();
  }

  @Test
  void shouldAnswerWithTheFileWhenItIsThere() {
    Response response = get("/ten.txt", "");

    assertThat(response.status()).isEqualTo(Status.OK);
    assertThat(response.contentLength()).isEqualTo(10);
    assertThat(response.fields().value("Content-Type")).isEqualTo("text/plain; charset=utf-8");
    assertThat(response.fields().value("Last-Modified")).isEqualTo(MODIFIED_TEXT);
    assertThat(response.fields().value("ETag")).isEqualTo(TAG);
    assertThat(response.fields().value("Accept-Ranges")).isEqualTo("bytes");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/ten.txt?query",
        "/./ten.txt",
        "//ten.txt",
        "/sub/../ten.txt",
        "/sub/%2e%2E/ten.txt",
        "/%74en.txt",
        "http://host/ten.txt",
        "HTTPS://host:1/ten.txt?x",
      })
  void shouldFindTheFileWhenThePathIsWrittenOtherwise(String target) {
    assertThat(get(target, "").status()).isEqualTo(Status.OK);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/../secret",
        "/%2e%2e/secret",
        "/.%2e/secret",
        "/sub/../../secret",
        "/..%2fsecret",
        "/sub%2F..%2f..%2Fsecret",
        "/..\\secret",
        "/ten.txt%00",
        "/%",
        "/%4",
        "/%zz",
        "/%c3",
        "/%ff",
        "/%c0%ae%c0%ae/secret",
        "/ten.txt#fragment",
        "*",
        "ten.txt",
        "ftp://host/ten.txt",
        "host:80",
      })
  void shouldAnswer400WhenTheTargetIsMalformedOrLeadsOut(String target) {
    assertThat(get(target, "").status()).isEqualTo(Status.BAD_REQUEST);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/none", "/ten.txt/", "/ten.txt/x", "/..%5csecret", "/%25", "/sub/none/"})
  void shouldAnswer404WhenThereIsNoSuchFile(String target) {
    assertThat(get(target, "").status()).isEqualTo(Status.NOT_FOUND);
  }

  @Test
  void shouldAnswer404WhenTheNameIsLongerThanNamesCanBe() {
    assertThat(get("/" + "a".repeat(300), "").status()).isEqualTo(Status.NOT_FOUND);
  }

  @Test
  void shouldAnswer403WhenASymbolicLinkLeadsOut() throws IOException {
    Files.createSymbolicLink(root.resolve("out"), Path.of("../secret"));
    Files.createSymbolicLink(root.resolve("absolute"), root.resolve("ten.txt"));
    Files.createSymbolicLink(root.resolve("up"), Path.of(".."));
    Files.createSymbolicLink(root.resolve("self"), Path.of("self"));

    assertThat(get("/out", "").status()).isEqualTo(Status.FORBIDDEN);
    assertThat(get("/absolute", "").status()).isEqualTo(Status.FORBIDDEN);
    assertThat(get("/up/secret", "").status()).isEqualTo(Status.FORBIDDEN);
    assertThat(get("/self", "").status()).isEqualTo(Status.FORBIDDEN);
  }

  @Test
  void shouldFollowASymbolicLinkWhenItStaysInside() throws IOException {
    Files.createSymbolicLink(root.resolve("sub/in"), Path.of("../ten.txt"));

    assertThat(get("/sub/in", "").status()).isEqualTo(Status.OK);
  }

  @Test
  void shouldAnswer403AtOnceWhenItIsAFifo() throws IOException, InterruptedException {
    Path fifo = root.resolve("fifo");
    assertThat(new ProcessBuilder("mkfifo", fifo.toString()).inheritIO().start().waitFor())
        .isZero();

    assertThat(get("/fifo", "").status()).isEqualTo(Status.FORBIDDEN);
  }

  @Test
  void shouldAnswer403WhenItIsASocket() throws IOException {
    try (ServerSocketChannel socket = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      socket.bind(UnixDomainSocketAddress.of(root.resolve("socket")));

      assertThat(get("/socket", "").status()).isEqualTo(Status.FORBIDDEN);
    }
  }

  @Test
  void shouldAnswer403WhenTheFileMayNotBeRead() throws IOException {
    Path file = root.resolve("ten.txt");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("---------"));
    Assumptions.assumeFalse(Files.isReadable(file), "root reads every file");

    assertThat(get("/ten.txt", "").status()).isEqualTo(Status.FORBIDDEN);
  }

  @Test
  void shouldRedirectWhenAFolderLacksItsSlash() throws IOException {
    Files.createDirectory(root.resolve("sub/a b"));

    Response response = get("//sub/./a%20b?q=1", "");

    assertThat(response.status()).isEqualTo(Status.MOVED_PERMANENTLY);
    assertThat(response.fields().value("Location")).isEqualTo("/sub/a%20b/?q=1");
  }

  @Test
  void shouldPreferTheIndexPageWhenAFolderHasOne() throws IOException {
    Files.writeString(root.resolve("sub/index.html"), "<p>");

    Response response = get("/sub/", "");

    assertThat(response.status()).isEqualTo(Status.OK);
    assertThat(response.fields().value("Content-Type")).isEqualTo("text/html; charset=utf-8");
    assertThat(response.contentLength()).isEqualTo(3);
  }

  @Test
  void shouldListTheFolderWhenItHasNoIndexPage() throws IOException {
    Files.createFile(root.resolve("sub/<b>&\"'.txt"));
    Files.createFile(root.resolve("sub/javascript:a b%"));
    Files.createFile(root.resolve("sub/\u00e9\u4e2d"));
    Files.createDirectory(root.resolve("sub/folder"));

    String page = listing("/sub/");

    assertThat(page)
        .contains("<title>Index of /sub/</title>")
        .containsSubsequence(
            "<a href=\"../\">../</a>",
            "<a href=\"./%3Cb%3E&amp;%22&#39;.txt\">&lt;b&gt;&amp;&quot;&#39;.txt</a>",
            "<a href=\"./folder/\">folder/</a>",
            "<a href=\"./javascript:a%20b%25\">javascript:a b%</a>",
            "<a href=\"./%C3%A9%E4%B8%AD\">\u00e9\u4e2d</a>")
        .doesNotContain("<b>");
  }

  @Test
  void shouldLinkNoParentWhenTheFolderIsTheRoot() {
    assertThat(listing("/")).contains("ten.txt").contains("sub/").doesNotContain("../");
  }

  @ParameterizedTest
  @ValueSource(strings = {"POST", "PUT", "DELETE", "OPTIONS", "CONNECT", "get", "FROBNICATE"})
  void shouldAnswer405WhenTheMethodIsAnother(String method) {
    Response response = respond(method, "/ten.txt", "");

    assertThat(response.status()).isEqualTo(Status.METHOD_NOT_ALLOWED);
    assertThat(response.fields().value("Allow")).isEqualTo("GET, HEAD");
  }

  @Test
  void shouldRefuseContentWhenItIsChunkedOrLarge() {
    assertThat(get("/ten.txt", "Transfer-Encoding: chunked\r\n").status())
        .isEqualTo(Status.LENGTH_REQUIRED);
    assertThat(get("/ten.txt", "Content-Length: 65537\r\n").status())
        .isEqualTo(Status.CONTENT_TOO_LARGE);
    assertThat(get("/ten.txt", "Content-Length: 65536\r\n").status()).isEqualTo(Status.OK);
  }

  @Test
  void shouldAnswerWithThePartWhenARangeIsGiven() {
    Response response = get("/ten.txt", "Range: bytes=2-4\r\n");

    assertThat(response.status()).isEqualTo(Status.PARTIAL_CONTENT);
    assertThat(response.fields().value("Content-Range")).isEqualTo("bytes 2-4/10");
    assertThat(response.contentLength()).isEqualTo(3);
  }

  @Test
  void shouldAnswer416WhenTheRangeIsBehindTheEnd() {
    Response response = get("/ten.txt", "Range: bytes=10-\r\n");

    assertThat(response.status()).isEqualTo(Status.RANGE_NOT_SATISFIABLE);
    assertThat(response.fields().value("Content-Range")).isEqualTo("bytes */10");
  }

  @Test
  void shouldIgnoreTheRangeWhenItIsSeveralOrTheMethodIsHead() {
    assertThat(get("/ten.txt", "Range: bytes=0-1,3-4\r\n").status()).isEqualTo(Status.OK);
    assertThat(get("/ten.txt", "Range: bytes=0-1\r\nRange: bytes=3-4\r\n").status())
        .isEqualTo(Status.OK);
    assertThat(respond("HEAD", "/ten.txt", "Range: bytes=0-1\r\n").status()).isEqualTo(Status.OK);
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '~',
      delimiter = '|',
      value = {
        "If-None-Match: TAG|304",
        "If-None-Match: W/TAG|304",
        "If-None-Match: \"x\", TAG|304",
        "If-None-Match: *|304",
        "If-None-Match: \"x\"|200",
        "If-Modified-Since: Mon, 03 Feb 2020 04:05:06 GMT|304",
        "If-Modified-Since: Monday, 03-Feb-20 04:05:06 GMT|304",
        "If-Modified-Since: Mon Feb  3 04:05:06 2020|304",
        "If-Modified-Since: Mon, 03 Feb 2020 04:05:07 GMT|304",
        "If-Modified-Since: Mon, 03 Feb 2020 04:05:05 GMT|200",
        "If-Modified-Since: yesterday|200",
        "If-Match: TAG|200",
        "If-Match: *|200",
        "If-Match: W/TAG|412",
        "If-Match: \"x\"|412",
        "If-Unmodified-Since: Mon, 03 Feb 2020 04:05:05 GMT|412",
        "If-Unmodified-Since: Mon, 03 Feb 2020 04:05:06 GMT|200",
        "If-Unmodified-Since: tomorrow|200",
      })
  void shouldFollowTheConditionWhenThereIsOne(String field, int code) {
    Response response = get("/ten.txt", field.replace("TAG", TAG) + "\r\n");

    assertThat(response.status().code()).isEqualTo(code);
    if (code == 304) {
      assertThat(response.body()).isSameAs(Body.NONE);
      assertThat(response.fields().value("ETag")).isEqualTo(TAG);
    }
  }

  @Test
  void shouldPreferTheTagWhenADateIsGivenToo() {
    String fields = "If-None-Match: \"x\"\r\nIf-Modified-Since: " + MODIFIED_TEXT + "\r\n";

    assertThat(get("/ten.txt", fields).status()).isEqualTo(Status.OK);
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '~',
      delimiter = '|',
      value = {
        "TAG|206",
        "Mon, 03 Feb 2020 04:05:06 GMT|206",
        "\"x\"|200",
        "W/TAG|200",
        "Mon, 03 Feb 2020 04:05:07 GMT|200",
        "nonsense|200",
      })
  void shouldHeedTheRangeWhenIfRangeNamesThisVersion(String version, int code) {
    String fields = "Range: bytes=1-1\r\nIf-Range: " + version.replace("TAG", TAG) + "\r\n";

    assertThat(get("/ten.txt", fields).status().code()).isEqualTo(code);
  }

  @Test
  void shouldOnlyTrustATagWeaklyWhenTheFileChangedJustNow() {
    now = MODIFIED + 1;
    String fields = "Range: bytes=1-1\r\nIf-Range: W/" + TAG + "\r\n";

    Response response = get("/ten.txt", fields);

    assertThat(response.fields().value("ETag")).isEqualTo("W/" + TAG);
    assertThat(response.status()).isEqualTo(Status.OK);
  }

  @Test
  void shouldWriteTheHeadWhenAsked() {
    ByteBuffer out = ByteBuffer.allocate(Response.MAX_HEAD_BYTES);

    get("/ten.txt", "").writeHead(out, "now", "close");

    assertThat(new String(out.array(), 0, out.position(), StandardCharsets.ISO_8859_1))
        .isEqualTo(
            "HTTP/1.1 200 OK\r\nDate: now\r\nContent-Length: 10\r\nConnection: close\r\n"
                + "Last-Modified: Mon, 03 Feb 2020 04:05:06 GMT\r\nETag: "
                + TAG
                + "\r\nAccept-Ranges: bytes\r\nContent-Type: text/plain; charset=utf-8\r\n"
                + "X-Content-Type-Options: nosniff\r\n\r\n");
  }

  @Test
  void shouldRefuseARootWhenItIsNoFolder() {
    assertThatThrownBy(() -> Site.open(root.resolve("ten.txt"), () -> now))
        .isInstanceOf(LinuxException.class)
        .hasMessageContaining("ENOTDIR");
  }

  private String listing(String target) {
    Response response = get(target, "");
    assertThat(response.body()).isInstanceOf(Body.Listing.class);
    Body.Listing listing = (Body.Listing) response.body();
    Body made = DirectoryListing.of(listing.folder(), listing.path()).body();
    return new String(((Body.Text) made).bytes(), StandardCharsets.UTF_8);
  }

  private Response get(String target, String fields) {
    return respond("GET", target, fields);
  }

  private Response respond(String method, String target, String fields) {
    String head = method + " " + target + " HTTP/1.1\r\nHost: x\r\n" + fields + "\r\n";
    ByteBuffer bytes = ByteBuffer.wrap(head.getBytes(StandardCharsets.ISO_8859_1));
    try {
      Response response = site.respond(new RequestParser().parse(bytes));
      responses.add(response);
      return response;
    } catch (HttpException e) {
      throw new AssertionError(e);
    }
  }
}
