// SPDX-License-Identifier: Apache-2.0
package dev.ouro.transport;

import dev.ouro.linux.Epoll;
import dev.ouro.linux.Errno;
import dev.ouro.linux.ExitStatus;
import dev.ouro.linux.Fd;
import dev.ouro.linux.LinuxException;
import dev.ouro.linux.PidFd;
import dev.ouro.linux.ProcessLookupException;
import dev.ouro.linux.Signal;
import dev.ouro.loop.Context;
import dev.ouro.loop.EngineLoop;
import dev.ouro.loop.ExceptionContext;
import dev.ouro.loop.LoopExit;
import dev.ouro.memory.ChunkPool;
import dev.ouro.poll.Watch;
import java.nio.ByteBuffer;
import java.util.Objects;

/**
 * A child process, on either engine: a pidfd that is watched, and a transport for each pipe. It is
 * over when the child has ended and every pipe is lost; the pidfd closes with the child's end.
 */
final class ChildTransport implements SubprocessTransport, LoopOwned {
  /** What asyncio says of a child that somebody else waited for. */
  private static final int UNKNOWN_RETURNCODE = 255;

  private final EngineLoop loop;
  private final OpenSockets open;
  private final Context context;
  private final PidFd child;
  private final Watch watch;
  private final BaseTransport[] pipes = new BaseTransport[ChildStdio.COUNT];
  private SubprocessProtocol protocol;
  private Integer returncode;
  private int pipesLeft;
  private boolean closing;
  private boolean finishing;
  private boolean lost;

  /**
   * Makes the transport of {@code child}, which it owns from now on.
   *
   * @throws LinuxException the child cannot be watched; it stays the caller's
   */
  ChildTransport(
      EngineLoop loop, OpenSockets open, PidFd child, SubprocessProtocol protocol, Context context)
      throws LinuxException {
    this.loop = loop;
    this.open = open;
    this.child = child;
    this.protocol = protocol;
    this.context = context;
    this.watch = loop.pollEngine().watch(child.fd().number(), events -> ended());
    watch.interest(Epoll.EPOLLIN);
    open.add(child.fd(), this);
  }

  /** Schedules {@code connectionMade}, and then what the pipes have to tell. */
  void start(ChunkPool chunks, ChildStdio stdio) {
    loop.callSoon(() -> protocol.connectionMade(this), context);
    for (int number = 0; number < pipes.length; number++) {
      Fd end = stdio.take(number);
      if (end != null) {
        ChannelTransport pipe = pipe(chunks, number, end);
        pipes[number] = pipe;
        pipesLeft++;
        pipe.start();
      }
    }
  }

  private ChannelTransport pipe(ChunkPool chunks, int number, Fd end) {
    ChildPipe told = new ChildPipe(this, number);
    return number == 0
        ? new WritePipeTransport(loop, chunks, open, end, end, true, told, context)
        : new ReadPipeTransport(loop, chunks, open, end, end, told, context);
  }

  // What happens to the child

  void pipeDataReceived(int fd, ByteBuffer data) {
    try {
      protocol.pipeDataReceived(fd, data);
    } catch (Throwable thrown) {
      report("pipeDataReceived", thrown);
    }
  }

  void pipeConnectionLost(int fd, Throwable exceptionOrNull) {
    pipesLeft--;
    try {
      protocol.pipeConnectionLost(fd, exceptionOrNull);
    } catch (Throwable thrown) {
      report("pipeConnectionLost", thrown);
    } finally {
      finishIfOver();
    }
  }

  /** The pidfd is readable. */
  private void ended() {
    ExitStatus status = null;
    try {
      status = child.reap();
      if (status == null) {
        return;
      }
      returncode = status.returncode();
    } catch (LinuxException reapedElsewhere) {
      returncode = UNKNOWN_RETURNCODE;
      System.getLogger("dev.ouro")
          .log(
              System.Logger.Level.WARNING,
              "child process pid "
                  + child.pid()
                  + " exit status already read: will report"
                  + " returncode 255");
    }
    watch.close();
    open.remove(child.fd());
    child.close();
    finishIfOver(); // as in asyncio, before whoever hears of the end goes on
    try {
      loop.runInContext(context, () -> protocol.processExited());
    } catch (Throwable thrown) {
      report("processExited", thrown);
    }
  }

