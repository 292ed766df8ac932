// SPDX-License-Identifier: Apache-2.0
package dev.ouro.streams;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ouro.loop.Task;
import dev.ouro.loop.TaskBody;
import dev.ouro.testing.FakeLoop;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A reader that is fed by hand. */
class StreamReaderTest {
  private final FakeLoop loop = FakeLoop.create();
  private StreamReader reader = new StreamReader(loop, 8);

  @AfterEach
  void close() {
    loop.close();
  }

  private void feed(String text) {
    reader.feedData(text.getBytes(UTF_8));
  }

  private <T> T run(Callable<T> coro) {
    return loop.runUntilComplete(loop.createTask(coro));
  }

  private void run(TaskBody coro) {
    loop.runUntilComplete(loop.createTask(coro));
  }

  private Task<String> start(Callable<byte[]> coro) {
    Task<String> task = loop.createTask(() -> new String(coro.call(), UTF_8));
    loop.runTurn();
    return task;
  }

  private String resultOf(Task<String> task) {
    return loop.runUntilComplete(task);
  }

  @Test
  void shouldReturnWhatIsThereUpToN() {
    feed("abcdef");
    assertThat(run(() -> reader.read(4))).isEqualTo("abcd".getBytes(UTF_8));
    assertThat(run(() -> reader.read(4))).isEqualTo("ef".getBytes(UTF_8));
    assertThat(run(() -> reader.read(0))).isEmpty();
  }

  @Test
  void shouldWaitForFirstByteOrEnd() {
    Task<String> task = start(() -> reader.read(4));
    assertThat(task.done()).isFalse();
    feed("ab");
    assertThat(resultOf(task)).isEqualTo("ab");

    Task<String> atEnd = start(() -> reader.read(4));
    reader.feedEof();
    assertThat(resultOf(atEnd)).isEmpty();
    assertThat(reader.atEof()).isTrue();
  }

  @Test
  void shouldReadAllUpToEnd() {
    Task<String> task = start(() -> reader.read());
    feed("0123456789");
    loop.runTurn();
    feed("abc");
    assertThat(reader.atEof()).isFalse();
    reader.feedEof();
    assertThat(resultOf(task)).isEqualTo("0123456789abc");
  }

  @Test
  void shouldReadIntoBuffer() {
    feed("abc");
    ByteBuffer into = ByteBuffer.allocate(2);
    assertThat(run(() -> reader.read(into))).isEqualTo(2);
    assertThat(into.flip()).isEqualTo(ByteBuffer.wrap("ab".getBytes(UTF_8)));
    assertThat(run(() -> reader.read(ByteBuffer.allocate(0)))).isZero();
    reader.feedEof();
    assertThat(run(() -> reader.read(ByteBuffer.allocate(5)))).isEqualTo(1);
    assertThat(run(() -> reader.read(ByteBuffer.allocate(5)))).isEqualTo(-1);
  }

