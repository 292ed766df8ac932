// SPDX-License-Identifier: Apache-2.0
package dev.ouro.examples.fileserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Single requests: what is understood, what is refused, and with which status. */
class RequestParserTest {
  private final RequestParser parser = new RequestParser();

  @Test
  void shouldFindTheRequestWhenItIsWhole() throws HttpException {
    Request request = parser.parse(bytes("GET /a?b HTTP/1.1\r\nHost: x\r\nAccept:\t */* \r\n\r\n"));

    assertThat(request.method()).isEqualTo("GET");
    assertThat(request.target()).isEqualTo("/a?b");
    assertThat(request.minorVersion()).isEqualTo(1);
    assertThat(request.fields().value("accept")).isEqualTo("*/*");
    assertThat(request.contentLength()).isZero();
    assertThat(request.keepAlive()).isTrue();
    assertThat(parser.isWithinHead()).isFalse();
  }

  @Test
  void shouldLeaveTheNextRequestWhenTwoArriveTogether() throws HttpException {
    ByteBuffer data =
        bytes("GET /1 HTTP/1.1\r\nHost: x\r\n\r\nHEAD /2 HTTP/1.0\r\n\r\nGET /3 HTTP/1.1\r\n");

    assertThat(parser.parse(data).target()).isEqualTo("/1");
    assertThat(parser.parse(data).isHead()).isTrue();
    assertThat(parser.parse(data)).isNull();

    assertThat(data.hasRemaining()).isFalse();
    assertThat(parser.isWithinHead()).isTrue();
  }

  @Test
  void shouldSkipTheContentWhenItsLengthIsGiven() throws HttpException {
    ByteBuffer data =
        bytes(
            "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 16\r\n\r\n"
                + "GET / HTTP/9.9\r\nGET /after HTTP/1.1\r\nHost: x\r\n\r\n");

    assertThat(parser.parse(data).contentLength()).isEqualTo(16);
    assertThat(parser.isWithinContent()).isTrue();
    assertThat(parser.parse(data).target()).isEqualTo("/after");
    assertThat(parser.isWithinContent()).isFalse();
  }

  @Test
  void shouldSayChunkedWhenTheContentIs() throws HttpException {
    Request request =
        parser.parse(bytes("PUT / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: Chunked\r\n\r\n"));

    assertThat(request.contentLength()).isEqualTo(Request.CHUNKED);
  }

  @Test
  void shouldOverlookEmptyLinesWhenTheyComeBeforeARequest() throws HttpException {
    assertThat(parser.parse(bytes("\r\n\r\nGET / HTTP/1.0\r\n\r\n")).target()).isEqualTo("/");
  }

