// SPDX-License-Identifier: Apache-2.0
package dev.ouro.contract;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ouro.linux.BrokenPipeException;
import dev.ouro.linux.Errno;
import dev.ouro.linux.Fd;
import dev.ouro.linux.LinuxException;
import dev.ouro.linux.OpenFile;
import dev.ouro.linux.Pipe;
import dev.ouro.linux.Socket;
import dev.ouro.loop.ContextVar;
import dev.ouro.loop.ExceptionContext;
import dev.ouro.loop.Future;
import dev.ouro.poll.EngineKind;
import dev.ouro.testing.NetworkFixture;
import dev.ouro.testing.NextOwner;
import dev.ouro.testing.OnBothEngines;
import dev.ouro.testing.PipeRecorder;
import dev.ouro.testing.Pty;
import dev.ouro.testing.RawFd;
import dev.ouro.testing.Recorder;
import dev.ouro.transport.BaseProtocol;
import dev.ouro.transport.BaseTransport;
import dev.ouro.transport.BufferedProtocol;
import dev.ouro.transport.Connection;
import dev.ouro.transport.ReadTransport;
import dev.ouro.transport.WriteTransport;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * asyncio-behaviours §14, lines 184 to 191, and 96: transports of pipes and of what is like them.
 */
@OnBothEngines
class PipeContractTest {
  private static final int MORE_THAN_A_PIPE_HOLDS = 1_000_000;
  private static final ContextVar<String> NAME = new ContextVar<>("name", "none");

  @RegisterExtension final NetworkFixture net;
  @TempDir Path folder;
  private final PipeRecorder recorder = new PipeRecorder();

  PipeContractTest(EngineKind kind) {
    net = new NetworkFixture(kind);
  }

  private Pipe pipe() throws LinuxException {
    return net.closing(Pipe.create());
  }

  private ReadTransport read(Fd end) {
    return read(recorder, end);
  }

  private ReadTransport read(BaseProtocol protocol, Fd end) {
    ReadTransport transport = net.run(net.loop().connectReadPipe(() -> protocol, end)).transport();
    net.closing(() -> end(transport));
    return transport;
  }

  private WriteTransport write(Fd end) {
    WriteTransport made = net.run(net.loop().connectWritePipe(() -> recorder, end)).transport();
    net.closing(() -> end(made));
    return made;
  }

  /** The transport closes its end, before the fixture would. */
  private void end(BaseTransport transport) {
    if (!net.loop().isClosed()) {
      transport.close();
      net.runTurns(2);
    }
  }

  private Path fifo() throws IOException, InterruptedException {
    Path path = folder.resolve("fifo");
    assertThat(new ProcessBuilder("mkfifo", path.toString()).inheritIO().start().waitFor())
        .isZero();
    return path;
  }

  // Reading

  /** Behaviour 185. */
  @Test
  void shouldHandOverBytesThenEofThenLossWhenPipeIsRead() throws LinuxException {
    Pipe pipe = pipe();
    ReadTransport transport = read(pipe.readEnd());
    assertThat(recorder.pipe()).isSameAs(transport);

    RawFd.write(pipe.writeEnd(), "one ");
    net.runUntil(() -> recorder.receivedText().equals("one "));
    RawFd.write(pipe.writeEnd(), "two");
    pipe.writeEnd().close();
    net.runUntil(recorder::isLost);

    assertThat(recorder.receivedText()).isEqualTo("one two");
    assertThat(recorder.events())
        .containsExactly("connectionMade", "dataReceived", "eofReceived", "connectionLost");
    assertThat(recorder.lostWith()).isNull();
    assertThat(transport.isClosing()).isTrue();
    assertThat(pipe.readEnd().isClosed()).isTrue();
  }

  /** Behaviour 185: each by callSoon, so that neither is called from within another callback. */
  @Test
  void shouldReportEofAndLossInTurnsOfTheirOwn() throws LinuxException {
    Pipe pipe = pipe();
    List<String> order = new ArrayList<>();
    PipeRecorder failing =
        new PipeRecorder() {
          @Override
          public boolean eofReceived() {
            order.add("eof");
            throw new IllegalStateException("from eofReceived");
          }

          @Override
          public void connectionLost(Throwable exceptionOrNull) {
            super.connectionLost(exceptionOrNull);
            order.add("lost");
          }
        };
    net.run(net.loop().connectReadPipe(() -> failing, pipe.readEnd()));
    pipe.writeEnd().close();
    net.runUntil(failing::isLost);

    assertThat(order).containsExactly("eof", "lost");
    assertThat(failing.lostWith()).isNull();
    assertThat(net.takeErrors())
        .extracting(e -> e.exception().getMessage())
        .containsExactly("from eofReceived");
  }

