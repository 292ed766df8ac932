// SPDX-License-Identifier: Apache-2.0
package dev.ouro.streams;

import dev.ouro.linux.BrokenPipeException;
import dev.ouro.linux.ConnectionResetException;
import dev.ouro.linux.Errno;
import dev.ouro.linux.LinuxException;
import dev.ouro.linux.Signal;
import dev.ouro.loop.CallbackLoop;
import dev.ouro.loop.Future;
import dev.ouro.loop.Task;
import dev.ouro.tasks.Gathering;
import dev.ouro.transport.SubprocessTransport;
import java.io.IOException;
import java.nio.charset.Charset;
import java.util.List;
import java.util.Objects;

/**
 * A child process as tasks see it: asyncio's {@code Process}, made by {@code
 * Asyncio.createSubprocessExec} and {@code createSubprocessShell}.
 *
 * <p>It has this process's standard input, output and error, and no streams, unless the options say
 * otherwise.
 *
 * <p>Threads: tasks of the loop.
 *
 * {@snippet :
 * SubprocessOptions options = SubprocessOptions.DEFAULT.withStdout(Stdio.PIPE);
 * Process process = Asyncio.createSubprocessShell("date; exit 3", options);
 * String date = process.communicate().stdout(UTF_8);
 * int status = process.returncode();
 * }
 */
@SuppressWarnings("AvoidCommonTypeNames") // it is asyncio's
public final class Process {
  private final CallbackLoop loop;
  private final SubprocessTransport transport;
  private final ProcessProtocol protocol;
  private boolean waitedFor;

  Process(CallbackLoop loop, SubprocessTransport transport, ProcessProtocol protocol) {
    this.loop = loop;
    this.transport = transport;
    this.protocol = protocol;
  }

  /** The child's process number. */
  public int pid() {
    return transport.getPid();
  }

  /** How it ended: its status, or minus a signal's number; null while it runs. */
  public Integer returncode() {
    return transport.getReturncode();
  }

  /** What it reads as standard input, or null where that is no pipe. */
  public StreamWriter stdin() {
    return protocol.stdin();
  }

  /** What it writes as standard output, or null where that is no pipe. */
  public StreamReader stdout() {
    return protocol.reader(1);
  }

  /** What it writes as standard error, or null where that is no pipe. */
  public StreamReader stderr() {
    return protocol.reader(2);
  }

  /**
   * Suspends the calling task until the child has ended: asyncio's {@code wait}, which is a method
   * of every object in Java. Who does not read its pipes waits for ever when they fill up; {@link
   * #communicate} reads them.
   *
   * @return {@link #returncode}
   */
  public int waitFor() {
    protocol.waitForExit();
    waitedFor = true;
    return transport.getReturncode();
  }

  /** {@link #communicate(byte[])} without input. */
  public ProcessOutput communicate() throws IOException {
    return communicate(null);
  }

  /** {@link #communicate(byte[])} of text. */
  public ProcessOutput communicate(String input, Charset charset) throws IOException {
    return communicate(input == null ? null : input.getBytes(charset));
  }

  /**
   * Sends {@code input}, ends standard input, reads everything that the child writes, and waits for
   * its end. A child that does not read all of its input is no error.
   *
   * @param input null for none; goes nowhere where standard input is no pipe
   * @return null for what is no pipe
   * @throws IOException a pipe broke
   */
  public ProcessOutput communicate(byte[] input) throws IOException {
    Task<Void> feeding = loop.createTask(() -> feed(input));
    Task<byte[]> out = loop.createTask(() -> readAll(1));
    Task<byte[]> err = loop.createTask(() -> readAll(2));
    List<Future<?>> all = List.of(feeding, out, err);
    new Gathering<>(loop, all, false).await();
    waitFor();
    return new ProcessOutput(out.result(), err.result());
  }

  private void feed(byte[] input) throws IOException {
    if (stdin() == null) {
      return;
    }
    try {
      if (input != null) {
        stdin().write(input);
        stdin().drain();
      }
    } catch (BrokenPipeException | ConnectionResetException notRead) {
      // the child has had enough
    }
    stdin().close();
  }

  private byte[] readAll(int fd) throws IOException {
    StreamReader reader = protocol.reader(fd);
    if (reader == null) {
      return null;
    }
    byte[] output = reader.read();
    protocol.closePipe(fd);
    return output;
  }

  /**
   * {@link SubprocessTransport#sendSignal(Signal)}.
   *
   * @throws dev.ouro.linux.ProcessLookupException also once it was waited for
   */
  public void sendSignal(Signal signal) throws LinuxException {
    Objects.requireNonNull(signal, "signal");
    if (waitedFor) {
      throw LinuxException.of("kill", Errno.ESRCH, "pid " + pid());
    }
    transport.sendSignal(signal);
  }

  /** {@link #sendSignal(Signal)} by number. */
  public void sendSignal(int signum) throws LinuxException {
    sendSignal(Signal.of(signum));
  }

  /** Sends SIGTERM, as {@link #sendSignal(Signal)}. */
  public void terminate() throws LinuxException {
    sendSignal(Signal.SIGTERM);
  }

  /** Sends SIGKILL, as {@link #sendSignal(Signal)}. */
  public void kill() throws LinuxException {
    sendSignal(Signal.SIGKILL);
  }

  @Override
  public String toString() {
    return "<Process " + pid() + (returncode() == null ? "" : " returncode=" + returncode()) + ">";
  }
}
