// SPDX-License-Identifier: Apache-2.0
package dev.ouro.examples.eventloop;

import dev.ouro.Asyncio;
import dev.ouro.EventLoop;
import dev.ouro.loop.Future;
import dev.ouro.transport.Stdio;
import dev.ouro.transport.SubprocessOptions;
import dev.ouro.transport.SubprocessProtocol;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Gets the output of a child process, {@code date}, with {@code subprocessExec}. */
public final class SubprocessDate {
  private SubprocessDate() {}

  /** Takes no arguments. */
  public static void main(String[] args) {
    try (EventLoop loop = Asyncio.newEventLoop()) {
      System.out.println("Current date: " + getDate(loop));
    }
  }

  private static String getDate(EventLoop loop) {
    Future<String> date = loop.createFuture();
    SubprocessOptions options =
        SubprocessOptions.DEFAULT.withStdin(Stdio.INHERIT).withStderr(Stdio.INHERIT);
    loop.runUntilComplete(
        loop.subprocessExec(
            () -> new DateProtocol(date), List.of("date", "+%Y-%m-%d %H:%M:%S"), options));
    return loop.runUntilComplete(date);
  }

  /** Collects what the child writes until all is over: it has ended, and its pipe too. */
  private static final class DateProtocol implements SubprocessProtocol {
    private final Future<String> date;
    private final ByteArrayOutputStream output = new ByteArrayOutputStream();

    DateProtocol(Future<String> date) {
      this.date = date;
    }

    @Override
    public void pipeDataReceived(int fd, ByteBuffer data) {
      byte[] bytes = new byte[data.remaining()];
      data.get(bytes);
      output.writeBytes(bytes);
    }

    @Override
    public void connectionLost(Throwable exceptionOrNull) {
      date.setResult(output.toString(StandardCharsets.US_ASCII).strip());
    }
  }
}
