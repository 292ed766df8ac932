// SPDX-License-Identifier: Apache-2.0
package dev.ouro.examples.fileserver;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/** However a stream of bytes is split, it holds the same requests, up to the same refusal. */
class RequestParserPropertyTest {
  @Property(tries = 500)
  void shouldFindTheSameWhenTheStreamIsSplit(@ForAll("streams") String stream, @ForAll long seed) {
    byte[] bytes = stream.getBytes(StandardCharsets.ISO_8859_1);

    List<String> whole = outcome(List.of(bytes));

    assertThat(outcome(split(bytes, new Random(seed)))).isEqualTo(whole);
    assertThat(outcome(singly(bytes))).isEqualTo(whole);
  }

  @Property(tries = 500)
  void shouldNeverFailOtherwiseWhenBytesAreArbitrary(@ForAll byte[] bytes) {
    List<String> outcome = outcome(List.of(bytes));

    assertThat(outcome).isNotEmpty();
  }

  @Provide
  Arbitrary<String> streams() {
    Arbitrary<String> piece =
        Arbitraries.frequencyOf(
            Tuple.of(6, Arbitraries.of(WHOLE)), Tuple.of(1, Arbitraries.of(ODD)));
    return piece.list().ofMaxSize(6).map(pieces -> String.join("", pieces));
  }

  private static final List<String> WHOLE =
      List.of(
          "GET / HTTP/1.1\r\nHost: x\r\n\r\n",
          "HEAD /a/b%20c?d HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
          "\r\nGET /x HTTP/1.1\r\nhost:y:80\r\nRange: bytes=1-2\r\nAccept: a\r\nAccept: b\r\n\r\n",
          "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 7\r\n\r\n\r\nGET /",
          "PUT / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n",
          "GET /"
              + "a".repeat(3000)
              + " HTTP/1.1\r\nHost: x\r\nX: "
              + "b".repeat(900)
              + "\r\n\r\n");

  private static final List<String> ODD =
      List.of(
          "\r\n",
          "\n",
          "\r",
          "GET / HTTP/1.1\r\n\r\n",
          "GET / HTTP/2.0\r\n",
          "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
          "GET /" + "a".repeat(9000),
          "X: " + "y".repeat(17_000),
          "GET /\u0000 HTTP/1.1\r\n");

  /** The requests as text, then the refusal or what the parser still waits for. */
  private static List<String> outcome(List<byte[]> pieces) {
    RequestParser parser = new RequestParser();
    List<String> outcome = new ArrayList<>();
    try {
      for (byte[] piece : pieces) {
        ByteBuffer data = ByteBuffer.wrap(piece);
        for (Request request; (request = parser.parse(data)) != null; ) {
          outcome.add(describe(request));
        }
        assertThat(data.hasRemaining()).isFalse();
      }
      outcome.add("head " + parser.isWithinHead() + ", content " + parser.isWithinContent());
    } catch (HttpException e) {
      outcome.add(e.status() + ": " + e.getMessage());
    }
    return outcome;
  }

  private static String describe(Request request) {
    StringBuilder text = new StringBuilder();
    text.append(request.method()).append(' ').append(request.target());
    text.append(' ').append(request.minorVersion()).append(' ').append(request.contentLength());
    for (int i = 0; i < request.fields().size(); i++) {
      text.append('|').append(request.fields().name(i)).append('=');
      text.append(request.fields().value(i));
    }
    return text.toString();
  }

  private static List<byte[]> split(byte[] bytes, Random random) {
    List<byte[]> pieces = new ArrayList<>();
    for (int from = 0; from < bytes.length; ) {
      int to = Math.min(bytes.length, from + 1 + random.nextInt(40));
      pieces.add(Arrays.copyOfRange(bytes, from, to));
      from = to;
    }
    return pieces;
  }

  private static List<byte[]> singly(byte[] bytes) {
    List<byte[]> pieces = new ArrayList<>();
    for (byte b : bytes) {
      pieces.add(new byte[] {b});
    }
    return pieces;
  }
}