  /** Behaviour 185: a pipe has no other direction to stay open for. */
  @Test
  void shouldCloseWhateverEofReceivedAnswers() throws LinuxException {
    Pipe pipe = pipe();
    recorder.keepOpenAfterEof();
    read(pipe.readEnd());

    pipe.writeEnd().close();
    net.runUntil(recorder::isLost);

    assertThat(recorder.events())
        .containsExactly("connectionMade", "eofReceived", "connectionLost");
  }

  /** Behaviour 185, and 112 for pipes. */
  @Test
  void shouldHandOverNothingWhilePaused() throws LinuxException {
    Pipe pipe = pipe();
    ReadTransport transport = read(pipe.readEnd());
    assertThat(transport.isReading()).isTrue();

    transport.pauseReading();
    transport.pauseReading();
    assertThat(transport.isReading()).isFalse();
    RawFd.write(pipe.writeEnd(), "held");
    pipe.writeEnd().close();
    net.runTurns(5);
    assertThat(recorder.events()).containsExactly("connectionMade");

    transport.resumeReading();
    transport.resumeReading();
    net.runUntil(recorder::isLost);
    assertThat(recorder.receivedText()).isEqualTo("held");
    transport.pauseReading();
    transport.resumeReading();
    assertThat(transport.isReading()).isFalse();
  }

  /** Behaviour 111 for pipes. */
  @Test
  void shouldNotReadWhenPausedInConnectionMade() throws LinuxException {
    Pipe pipe = pipe();
    PipeRecorder pausing =
        new PipeRecorder() {
          @Override
          public void connectionMade(BaseTransport made) {
            super.connectionMade(made);
            ((ReadTransport) made).pauseReading();
          }
        };
    RawFd.write(pipe.writeEnd(), "early");
    read(pausing, pipe.readEnd());
    net.runTurns(4);

    assertThat(pausing.receivedText()).isEmpty();
    ((ReadTransport) pausing.pipe()).resumeReading();
    net.runUntil(() -> pausing.receivedText().equals("early"));
  }

  /** Behaviour 185: close() reads no more, what is in the pipe is lost. */
  @Test
  void shouldReportLossOnceWhenReadTransportIsClosed() throws LinuxException {
    Pipe pipe = pipe();
    ReadTransport transport = read(pipe.readEnd());
    RawFd.write(pipe.writeEnd(), "unread");

    transport.close();
    transport.close();
    assertThat(transport.isClosing()).isTrue();
    assertThat(recorder.events()).containsExactly("connectionMade");
    net.runTurns(3);

    assertThat(recorder.events()).containsExactly("connectionMade", "connectionLost");
    assertThat(pipe.readEnd().isClosed()).isTrue();
    assertThatThrownBy(() -> RawFd.write(pipe.writeEnd(), "x"))
        .isInstanceOf(BrokenPipeException.class);
  }

  /** Behaviours 66 and 137 for pipes. */
  @Test
  void shouldServeBufferedProtocolsAndReportWhatTheyThrow() throws LinuxException {
    Pipe pipe = pipe();
    ByteBuffer into = ByteBuffer.allocate(16);
    List<Throwable> lost = new ArrayList<>();
    BufferedProtocol protocol =
        new BufferedProtocol() {
          @Override
          public ByteBuffer getBuffer(int sizeHint) {
            return into;
          }

          @Override
          public void bufferUpdated(int sizeBytes) {
            if (into.position() == 5) {
              throw new IllegalStateException("enough");
            }
          }

          @Override
          public void connectionLost(Throwable exceptionOrNull) {
            lost.add(exceptionOrNull);
          }
        };
    net.run(net.loop().connectReadPipe(() -> protocol, pipe.readEnd()));

    RawFd.write(pipe.writeEnd(), "abc");
    net.runUntil(() -> into.position() == 3);
    RawFd.write(pipe.writeEnd(), "de");
    net.runUntil(() -> !lost.isEmpty());

    assertThat(lost).extracting(Throwable::getMessage).containsExactly("enough");
    assertThat(net.takeErrors())
        .extracting(ExceptionContext::message)
        .containsExactly("Fatal error: protocol.bufferUpdated() call failed.");
  }

