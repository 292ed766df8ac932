// SPDX-License-Identifier: Apache-2.0
package dev.ouro.streams;

import dev.ouro.loop.CallbackLoop;
import dev.ouro.loop.Future;
import dev.ouro.loop.RunningLoop;
import dev.ouro.transport.BaseTransport;
import dev.ouro.transport.ReadTransport;
import dev.ouro.transport.SubprocessProtocol;
import dev.ouro.transport.SubprocessTransport;
import dev.ouro.transport.WriteTransport;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Between a child's transport and its streams: asyncio's {@code SubprocessStreamProtocol}. */
final class ProcessProtocol implements SubprocessProtocol {
  private final CallbackLoop loop;
  private final int limit;
  private final DrainGate gate;
  private final StreamReader[] readers = new StreamReader[3];
  private final List<Future<Void>> exitWaiters = new ArrayList<>(1);
  private SubprocessTransport transport;
  private StreamWriter stdin;
  private int openReaders;
  private boolean exited;

  ProcessProtocol(CallbackLoop loop, int limit) {
    this.loop = loop;
    this.limit = limit;
    this.gate = new DrainGate(loop);
  }

  StreamWriter stdin() {
    return stdin;
  }

  StreamReader reader(int fd) {
    return readers[fd];
  }

  /** Closes the pipe from the child's {@code fd}. */
  void closePipe(int fd) {
    BaseTransport pipe = transport.getPipeTransport(fd);
    if (pipe != null) {
      pipe.close();
    }
  }

  @Override
  public void connectionMade(SubprocessTransport made) {
    transport = made;
    for (int fd = 1; fd <= 2; fd++) {
      if (made.getPipeTransport(fd) instanceof ReadTransport pipe) {
        readers[fd] = new StreamReader(loop, limit);
        readers[fd].setTransport(pipe);
        openReaders++;
      }
    }
    if (made.getPipeTransport(0) instanceof WriteTransport pipe) {
      stdin = new StreamWriter(loop, pipe, gate);
    }
  }

  @Override
  public void pipeDataReceived(int fd, ByteBuffer data) {
    readers[fd].feedData(data);
  }

  @Override
  public void pipeConnectionLost(int fd, Throwable exceptionOrNull) {
    if (fd == 0) {
      stdin.close();
      gate.lose(exceptionOrNull);
      return;
    }
    if (exceptionOrNull == null) {
      readers[fd].feedEof();
    } else {
      readers[fd].setException(exceptionOrNull);
    }
    openReaders--;
    closeWhenOver();
  }

  @Override
  public void processExited() {
    exited = true;
    for (Future<Void> waiter : List.copyOf(exitWaiters)) {
      if (!waiter.done()) {
        waiter.setResult(null);
      }
    }
    closeWhenOver();
  }

  private void closeWhenOver() {
    if (exited && openReaders == 0) {
      transport.close();
    }
  }

  /** Suspends the calling task until the child has ended. */
  void waitForExit() {
    RunningLoop.regainControl();
    if (exited) {
      return;
    }
    Future<Void> waiter = loop.createFuture();
    exitWaiters.add(waiter);
    try {
      waiter.await();
    } finally {
      exitWaiters.remove(waiter);
    }
  }

  @Override
  public void pauseWriting() {
    gate.pause();
  }

  @Override
  public void resumeWriting() {
    gate.resume();
  }
}
