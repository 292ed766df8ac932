// SPDX-License-Identifier: Apache-2.0
package dev.ouro.poll;

import dev.ouro.linux.Errno;
import dev.ouro.linux.Fd;
import dev.ouro.testing.ManualClock;
import java.net.SocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * An engine without a kernel: tests say what completes, and see what was asked for.
 *
 * <p>{@link #poll} runs the next script, if there is one, adds what the fakes have to report, and
 * notes its timeout. A poll that has nothing to report never waits for real: it moves the clock by
 * its timeout, or fails when it would wait for ever.
 */
public final class FakeEngine implements Engine {
  private final Completions completions;
  private final ManualClock clock;
  private final Deque<Runnable> scripts = new ArrayDeque<>();
  private final List<Long> polls = new ArrayList<>();
  private final List<FakeWatch> watches = new ArrayList<>();
  private final List<FakeStreamChannel> channels = new ArrayList<>();
  private final List<FakeDatagramChannel> datagramChannels = new ArrayList<>();
  private final List<FakeAcceptor> acceptors = new ArrayList<>();
  private final List<FakeOperation> operations = new ArrayList<>();
  private boolean added;
  private boolean woken;
  private int wakeups;
  private int attached;
  private boolean batchesSends;
  private boolean closed;

  public FakeEngine(Completions completions, ManualClock clock) {
    this.completions = completions;
    this.clock = clock;
  }

  // What tests say

  /** Runs {@code script} in the next poll that has no other before it. */
  public FakeEngine onPoll(Runnable script) {
    scripts.add(script);
    return this;
  }

  public FakeEngine batchesSends(boolean answer) {
    batchesSends = answer;
    return this;
  }

  /** Completes {@code ready}, as the kernel might at any time. */
  public void complete(Ready ready, long completion, long data) {
    added = true;
    completions.add(ready, completion, data);
  }

  /** {@link #complete(Ready, long, long)} of something that has no result. */
  public void complete(Runnable action) {
    complete((completion, data) -> action.run(), 0, 0);
  }

  // What tests see

  /** The timeouts of all polls, in nanoseconds. */
  public List<Long> polls() {
    return polls;
  }

  public int wakeups() {
    return wakeups;
  }

  public int attached() {
    return attached;
  }

  public boolean isClosed() {
    return closed;
  }

  /** All that were made, in order. */
  public List<FakeStreamChannel> channels() {
    return channels;
  }

  /** All that were made, in order. */
  public List<FakeDatagramChannel> datagramChannels() {
    return datagramChannels;
  }

  /** All that were made, in order. */
  public List<FakeAcceptor> acceptors() {
    return acceptors;
  }

  /** The watches that are open on {@code fd}. */
  public List<FakeWatch> watches(int fd) {
    return watches.stream().filter(watch -> watch.fd() == fd).toList();
  }

  /** The one watch that is open on {@code fd}. */
  public FakeWatch watch(int fd) {
    List<FakeWatch> open = watches(fd);
    if (open.size() != 1) {
      throw new AssertionError(open.size() + " watches of " + fd);
    }
    return open.getFirst();
  }

  /** The connects and one-shot polls that run, in order. */
  public List<FakeOperation> running() {
    return operations;
  }

  // Engine

  @Override
  public EngineKind kind() {
    return batchesSends ? EngineKind.IO_URING : EngineKind.EPOLL;
  }

  @Override
  public String description() {
    return "fake";
  }

  @Override
  public void attach() {
    attached++;
  }

  @Override
  public boolean poll(long timeoutNanos) {
    if (closed) {
      throw new AssertionError("poll after close");
    }
    polls.add(timeoutNanos);
    added = false;
    Runnable script = scripts.poll();
    if (script != null) {
      script.run();
    }
    List.copyOf(watches).forEach(FakeWatch::report);
    boolean wasWoken = woken;
    woken = false;
    if (added || wasWoken) {
      return true;
    }
    if (timeoutNanos < 0) {
      throw new AssertionError("this poll would wait for ever");
    }
    clock.advanceNanos(timeoutNanos);
    return false;
  }

  @Override
  public boolean mayHaveCompletions() {
    return !scripts.isEmpty() || woken;
  }

  @Override
  public void wakeup() {
    wakeups++;
    woken = true;
  }

  @Override
  public boolean batchesSends() {
    return batchesSends;
  }

  @Override
  public FakeStreamChannel stream(Fd fd, StreamListener listener) {
    FakeStreamChannel channel = new FakeStreamChannel(this, fd, listener);
    channels.add(channel);
    return channel;
  }

  @Override
  public FakeStreamChannel pipe(Fd fd, boolean reads, StreamListener listener) {
    return stream(fd, listener);
  }

  @Override
  public FakeDatagramChannel datagram(Fd fd, int family, DatagramListener listener) {
    FakeDatagramChannel channel = new FakeDatagramChannel(this, fd, listener);
    datagramChannels.add(channel);
    return channel;
  }

  @Override
  public FakeAcceptor acceptor(Fd fd, AcceptListener listener) {
    FakeAcceptor acceptor = new FakeAcceptor(this, fd, listener);
    acceptors.add(acceptor);
    return acceptor;
  }

  @Override
  public FakeOperation connect(Fd fd, SocketAddress address, OperationListener listener) {
    return start(listener, "connect " + address);
  }

  @Override
  public FakeWatch watch(int fd, WatchListener listener) {
    FakeWatch watch = new FakeWatch(this, fd, listener);
    watches.add(watch);
    return watch;
  }

  @Override
  public List<Fd> descriptors() {
    return List.of();
  }

  @Override
  public int operations() {
    long sends = channels.stream().filter(FakeStreamChannel::isSendPending).count();
    return operations.size() + Math.toIntExact(sends);
  }

  @Override
  public void close() {
    closed = true;
    operations.clear();
    watches.clear();
    channels.forEach(FakeStreamChannel::release);
    datagramChannels.forEach(FakeDatagramChannel::release);
    acceptors.forEach(FakeAcceptor::close);
  }

  // For the fakes

  void closed(FakeWatch watch) {
    watches.remove(watch);
  }

  void ended(FakeOperation operation) {
    operations.remove(operation);
  }

  private FakeOperation start(OperationListener listener, String what) {
    FakeOperation operation = new FakeOperation(this, listener, what, -Errno.ECANCELED);
    operations.add(operation);
    return operation;
  }
}