  /** Behaviour 186. */
  @Test
  void shouldEndQuietlyWhenOtherEndOfTerminalIsGone() throws LinuxException {
    Pty pty = net.closing(Pty.open());
    read(pty.master().fd());

    RawFd.write(pty.slave().fd(), "output");
    net.runUntil(() -> recorder.receivedText().equals("output"));
    pty.slave().close();
    net.runUntil(recorder::isLost);

    assertThat(recorder.events())
        .containsExactly("connectionMade", "dataReceived", "connectionLost");
    assertThat(recorder.lostWith())
        .isInstanceOfSatisfying(
            LinuxException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EIO));
    assertThat(net.takeErrors()).isEmpty();
  }

  // What may be read and written

  /** Behaviour 184. */
  @Test
  void shouldRefuseRegularFilesAndFolders() throws IOException {
    OpenFile file = net.closing(OpenFile.open(Files.createFile(folder.resolve("file"))));
    OpenFile directory = net.closing(OpenFile.open(folder));

    assertThatThrownBy(() -> net.loop().connectReadPipe(() -> recorder, file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("Pipe transport is for pipes/sockets only.");
    assertThatThrownBy(() -> net.loop().connectWritePipe(() -> recorder, file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("Pipe transport is only for pipes, sockets and character devices");
    assertThatThrownBy(() -> net.loop().connectReadPipe(() -> recorder, directory))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(file.fd().isClosed()).isFalse();
    assertThat(recorder.isMade()).isFalse();
  }

  @Test
  void shouldRefuseClosedDescriptorsAndThoseOfTransports() throws LinuxException {
    Pipe closed = pipe();
    closed.close();
    Pipe pipe = pipe();
    read(pipe.readEnd());

    assertThatThrownBy(() -> net.loop().connectReadPipe(() -> recorder, closed.readEnd()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("closed");
    assertThatThrownBy(() -> net.loop().connectReadPipe(() -> recorder, pipe.readEnd()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("is used by transport");
    assertThatThrownBy(() -> net.loop().addReader(pipe.readEnd(), () -> {}))
        .isInstanceOf(IllegalStateException.class);
  }

  /** Behaviour 184: non-blocking is one end's own affair. */
  @Test
  void shouldMakeItsEndNonBlocking() throws LinuxException {
    Pipe pipe = pipe();
    assertThat(pipe.readEnd().isNonBlocking()).isFalse();

    read(pipe.readEnd());

    assertThat(pipe.readEnd().isNonBlocking()).isTrue();
    assertThat(pipe.writeEnd().isNonBlocking()).isFalse();
  }

  /** Behaviour 184. */
  @Test
  void shouldReadAndWriteFifos() throws IOException, InterruptedException {
    Path path = fifo();
    OpenFile in = OpenFile.open(path);
    OpenFile out = OpenFile.open(path, OpenFile.O_WRONLY | OpenFile.O_NONBLOCK);
    ReadTransport reading = net.run(net.loop().connectReadPipe(() -> recorder, in)).transport();
    PipeRecorder writer = new PipeRecorder();
    WriteTransport writing = net.run(net.loop().connectWritePipe(() -> writer, out)).transport();

    writing.write(Bytes.pattern(MORE_THAN_A_PIPE_HOLDS));
    writing.close();
    net.runUntil(recorder::isLost);

    assertThat(recorder.received()).isEqualTo(Bytes.pattern(MORE_THAN_A_PIPE_HOLDS));
    assertThat(writer.isLost()).isTrue();
    assertThat(reading.getExtraInfo("pipe")).isSameAs(in);
    assertThat(writing.getExtraInfo("pipe")).isSameAs(out);
  }

  /** Behaviour 184. */
  @Test
  void shouldReadAndWriteSockets() throws LinuxException {
    Socket[] pair = Socket.pair();
    PipeRecorder writer = new PipeRecorder();
    read(pair[0].fd());
    WriteTransport writing =
        net.run(net.loop().connectWritePipe(() -> writer, pair[1].fd())).transport();

    writing.write(Bytes.pattern(MORE_THAN_A_PIPE_HOLDS));
    writing.writeEof();
    net.runUntil(recorder::isLost);

    assertThat(recorder.received()).isEqualTo(Bytes.pattern(MORE_THAN_A_PIPE_HOLDS));
    assertThat(recorder.events()).contains("eofReceived");
  }

  /** Behaviour 187 for a socket: what its reader sends is no end. */
  @Test
  void shouldGoOnWritingWhenReaderOfSocketSends() throws LinuxException {
    Socket[] pair = Socket.pair();
    net.closing(pair[0]);
    WriteTransport writing = write(pair[1].fd());

    RawFd.write(pair[0].fd(), "unasked");
    net.runTurns(4);
    writing.write("still here".getBytes(java.nio.charset.StandardCharsets.UTF_8));
    net.runTurns(2);

    assertThat(RawFd.readText(pair[0].fd())).isEqualTo("still here");
    pair[0].close();
    net.runUntil(recorder::isLost);
    assertThat(recorder.lostWith()).isNull();
  }

  /** Behaviours 184 and 188: both directions of a terminal. */
  @Test
  void shouldReadAndWriteTerminals() throws LinuxException {
    Pty pty = net.closing(Pty.open());
    PipeRecorder writer = new PipeRecorder();
    read(pty.slave().fd());
    WriteTransport writing =
        net.run(net.loop().connectWritePipe(() -> writer, pty.master())).transport();

    for (int i = 0; i < 100; i++) {
      writing.write(new byte[1000]);
    }
    net.runUntil(() -> recorder.received().length == 100_000);
    writing.close();
    net.runUntil(writer::isLost);

    assertThat(writer.lostWith()).isNull();
    net.runUntil(recorder::isLost);
  }

  /** Behaviour 184: devices that no engine can poll. */
  @Test
  void shouldReadAndWriteDevicesThatCannotBePolled() throws LinuxException {
    OpenFile empty = OpenFile.open(Path.of("/dev/null"));
    OpenFile zeros = OpenFile.open(Path.of("/dev/zero"));
    OpenFile sink = OpenFile.open(Path.of("/dev/null"), OpenFile.O_WRONLY);
    PipeRecorder endless = new PipeRecorder();
    PipeRecorder writer = new PipeRecorder();

    net.run(net.loop().connectReadPipe(() -> recorder, empty));
    net.runUntil(recorder::isLost);
    ReadTransport reading = net.run(net.loop().connectReadPipe(() -> endless, zeros)).transport();
    net.runUntil(() -> endless.received().length > 100_000);
    reading.pauseReading();
    final int received = endless.received().length;
    net.runTurns(3);
    WriteTransport writing = net.run(net.loop().connectWritePipe(() -> writer, sink)).transport();
    writing.write(new byte[MORE_THAN_A_PIPE_HOLDS]);
    net.runTurns(2);

    assertThat(recorder.events())
        .containsExactly("connectionMade", "eofReceived", "connectionLost");
    assertThat(endless.received()).hasSize(received);
    assertThat(writing.getWriteBufferSize()).isZero();
    assertThat(writer.events()).containsExactly("connectionMade");
    reading.close();
    writing.close();
    net.runUntil(writer::isLost);
  }

  // Writing

  /** Behaviour 187. */
  @Test
  void shouldNoticeThatReaderIsGoneWhileIdle() throws LinuxException {
    Pipe pipe = pipe();
    write(pipe.writeEnd());

    pipe.readEnd().close();
    net.runUntil(recorder::isLost);

    assertThat(recorder.events()).containsExactly("connectionMade", "connectionLost");
    assertThat(recorder.lostWith()).isNull();
    assertThat(pipe.writeEnd().isClosed()).isTrue();
  }

  /** Behaviours 187 and 190. */
  @Test
  void shouldEndWithBrokenPipeWhenReaderIsGoneAndBytesAreBuffered() throws LinuxException {
    Pipe pipe = pipe();
    WriteTransport transport = write(pipe.writeEnd());
    transport.write(new byte[MORE_THAN_A_PIPE_HOLDS]);
    assertThat(transport.getWriteBufferSize()).isPositive();

    pipe.readEnd().close();
    net.runUntil(recorder::isLost);

    assertThat(recorder.events())
        .containsExactly("connectionMade", "pauseWriting", "connectionLost");
    assertThat(recorder.lostWith()).isInstanceOf(BrokenPipeException.class);
    assertThat(net.takeErrors()).isEmpty();
    assertThat(transport.getWriteBufferSize()).isZero();
  }

  /** Behaviour 190. */
  @Test
  void shouldEndWithBrokenPipeWhenWriteFindsNoReader() throws IOException {
    Pipe pipe = pipe();
    WriteTransport transport = write(pipe.writeEnd());
    pipe.readEnd().close();

    transport.write(new byte[10]);
    net.runUntil(recorder::isLost);

    assertThat(recorder.lostWith()).isInstanceOf(BrokenPipeException.class);
    // The write raised SIGPIPE, and the JVM has a handler for it: bit 13 of the caught signals.
    String caught =
        Files.readAllLines(Path.of("/proc/self/status")).stream()
            .filter(line -> line.startsWith("SigCgt:"))
            .findFirst()
            .orElseThrow();
    long mask = Long.parseUnsignedLong(caught.substring("SigCgt:".length()).strip(), 16);
    assertThat(mask >> 12 & 1).isEqualTo(1);
  }

  /** Behaviours 189 and 130. */
  @Test
  void shouldKeepOrderAndPauseOnceWhenReaderIsSlow() throws LinuxException {
    Pipe pipe = pipe();
    WriteTransport transport = write(pipe.writeEnd());
    byte[] all = Bytes.pattern(MORE_THAN_A_PIPE_HOLDS);

    transport.write(ByteBuffer.wrap(all, 0, 100_000));
    transport.write(ByteBuffer.wrap(all, 100_000, 1));
    transport.writelines(
        List.of(
            ByteBuffer.wrap(all, 100_001, 400_000),
            ByteBuffer.allocate(0),
            ByteBuffer.wrap(all, 500_001, all.length - 500_001)));
    assertThat(transport.getWriteBufferSize()).isBetween(900_000L, 1_000_000L);
    transport.close();
    assertThat(transport.isClosing()).isTrue();
    Reader reader = net.closing(Reader.of(RawFd.stream(pipe.readEnd())));
    net.runUntil(recorder::isLost);

    assertThat(reader.all()).isEqualTo(all);
    assertThat(recorder.events())
        .containsExactly("connectionMade", "pauseWriting", "resumeWriting", "connectionLost");
    assertThat(recorder.lostWith()).isNull();
  }

  /** Behaviour 119 for pipes: what finds room is there at once, whichever the engine. */
  @Test
  void shouldWriteAtOnceWhenThereIsRoom() throws LinuxException {
    Pipe pipe = pipe();
    WriteTransport transport = write(pipe.writeEnd());

    transport.write("now".getBytes(java.nio.charset.StandardCharsets.UTF_8));

    assertThat(RawFd.readText(pipe.readEnd())).isEqualTo("now");
    assertThat(transport.getWriteBufferSize()).isZero();
  }

  /** Behaviour 188. */
  @Test
  void shouldSendWhatIsBufferedWhenEofIsWritten() throws LinuxException {
    Pipe pipe = pipe();
    WriteTransport transport = write(pipe.writeEnd());
    transport.write(Bytes.pattern(MORE_THAN_A_PIPE_HOLDS));

    assertThat(transport.canWriteEof()).isTrue();
    transport.writeEof();
    transport.writeEof();
    assertThat(transport.isClosing()).isTrue();
    transport.write(new byte[1]);
    Reader reader = net.closing(Reader.of(RawFd.stream(pipe.readEnd())));
    net.runUntil(recorder::isLost);

    assertThat(reader.all()).isEqualTo(Bytes.pattern(MORE_THAN_A_PIPE_HOLDS));
    assertThat(recorder.lostWith()).isNull();
  }

  /** Behaviour 188. */
  @Test
  void shouldDropWhatIsBufferedWhenAborted() throws LinuxException {
    Pipe pipe = pipe();
    WriteTransport transport = write(pipe.writeEnd());
    transport.write(Bytes.pattern(MORE_THAN_A_PIPE_HOLDS));

    transport.abort();
    assertThat(recorder.isLost()).isFalse();
    net.runUntil(recorder::isLost);

    assertThat(RawFd.readAll(pipe.readEnd()).length)
        .isPositive()
        .isLessThan(MORE_THAN_A_PIPE_HOLDS);
    assertThat(recorder.lostWith()).isNull();
    transport.abort();
    net.runTurns(2);
    assertThat(recorder.events().stream().filter("connectionLost"::equals)).hasSize(1);
  }

  /** Behaviour 188: asyncio's write writes at once, so abort comes too late for that. */
  @Test
  void shouldHaveWrittenWhatFitsWhenAborted() throws LinuxException {
    Pipe pipe = pipe();
    WriteTransport transport = write(pipe.writeEnd());

    net.loop()
        .callSoon(() -> {
          transport.write("first ".getBytes(UTF_8));
          transport.write("second".getBytes(UTF_8));
          transport.abort();
        });
    net.runUntil(recorder::isLost);

    assertThat(new String(RawFd.readAll(pipe.readEnd()), UTF_8)).isEqualTo("first second");
  }

  /** Behaviours 188 and 115: the flush of a close may still fail. */
  @Test
  void shouldReportLossOnceWhenReaderGoesWhileClosing() throws LinuxException {
    Pipe pipe = pipe();
    WriteTransport transport = write(pipe.writeEnd());
    transport.write(new byte[MORE_THAN_A_PIPE_HOLDS]);
    transport.close();
    net.runTurns(2);
    assertThat(recorder.isLost()).isFalse();

    pipe.readEnd().close();
    net.runUntil(recorder::isLost);
    net.runTurns(2);

    assertThat(recorder.lostWith()).isInstanceOf(BrokenPipeException.class);
    assertThat(recorder.events().stream().filter("connectionLost"::equals)).hasSize(1);
  }

  /** asyncio's connection_made is the same for pipes and sockets. */
  @Test
  void shouldServeProtocolsOfBothDirections() throws LinuxException {
    Pipe pipe = pipe();
    Recorder reading = new Recorder();
    Recorder writing = new Recorder();
    ReadTransport from = read(reading, pipe.readEnd());
    WriteTransport to =
        net.run(net.loop().connectWritePipe(() -> writing, pipe.writeEnd())).transport();

    writing.transport().write("through".getBytes(UTF_8));
    net.runUntil(() -> reading.receivedText().equals("through"));
    reading.transport().pauseReading();
    assertThat(from.isReading()).isFalse();
    assertThat(reading.transport().isReading()).isFalse();
    reading.transport().resumeReading();
    assertThat(writing.transport().isReading()).isFalse();
    assertThat(writing.transport().canWriteEof()).isTrue();
    assertThat(reading.transport().canWriteEof()).isFalse();
    assertThat(writing.transport().getWriteBufferSize()).isZero();
    assertThat(reading.transport().getExtraInfo("pipe")).isSameAs(pipe.readEnd());
    assertThat(reading.transport()).hasToString(from.toString());

    assertThatThrownBy(() -> reading.transport().write(new byte[1]))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageContaining("write(): nothing is written to <ReadPipeTransport");
    assertThatThrownBy(writing.transport()::pauseReading)
        .isInstanceOf(UnsupportedOperationException.class);
    writing.transport().writeEof();
    assertThat(to.isClosing()).isTrue();
    net.runUntil(() -> reading.isLost() && writing.isLost());
    assertThat(reading.events())
        .containsExactly("connectionMade", "dataReceived", "eofReceived", "connectionLost");
  }

  @Test
  void shouldAbortAPipeThatIsReadByClosingIt() throws LinuxException {
    Recorder reading = new Recorder();
    ReadTransport from = read(reading, pipe().readEnd());

    reading.transport().abort();

    assertThat(from.isClosing()).isTrue();
    net.runUntil(reading::isLost);
  }

  // Ownership

  /** Behaviour 191. */
  @Test
  void shouldNotCloseAnotherFileThatGotTheNumber() throws LinuxException {
    Pipe pipe = pipe();
    ReadTransport transport = read(pipe.readEnd());
    final int number = pipe.readEnd().number();
    transport.close();
    net.runUntil(recorder::isLost);

    Socket[] next = NextOwner.of(number);
    net.closing(next[0]);
    net.closing(next[1]);
    transport.close();
    pipe.readEnd().close();
    net.runTurns(3);
    RawFd.write(next[1].fd(), "mine");

    assertThat(RawFd.readText(next[0].fd())).isEqualTo("mine");
  }

  @Test
  void shouldCloseThePipeWhenProtocolFactoryThrows() throws LinuxException {
    Pipe pipe = pipe();
    Future<Connection<ReadTransport, BaseProtocol>> reading =
        net.loop()
            .connectReadPipe(
                () -> {
                  throw new IllegalStateException("no protocol");
                },
                pipe.readEnd());
    Future<Connection<WriteTransport, BaseProtocol>> writing =
        net.loop().connectWritePipe(() -> null, pipe.writeEnd());

    assertThatThrownBy(() -> net.run(reading)).hasMessage("no protocol");
    assertThatThrownBy(() -> net.run(writing)).isInstanceOf(NullPointerException.class);
    assertThat(pipe.readEnd().isClosed()).isTrue();
    assertThat(pipe.writeEnd().isClosed()).isTrue();
  }

  @Test
  void shouldCloseThePipeWhenConnectingIsCancelled() throws LinuxException {
    Pipe pipe = pipe();
    PipeRecorder writer = new PipeRecorder();
    Future<?> reading = net.loop().connectReadPipe(() -> recorder, pipe.readEnd());
    Future<?> writing = net.loop().connectWritePipe(() -> writer, pipe.writeEnd());

    reading.cancel();
    writing.cancel();
    net.runUntil(() -> recorder.isLost() && writer.isLost());

    assertThat(pipe.readEnd().isClosed()).isTrue();
    assertThat(pipe.writeEnd().isClosed()).isTrue();
  }

  /** Behaviours 22 and 77: nothing is left open when the loop closes. */
  @Test
  void shouldCloseThePipesWhenTheLoopCloses() throws LinuxException {
    Pipe pipe = pipe();
    Pipe other = pipe();
    read(pipe.readEnd());
    write(other.writeEnd()).write(new byte[MORE_THAN_A_PIPE_HOLDS]);

    net.loop().close();

    assertThat(pipe.readEnd().isClosed()).isTrue();
    assertThat(other.writeEnd().isClosed()).isTrue();
  }

  /** Behaviour 133 for pipes. */
  @Test
  void shouldAnswerExtraInfoAlsoAfterTheEnd() throws LinuxException {
    Pipe pipe = pipe();
    ReadTransport transport = read(pipe.readEnd());

    assertThat(transport.getExtraInfo("pipe")).isSameAs(pipe.readEnd());
    assertThat(transport.getExtraInfo("socket")).isNull();
    assertThat(transport.getExtraInfo("socket", "none")).isEqualTo("none");
    assertThat(transport)
        .hasToString("<ReadPipeTransport fd=" + pipe.readEnd().number() + " polling>");
    transport.close();
    net.runUntil(recorder::isLost);
    assertThat(transport.getExtraInfo("pipe")).isSameAs(pipe.readEnd());
    assertThat(transport.toString()).startsWith("<ReadPipeTransport closed fd=");
  }

  /** Behaviour 138 for pipes. */
  @Test
  void shouldCallTheProtocolInTheContextOfTheCaller() throws LinuxException {
    Pipe pipe = pipe();
    List<String> names = new ArrayList<>();
    PipeRecorder naming =
        new PipeRecorder() {
          @Override
          public void dataReceived(ByteBuffer data) {
            super.dataReceived(data);
            names.add("data " + NAME.get());
          }

          @Override
          public void connectionLost(Throwable exceptionOrNull) {
            super.connectionLost(exceptionOrNull);
            names.add("lost " + NAME.get());
          }
        };
    net.loop()
        .callSoon(() -> {
          NAME.set("creator");
          net.loop().connectReadPipe(() -> naming, pipe.readEnd());
        });
    net.runUntil(naming::isMade);

    RawFd.write(pipe.writeEnd(), "x");
    pipe.writeEnd().close();
    net.runUntil(naming::isLost);

    assertThat(names).containsExactly("data creator", "lost creator");
  }

  /** Behaviour 136 for pipes; a transport that only writes takes any protocol. */
  @Test
  void shouldSwitchProtocols() throws LinuxException {
    Pipe pipe = pipe();
    ReadTransport transport = read(pipe.readEnd());
    PipeRecorder second = new PipeRecorder();

    transport.setProtocol(second);
    RawFd.write(pipe.writeEnd(), "x");
    net.runUntil(() -> second.receivedText().equals("x"));

    assertThat(recorder.receivedText()).isEmpty();
    assertThat(transport.getProtocol()).isSameAs(second);
    assertThatThrownBy(() -> transport.setProtocol(new BaseProtocol() {}))
        .isInstanceOf(IllegalArgumentException.class);
    WriteTransport writing =
        net.run(net.loop().connectWritePipe(() -> new BaseProtocol() {}, pipe.writeEnd()))
            .transport();
    writing.close();
    net.runUntil(second::isLost);
  }
}
