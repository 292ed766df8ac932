// SPDX-License-Identifier: Apache-2.0
package dev.ouro.loop;

import dev.ouro.linux.Epoll;
import dev.ouro.linux.LinuxException;
import dev.ouro.linux.SigAction;
import dev.ouro.linux.Signal;
import dev.ouro.linux.SignalFd;
import dev.ouro.linux.SignalInfo;
import dev.ouro.linux.SignalMask;
import dev.ouro.linux.SignalPipe;
import dev.ouro.linux.SignalSet;
import dev.ouro.poll.Engine;
import dev.ouro.poll.Watch;
import dev.ouro.poll.WatchListener;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Where a loop's signals come from: a signalfd for those that every thread blocks, else the handler
 * of a {@link SignalPipe}. Each is made when first needed, and watched while it has a signal.
 */
final class SignalSource {
  private final Engine engine;
  private final Consumer<SignalInfo> consumer;

  /** What was done before about those that come through the pipe. */
  private final Map<Signal, SigAction> replaced = new HashMap<>();

  private final List<Watch> pipeWatches = new ArrayList<>(2);
  private boolean interrupts;
  private SignalSet blocked = SignalSet.EMPTY;
  private SignalPipe pipe;
  private SignalFd signalFd;
  private Watch signalFdWatch;
  private boolean engineCloses;

  SignalSource(Engine engine, Consumer<SignalInfo> consumer) {
    this.engine = engine;
    this.consumer = consumer;
  }

  /** Makes {@code signal} come here. After an exception everything is as before. */
  void add(Signal signal) throws LinuxException {
    try {
      if (SignalMask.blockedInAllThreads().contains(signal)) {
        addBlocked(signal);
      } else {
        addHandled(signal);
      }
    } catch (LinuxException e) {
      watchNoMore();
      throw e;
    }
  }

  private void addBlocked(Signal signal) throws LinuxException {
    if (signalFd == null) {
      signalFd = SignalFd.create(SignalSet.EMPTY);
    }
    if (signalFdWatch == null) {
      signalFdWatch = watch(signalFd.fd().number(), events -> signalFd.read(consumer));
    }
    signalFd.set(blocked.with(signal));
    blocked = blocked.with(signal);
  }

  private void addHandled(Signal signal) throws LinuxException {
    watchPipe();
    replaced.put(signal, pipe.action().install(signal));
  }

  /**
   * Has SIGINT come here, one at a time, until some loop {@linkplain SignalOwners#claim claims} it.
   *
   * @return false when it is left as it is
   */
  boolean addInterrupts(EngineLoop loop) throws LinuxException {
    try {
      interrupts = SignalOwners.claimInterrupts(loop, this);
    } finally {
      watchNoMore();
    }
    return interrupts;
  }

  /** For {@link SignalOwners}: what makes a signal come here, one at a time. */
  SigAction oneAtATime(SigAction otherwise) throws LinuxException {
    watchPipe();
    return pipe.actionOneAtATime(otherwise);
  }

  /** The next SIGINT of {@link #addInterrupts} comes here again; whether there was one. */
  boolean takeInterrupt() {
    return pipe.taken();
  }

  /** Ends {@link #addInterrupts}; whether one is here that was not taken. */
  boolean removeInterrupts(EngineLoop loop) {
    SignalOwners.releaseInterrupts(loop);
    interrupts = false;
    watchNoMore();
    return pipe.taken();
  }

  private void watchPipe() throws LinuxException {
    if (pipe == null) {
      pipe = SignalOwners.takePipe();
    }
    if (pipeWatches.isEmpty()) {
      pipe.clear();
      pipeWatches.add(watch(pipe.fd(), new PipeReader()));
      pipeWatches.add(watch(pipe.overflowFd(), new OverflowReader()));
    }
  }

  private Watch watch(int fd, WatchListener reader) throws LinuxException {
    Watch watch = engine.watch(fd, reader);
    watch.interest(Epoll.EPOLLIN);
    return watch;
  }

  /** Does about {@code signal} what was done before {@link #add}. */
  void remove(Signal signal) {
    if (blocked.contains(signal)) {
      blocked = blocked.without(signal);
      setSignalFd();
    } else {
      restore(signal, replaced.remove(signal));
    }
    watchNoMore();
  }

  private void setSignalFd() {
    try {
      signalFd.set(blocked);
    } catch (LinuxException e) {
      throw new IllegalStateException(e); // a descriptor that is ours and open
    }
  }

  static void restore(Signal signal, SigAction before) {
    try {
      before.install(signal);
    } catch (LinuxException e) {
      throw new IllegalStateException(e); // a signal that could be caught
    }
  }

  /** Ends the watches of what has no signal; with the engine they end by themselves. */
  private void watchNoMore() {
    if (engineCloses) {
      return;
    }
    if (replaced.isEmpty() && !interrupts) {
      pipeWatches.forEach(Watch::close);
      pipeWatches.clear();
    }
    if (blocked.isEmpty() && signalFdWatch != null) {
      signalFdWatch.close();
      signalFdWatch = null;
    }
  }

  /** From now on nothing is asked of the engine, which will be closed next. */
  void engineCloses() {
    engineCloses = true;
  }

  /** Gives the descriptors back, once the engine is closed. */
  void close() {
    if (pipe != null) {
      SignalOwners.givePipe(pipe);
      pipe = null;
    }
    if (signalFd != null) {
      signalFd.close();
      signalFd = null;
    }
  }

  // Classes, not lambdas: a runner's start comes by here, and each first lambda costs it a
  // millisecond.

  private final class PipeReader implements WatchListener {
    @Override
    public void ready(int events) {
      pipe.read(consumer);
    }
  }

  private final class OverflowReader implements WatchListener {
    @Override
    public void ready(int events) {
      pipe.readOverflow(consumer);
    }
  }
}
