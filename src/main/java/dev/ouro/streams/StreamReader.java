// SPDX-License-Identifier: Apache-2.0
package dev.ouro.streams;

import dev.ouro.loop.CallbackLoop;
import dev.ouro.loop.RunningLoop;
import dev.ouro.loop.Sneaky;
import dev.ouro.loop.Wakeup;
import dev.ouro.transport.ReadTransport;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Objects;

/**
 * What a connection receives, for a task to read: asyncio's {@code StreamReader}, fed by a {@link
 * StreamReaderProtocol}. One task at a time reads; a method suspends it until there is something to
 * return.
 *
 * <p>Received bytes wait in a buffer. Beyond twice its limit, 64 KiB by default, the transport
 * stops receiving until the buffer is down to the limit. A task that is cancelled while it waits
 * loses no bytes. When the connection broke, what is still to be read throws the reason.
 *
 * <p>Threads: tasks of the loop only.
 *
 * {@snippet :
 * for (byte[] line : reader) {
 *   handle(line);
 * }
 * }
 */
public final class StreamReader implements Iterable<byte[]> {
  /** The limit of the buffer unless another is asked for, in bytes. */
  public static final int DEFAULT_LIMIT = 64 * 1024;

  private static final byte[] NOTHING = {};
  private static final byte[][] NEWLINE = {{'\n'}};

  private final int limit;
  private final ReadBuffer buffer = new ReadBuffer();
  private final Wakeup data;
  private ReadTransport transport;
  private Throwable exception;
  private boolean eof;
  private boolean paused;

  /** {@link #StreamReader(CallbackLoop)} for the running loop. */
  public StreamReader() {
    this(RunningLoop.require());
  }

  /**
   * A reader with the {@link #DEFAULT_LIMIT}, for a {@link StreamReaderProtocol}.
   *
   * @param loop whose tasks read
   */
  public StreamReader(CallbackLoop loop) {
    this(loop, DEFAULT_LIMIT);
  }

  /**
   * A reader for a {@link StreamReaderProtocol}, or to be fed by its owner.
   *
   * @param limit of the buffer, in bytes
   * @throws IllegalArgumentException the limit is not positive
   */
  public StreamReader(CallbackLoop loop, int limit) {
    if (limit <= 0) {
      throw new IllegalArgumentException("Limit cannot be <= 0");
    }
    this.limit = limit;
    this.data = new Wakeup(loop);
  }

  // Feeding

  /** For those who feed it themselves: {@code data} came; all that remains is copied. */
  public void feedData(ByteBuffer data) {
    RunningLoop.regainControl();
    if (eof) {
      throw new IllegalStateException("feedData after feedEof");
    }
    if (!data.hasRemaining()) {
      return;
    }
    buffer.append(data);
    this.data.wake();
    if (transport != null && !paused && buffer.size() > 2L * limit) {
      paused = true;
      transport.pauseReading();
    }
  }

  /** {@link #feedData(ByteBuffer)} of all of {@code data}. */
  public void feedData(byte[] data) {
    feedData(ByteBuffer.wrap(Objects.requireNonNull(data, "data")));
  }

  /** For those who feed it themselves: nothing more comes. */
  public void feedEof() {
    RunningLoop.regainControl();
    eof = true;
    data.wake();
  }

  CallbackLoop loop() {
    return data.getLoop();
  }

  /** What the connection broke with, or null. */
  public Throwable exception() {
    return exception;
  }

  /** For those who feed it themselves: reading throws {@code thrown} from now on. */
  public void setException(Throwable thrown) {
    RunningLoop.regainControl();
    exception = Objects.requireNonNull(thrown, "thrown");
    data.wake();
  }

  /** What to pause when there is too much. */
  void setTransport(ReadTransport from) {
    transport = from;
  }

  /** What was received and not read. */
  byte[] takeAll() {
    return buffer.take(buffer.size());
  }

  // Reading

  /** Whether everything was read and nothing more comes. */
  public boolean atEof() {
    return eof && buffer.isEmpty();
  }