  private void report(String callback, Throwable thrown) {
    LoopExit.rethrowIfFatal(thrown);
    loop.callExceptionHandler(
        ExceptionContext.of("Exception in protocol." + callback + "()", thrown)
            .with("transport", this)
            .with("protocol", protocol));
  }

  private void finishIfOver() {
    if (returncode != null && pipesLeft == 0 && !finishing) {
      finishing = true;
      loop.callSoon(this::finish, context);
    }
  }

  private void finish() {
    try {
      protocol.connectionLost(null);
    } finally {
      lost = true;
    }
  }

  // What the program does to it

  @Override
  public void sendSignal(Signal signal) throws LinuxException {
    Objects.requireNonNull(signal, "signal");
    loop.regainControl();
    if (lost) {
      throw LinuxException.of("kill", Errno.ESRCH, "pid " + child.pid());
    }
    if (loop.isClosed() && returncode == null) {
      AbandonedChildren.send(child.pid(), signal);
    } else if (returncode == null) {
      try {
        child.send(signal);
      } catch (ProcessLookupException endedMeanwhile) {
        // The loop will hear of it.
      }
    }
  }

  @Override
  public boolean isClosing() {
    return closing;
  }

  @Override
  public void close() {
    loop.regainControl();
    if (closing) {
      return;
    }
    closing = true;
    if (loop.isClosed()) {
      if (returncode == null) {
        killAbandoned();
      }
      return;
    }
    for (BaseTransport pipe : pipes) {
      if (pipe != null) {
        pipe.close();
      }
    }
    if (returncode == null) {
      kill(child);
    }
  }

  /** The child goes on, as in asyncio; but nobody is told of its end. */
  @Override
  public void loopClosed() {
    if (returncode != null) {
      return;
    }
    try {
      ExitStatus status = child.reap();
      if (status == null) {
        AbandonedChildren.add(child.pid());
      } else {
        returncode = status.returncode();
      }
    } catch (LinuxException reapedElsewhere) {
      returncode = UNKNOWN_RETURNCODE;
    }
  }

  private void killAbandoned() {
    try {
      AbandonedChildren.send(child.pid(), Signal.SIGKILL);
    } catch (LinuxException notOurs) {
      // EPERM: another user's by now.
    }
  }

  /** Kills the child if it has not ended; whoever may not kill it lets it go on. */
  private static void kill(PidFd child) {
    try {
      if (!child.hasExited()) {
        child.send(Signal.SIGKILL);
      }
    } catch (LinuxException notOurs) {
      // EPERM: another user's by now; ECHILD, ESRCH: somebody else waited for it.
    }
  }

  // About it

  @Override
  public int getPid() {
    return child.pid();
  }

  @Override
  public Integer getReturncode() {
    return returncode;
  }

  @Override
  public BaseTransport getPipeTransport(int fd) {
    return fd >= 0 && fd < pipes.length ? pipes[fd] : null;
  }

  @Override
  public void setProtocol(BaseProtocol changed) {
    loop.regainControl();
    Objects.requireNonNull(changed, "protocol");
    if (!(changed instanceof SubprocessProtocol accepted)) {
      throw new IllegalArgumentException(
          "protocol: no SubprocessProtocol: " + changed.getClass().getName());
    }
    protocol = accepted;
  }

  @Override
  public BaseProtocol getProtocol() {
    return protocol;
  }

  @Override
  public Object getExtraInfo(String name, Object defaultValue) {
    return Objects.requireNonNull(name, "name").equals("subprocess") ? child : defaultValue;
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder("<ChildTransport");
    text.append(closing ? " closed" : "").append(" pid=").append(child.pid());
    text.append(returncode == null ? " running" : " returncode=" + returncode);
    String[] names = {" stdin=", " stdout=", " stderr="};
    for (int number = 0; number < pipes.length; number++) {
      if (pipes[number] != null) {
        text.append(names[number]).append(pipes[number]);
      }
    }
    return text.append('>').toString();
  }
}