  @ParameterizedTest
  @CsvSource({
    "1.1, keep-alive, true",
    "1.1, close, false",
    "1.1, 'TE, Close', false",
    "1.1, x, true",
    "1.0, x, false",
    "1.0, Keep-Alive, true",
    "1.0, 'keep-alive, close', false",
    "1.2, x, true",
  })
  void shouldDecideOnKeepAliveWhenConnectionIsGiven(
      String version, String connection, boolean expected) throws HttpException {
    String head = "GET / HTTP/" + version + "\r\nHost: x\r\nConnection: " + connection + "\r\n\r\n";

    assertThat(parser.parse(bytes(head)).keepAlive()).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET / HTTP/1.1\n",
        "GET /\r\n",
        "GET  / HTTP/1.1\r\n",
        "GET / HTTP/1.1 \r\n",
        " GET / HTTP/1.1\r\n",
        "GET / \r\n",
        "GET / http/1.1\r\n",
        "GET / HTTP/11\r\n",
        "GET / HTTP/1.10\r\n",
        "G@T / HTTP/1.1\r\n",
        "GET /\u00e9 HTTP/1.1\r\n",
        "GET /\u0000 HTTP/1.1\r\n",
        "GET /a\tb HTTP/1.1\r\n",
        "GET / HTTP/1.1\rHost: x\r\n",
        "\u0016\u0003\u0001\u0002\u0000\u0001",
        "\r\n\r\n\r\n\r\n\r\n",
        "GET / HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\nHost: x\r\n\r\n",
        "GET / HTTP/1.0\r\nHost: x\r\nHost: y\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x/y\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a@b\r\n\r\n",
        "GET / HTTP/1.1\r\nHost : x\r\n",
        "GET / HTTP/1.1\r\n: x\r\n",
        "GET / HTTP/1.1\r\nHost x\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\n folded\r\n",
        "GET / HTTP/1.1\r\nHost: x\u0000\r\n",
        "GET / HTTP/1.1\r\nHost: x\n\r\n",
      })
  void shouldAnswer400WhenTheHeadIsMalformed(String head) {
    assertThat(refusal(bytes(head))).isEqualTo(Status.BAD_REQUEST);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Content-Length: 5\r\nContent-Length: 5",
        "Content-Length: 5\r\nContent-Length: 6",
        "Content-Length: 5, 5",
        "Content-Length: +5",
        "Content-Length: -5",
        "Content-Length: 0x5",
        "Content-Length:",
        "Content-Length: 9999999999999999999",
        "Content-Length: 5\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked, chunked",
        "Transfer-Encoding: chunked, identity",
        "Transfer-Encoding: gzip, chunked",
        "Transfer-Encoding: \u000bchunked",
        "Transfer-Encoding: xchunked",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
        "Transfer-Encoding:",
      })
  void shouldAnswer400WhenTheContentsEndIsUnclear(String field) {
    ByteBuffer data = bytes("GET / HTTP/1.1\r\nHost: x\r\n" + field + "\r\n\r\n");

    assertThat(refusal(data)).isEqualTo(Status.BAD_REQUEST);
  }

  @Test
  void shouldAnswer400WhenAnOldVersionHasATransferEncoding() {
    ByteBuffer data = bytes("GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n");

    assertThat(refusal(data)).isEqualTo(Status.BAD_REQUEST);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "GET / HTTP/0.9\r\n",
        "GET / HTTP/2.0\r\n",
        "GET / HTTP/3.1\r\n"
      })
  void shouldAnswer505WhenTheVersionIsAnother(String head) {
    assertThat(refusal(bytes(head))).isEqualTo(Status.HTTP_VERSION_NOT_SUPPORTED);
  }

  @Test
  void shouldAnswer414AsSoonAsTheRequestLineIsTooLong() throws HttpException {
    String longest = "GET /" + "a".repeat(RequestParser.MAX_LINE_BYTES - 5);

    assertThat(parser.parse(bytes(longest))).isNull();
    assertThat(refusal(bytes("a"))).isEqualTo(Status.URI_TOO_LONG);
  }

  @Test
  void shouldAnswer431AsSoonAsTheFieldsAreTooLarge() throws HttpException {
    String longest = "X: " + "a".repeat(RequestParser.MAX_FIELDS_BYTES - 3);

    assertThat(parser.parse(bytes("GET / HTTP/1.1\r\n" + longest))).isNull();
    assertThat(refusal(bytes("a"))).isEqualTo(Status.REQUEST_HEADER_FIELDS_TOO_LARGE);
  }

  @Test
  void shouldAnswer431WhenThereAreTooManyFields() throws HttpException {
    String most = "X: y\r\n".repeat(RequestParser.MAX_FIELDS);

    assertThat(parser.parse(bytes("GET / HTTP/1.0\r\n" + most))).isNull();
    assertThat(refusal(bytes("X: y\r\n"))).isEqualTo(Status.REQUEST_HEADER_FIELDS_TOO_LARGE);
  }

  private Status refusal(ByteBuffer data) {
    HttpException refusal =
        catchThrowableOfType(HttpException.class, () -> assertThat(parser.parse(data)).isNull());
    assertThat(refusal).isNotNull();
    return refusal.status();
  }

  private static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1));
  }
}