  /**
   * Everything up to the end of the stream.
   *
   * @throws IOException the connection broke
   */
  public byte[] read() throws IOException {
    return read(-1);
  }

  /** {@link #read()} as text. */
  public String read(Charset charset) throws IOException {
    return new String(read(), charset);
  }

  /**
   * At least one byte and at most {@code n}, as soon as there are any.
   *
   * @param n negative: everything up to the end of the stream
   * @return empty at the end of the stream, and for 0
   * @throws IOException the connection broke
   */
  public byte[] read(int n) throws IOException {
    enter();
    if (n == 0) {
      return NOTHING;
    }
    if (n < 0) {
      return readAll();
    }
    awaitData("read");
    byte[] taken = buffer.take(Math.min(n, buffer.size()));
    resumeIfRoom();
    return taken;
  }

  private byte[] readAll() throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    byte[] block = read(limit);
    while (block.length > 0) {
      all.writeBytes(block);
      block = read(limit);
    }
    return all.toByteArray();
  }

  /**
   * {@link #read(int)} into a buffer, which allocates nothing.
   *
   * @return how many bytes; −1 at the end of the stream; 0 when {@code into} has no room
   * @throws IOException the connection broke
   */
  public int read(ByteBuffer into) throws IOException {
    enter();
    if (!into.hasRemaining()) {
      return 0;
    }
    awaitData("read");
    int length = buffer.takeInto(into);
    resumeIfRoom();
    return length == 0 ? -1 : length;
  }

  /** Waits until there is something, or the end. */
  private void awaitData(String method) throws IOException {
    if (buffer.isEmpty() && !eof) {
      waitForData(method);
      if (buffer.isEmpty()) {
        enter();
      }
    }
  }

  /**
   * Exactly {@code n} bytes.
   *
   * @throws IncompleteReadException the stream ended before
   * @throws IOException the connection broke
   * @throws IllegalArgumentException {@code n} is negative
   */
  public byte[] readexactly(int n) throws IOException {
    awaitExactly(n);
    byte[] taken = buffer.take(n);
    resumeIfRoom();
    return taken;
  }

  /**
   * {@link #readexactly(int)} of as many bytes as {@code into} has room for. What does not fit the
   * reader's buffer waits there, as in {@link #readexactly(int)}.
   *
   * @throws IOException as {@link #readexactly(int)}; then nothing was put
   */
  public void readexactly(ByteBuffer into) throws IOException {
    awaitExactly(into.remaining());
    buffer.takeInto(into);
    resumeIfRoom();
  }

  private void awaitExactly(int n) throws IOException {
    if (n < 0) {
      throw new IllegalArgumentException("readexactly size can not be less than zero");
    }
    enter();
    while (buffer.size() < n) {
      if (eof) {
        throw new IncompleteReadException(buffer.take(buffer.size()), n);
      }
      waitForData("readexactly");
      if (buffer.size() < n) {
        enter();
      }
    }
  }

  /**
   * A line with its newline.
   *
   * @return without a newline if the stream ends before; empty at the end of the stream
   * @throws IllegalArgumentException the line is longer than the limit; it is dropped, or what
   *     there is of it
   * @throws IOException the connection broke
   */
  public byte[] readline() throws IOException {
    try {
      return readuntil(NEWLINE);
    } catch (IncompleteReadException end) {
      return end.partial();
    } catch (LimitOverrunException overrun) {
      if (buffer.hasAt(NEWLINE[0], overrun.consumed())) {
        buffer.drop(overrun.consumed() + 1);
      } else {
        buffer.clear();
      }
      resumeIfRoom();
      throw new IllegalArgumentException(overrun.getMessage(), overrun);
    }
  }

  /** {@link #readline()} as text; empty at the end of the stream. */
  public String readline(Charset charset) throws IOException {
    return new String(readline(), charset);
  }

  /** {@link #readuntil(byte[][])} a newline: asyncio's default. */
  public byte[] readuntil() throws IOException {
    return readuntil(NEWLINE);
  }

  /** {@link #readuntil(byte[][])} a text's bytes, as text. */
  public String readuntil(String separator, Charset charset) throws IOException {
    return new String(readuntil(separator.getBytes(charset)), charset);
  }

  /**
   * Everything up to and with the first of {@code separators} that comes to its end; of those that
   * do so at the same byte, the shortest.
   *
   * @throws IncompleteReadException the stream ended before
   * @throws LimitOverrunException there is more than the limit before the separator; it stays in
   *     the buffer
   * @throws IOException the connection broke
   * @throws IllegalArgumentException there is no separator, or an empty one
   */
  public byte[] readuntil(byte[]... separators) throws IOException {
    byte[][] sought = bySize(separators);
    int longest = sought[sought.length - 1].length;
    enter();
    int offset = 0;
    int start;
    int end;
    while (true) {
      start = -1;
      end = Integer.MAX_VALUE;
      for (byte[] separator : sought) {
        int at = buffer.indexOf(separator, offset);
        if (at >= 0 && at + separator.length < end) {
          start = at;
          end = at + separator.length;
        }
      }
      if (start >= 0) {
        break;
      }
      offset = Math.max(offset, Math.max(0, buffer.size() + 1 - longest));
      if (offset > limit) {
        throw new LimitOverrunException(
            "Separator is not found, and chunk exceed the limit", offset);
      }
      enter();
      if (eof) {
        throw new IncompleteReadException(buffer.take(buffer.size()), -1);
      }
      waitForData("readuntil");
    }
    if (start > limit) {
      throw new LimitOverrunException("Separator is found, but chunk is longer than limit", start);
    }
    byte[] taken = buffer.take(end);
    resumeIfRoom();
    return taken;
  }

  private static byte[][] bySize(byte[][] separators) {
    if (separators.length == 0) {
      throw new IllegalArgumentException("Separator should contain at least one element");
    }
    byte[][] sorted = separators;
    if (separators.length > 1) {
      sorted = separators.clone();
      Arrays.sort(sorted, Comparator.comparingInt(separator -> separator.length));
    }
    if (sorted[0].length == 0) {
      throw new IllegalArgumentException("Separator should be at least one-byte string");
    }
    return sorted;
  }

  /**
   * The lines up to the end of the stream, for a {@code for} loop: {@link #readline} until it is
   * empty. What that throws, the loop throws, itself.
   */
  @Override
  public Iterator<byte[]> iterator() {
    return new Lines();
  }

  // Waiting

  private void waitForData(String method) {
    if (data.isAwaited()) {
      throw new IllegalStateException(
          method + "() called while another coroutine is already waiting for incoming data");
    }
    if (paused) {
      // The buffer holds less than what is waited for: more must come.
      paused = false;
      transport.resumeReading();
    }
    data.waitForIt();
  }

  private void resumeIfRoom() {
    if (paused && buffer.size() <= limit) {
      paused = false;
      transport.resumeReading();
    }
  }

  /** Before the buffer is touched. */
  private void enter() throws IOException {
    RunningLoop.regainControl();
    if (exception != null) {
      throw Unchecked.rethrow(exception);
    }
  }

  @Override
  public String toString() {
    return "<StreamReader"
        + (buffer.isEmpty() ? "" : " " + buffer.size() + " bytes")
        + (eof ? " eof" : "")
        + (limit == DEFAULT_LIMIT ? "" : " limit=" + limit)
        + (exception == null ? "" : " exception=" + exception)
        + (paused ? " paused" : "")
        + ">";
  }

  private final class Lines implements Iterator<byte[]> {
    private byte[] line;

    @Override
    public boolean hasNext() {
      if (line == null) {
        try {
          line = readline();
        } catch (IOException broken) {
          throw Sneaky.<RuntimeException>propagate(broken);
        }
      }
      return line.length > 0;
    }

    @Override
    public byte[] next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      byte[] next = line;
      line = null;
      return next;
    }
  }
}