  @Test
  void shouldReadExactly() {
    Task<String> task = start(() -> reader.readexactly(20));
    feed("0123456789");
    loop.runTurn();
    feed("abcdefghijXYZ");
    assertThat(resultOf(task)).isEqualTo("0123456789abcdefghij");
    assertThat(run(() -> reader.readexactly(0))).isEmpty();
    ByteBuffer into = ByteBuffer.allocate(3);
    run(() -> reader.readexactly(into));
    assertThat(into.flip()).isEqualTo(ByteBuffer.wrap("XYZ".getBytes(UTF_8)));
    assertThatThrownBy(() -> run(() -> reader.readexactly(-1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("readexactly size can not be less than zero");
  }

  @Test
  void shouldTellWhatWasReadWhenStreamEndsTooSoon() {
    feed("abc");
    reader.feedEof();
    assertThatThrownBy(() -> run(() -> reader.readexactly(5)))
        .isInstanceOfSatisfying(
            IncompleteReadException.class,
            incomplete -> {
              assertThat(incomplete.partial()).isEqualTo("abc".getBytes(UTF_8));
              assertThat(incomplete.expected()).hasValue(5);
              assertThat(incomplete).hasMessage("3 bytes read on a total of 5 expected bytes");
            });
    assertThat(reader.atEof()).isTrue();
  }

  @Test
  void shouldReadLines() {
    feed("one\ntw");
    assertThat(run(() -> reader.readline(UTF_8))).isEqualTo("one\n");
    Task<String> second = start(() -> reader.readline());
    feed("o\nrest");
    assertThat(resultOf(second)).isEqualTo("two\n");
    reader.feedEof();
    assertThat(run(() -> reader.readline(UTF_8))).isEqualTo("rest");
    assertThat(run(() -> reader.readline(UTF_8))).isEmpty();
  }

  @Test
  void shouldDropLineThatIsTooLong() {
    feed("0123456789\nnext\n");
    assertThatThrownBy(() -> run(() -> reader.readline()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Separator is found, but chunk is longer than limit");
    assertThat(run(() -> reader.readline(UTF_8))).isEqualTo("next\n");
    feed("0123456789");
    assertThatThrownBy(() -> run(() -> reader.readline()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Separator is not found, and chunk exceed the limit");
    feed("x\n");
    assertThat(run(() -> reader.readline(UTF_8))).isEqualTo("x\n");
  }

  @Test
  void shouldIterateOverLines() {
    feed("a\nb\nc");
    reader.feedEof();
    List<String> lines = new ArrayList<>();
    run(() -> {
      for (byte[] line : reader) {
        lines.add(new String(line, UTF_8));
      }
    });
    assertThat(lines).containsExactly("a\n", "b\n", "c");
  }

  @Test
  void shouldReadUpToSeparatorThatEndsFirst() {
    byte[] crlf = "\r\n".getBytes(UTF_8);
    byte[] semicolon = ";".getBytes(UTF_8);
    feed("a;b\r\nc");
    assertThat(run(() -> reader.readuntil(crlf, semicolon))).isEqualTo("a;".getBytes(UTF_8));
    assertThat(run(() -> reader.readuntil(semicolon, crlf))).isEqualTo("b\r\n".getBytes(UTF_8));
    Task<String> split = start(() -> reader.readuntil(crlf));
    feed("d\r");
    loop.runTurn();
    feed("\ne");
    assertThat(resultOf(split)).isEqualTo("cd\r\n");
    assertThat(run(() -> reader.readuntil("e", UTF_8))).isEqualTo("e");
  }

  @Test
  void shouldReadUpToNewlineUnlessToldOtherwise() {
    feed("one\ntwo");
    assertThat(run(() -> reader.readuntil())).isEqualTo("one\n".getBytes(UTF_8));
    reader.feedEof();
    assertThatThrownBy(() -> run(() -> reader.readuntil()))
        .isInstanceOf(IncompleteReadException.class);
  }

  @Test
  void shouldKeepWhatExceedsLimit() {
    feed("0123456789;");
    assertThatThrownBy(() -> run(() -> reader.readuntil(";", UTF_8)))
        .isInstanceOfSatisfying(
            LimitOverrunException.class,
            overrun -> {
              assertThat(overrun.consumed()).isEqualTo(10);
              assertThat(overrun).hasMessage("Separator is found, but chunk is longer than limit");
            });
    assertThat(run(() -> reader.readexactly(11))).hasSize(11);
    feed("0123456789");
    assertThatThrownBy(() -> run(() -> reader.readuntil("!!", UTF_8)))
        .isInstanceOfSatisfying(
            LimitOverrunException.class, overrun -> assertThat(overrun.consumed()).isEqualTo(9));
  }

  @Test
  void shouldRefuseSeparatorsThatAreNone() {
    assertThatThrownBy(() -> run(() -> reader.readuntil(new byte[0])))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Separator should be at least one-byte string");
    assertThatThrownBy(() -> run(() -> reader.readuntil(new byte[0][])))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Separator should contain at least one element");
  }

  @Test
  void shouldTellPartialWhenStreamEndsBeforeSeparator() {
    feed("abc");
    reader.feedEof();
    assertThatThrownBy(() -> run(() -> reader.readuntil(";", UTF_8)))
        .isInstanceOfSatisfying(
            IncompleteReadException.class,
            incomplete -> {
              assertThat(incomplete.partial()).isEqualTo("abc".getBytes(UTF_8));
              assertThat(incomplete.expected()).isEmpty();
              assertThat(incomplete)
                  .hasMessage("3 bytes read on a total of undefined expected bytes");
            });
  }

  @Test
  void shouldThrowWhatConnectionBrokeWith() {
    IOException broken = new IOException("broken");
    Task<String> task = start(() -> reader.read(1));
    reader.setException(broken);
    assertThatThrownBy(() -> resultOf(task)).isSameAs(broken);
    assertThatThrownBy(() -> run(() -> reader.readline())).isSameAs(broken);
    assertThat(reader.exception()).isSameAs(broken);
  }

  /** As in asyncio: the task was woken for the data. */
  @Test
  void shouldReturnWhatCameBeforeConnectionBroke() {
    IOException broken = new IOException("broken");
    List<Callable<byte[]>> reads =
        List.of(() -> reader.read(5), () -> reader.readexactly(5), () -> reader.readline());
    for (Callable<byte[]> read : reads) {
      reader = new StreamReader(loop, 8);
      Task<String> task = start(read);
      feed("line\n");
      reader.setException(broken);
      assertThat(resultOf(task)).isEqualTo("line\n");
      assertThatThrownBy(() -> run(read)).isSameAs(broken);
    }
    reader = new StreamReader(loop, 8);
    Task<String> tooLittle = start(() -> reader.readline());
    feed("li");
    reader.setException(broken);
    assertThatThrownBy(() -> resultOf(tooLittle)).isSameAs(broken);
  }

  @Test
  void shouldRefuseSecondTaskThatWaits() {
    Task<String> first = start(() -> reader.read(1));
    assertThatThrownBy(() -> run(() -> reader.readexactly(1)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "readexactly() called while another coroutine is already waiting for incoming data");
    feed("x");
    assertThat(resultOf(first)).isEqualTo("x");
  }

  @Test
  void shouldLoseNothingWhenCancelled() {
    Task<String> cancelled = start(() -> reader.readexactly(4));
    feed("ab");
    cancelled.cancel();
    assertThatThrownBy(() -> resultOf(cancelled)).isInstanceOf(CancellationException.class);
    feed("cd");
    assertThat(run(() -> reader.readexactly(4))).isEqualTo("abcd".getBytes(UTF_8));
  }

  @Test
  void shouldCompareLongStreamsByteForByte() {
    reader = new StreamReader(loop);
    byte[] expected = new byte[300_000];
    new java.util.Random(1).nextBytes(expected);
    Task<byte[]> task = loop.createTask(() -> reader.readexactly(expected.length));
    for (int at = 0; at < expected.length; at += 7_000) {
      reader.feedData(ByteBuffer.wrap(expected, at, Math.min(7_000, expected.length - at)));
      loop.runTurn();
    }
    assertThat(loop.runUntilComplete(task)).isEqualTo(expected);
  }

  @Test
  void shouldRefuseLimitThatIsNone() {
    assertThatThrownBy(() -> new StreamReader(loop, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Limit cannot be <= 0");
  }

  @Test
  void shouldDescribeItself() {
    assertThat(reader.toString()).isEqualTo("<StreamReader limit=8>");
    feed("abc");
    reader.feedEof();
    assertThat(reader.toString()).isEqualTo("<StreamReader 3 bytes eof limit=8>");
  }
}
