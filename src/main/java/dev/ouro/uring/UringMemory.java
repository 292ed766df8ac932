// SPDX-License-Identifier: Apache-2.0
package dev.ouro.uring;

import dev.ouro.linux.Fd;
import dev.ouro.linux.LinuxException;
import dev.ouro.linux.Mapping;
import dev.ouro.linux.NativeMemory;
import dev.ouro.linux.Nr;
import dev.ouro.linux.Syscall;
import java.util.ArrayList;
import java.util.List;

/** A ring's memory: the mapped queues, and the arguments of its calls, laid out once. */
final class UringMemory {
  private static final int PAGE = 4096;
  private static final int WAIT_ARGUMENT = 0;
  private static final int WAIT_TIMESPEC = 32;
  private static final int PARAMS = 64;
  private static final int SCRATCH = 192;
  private static final int RSRC_UPDATE_DATA = 8;
  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  /** What a closed ring's queues and entry are over: zeros, for as long as the process lives. */
  private static final class Closed {
    static final long ZEROS;

    static {
      try {
        ZEROS = Mapping.anonymous(PAGE).address();
      } catch (LinuxException e) {
        throw new ExceptionInInitializerError(e);
      }
    }
  }

  private final Mapping arguments;
  private Mapping timespecs;
  private Mapping queues;
  private Mapping entries;
  // A resized ring's entries may still point into former ones.
  private final List<Mapping> formerTimespecs = new ArrayList<>();
  private SubmissionQueue submissionQueue;
  private CompletionQueue completionQueue;

  UringMemory() throws LinuxException {
    arguments = Mapping.anonymous(PAGE);
  }

  /** Where the {@code struct io_uring_params} is. */
  long params() {
    return arguments.address() + PARAMS;
  }

  /** Maps what {@link #params} describes. */
  void map(Fd fd, int setupFlags) throws LinuxException {
    // So that closing never is the first to need it.
    closedSubmissionQueue();
    Mapping newQueues = UringSetup.mapQueues(fd, setupFlags, params());
    Mapping newEntries = null;
    Mapping newTimespecs;
    try {
      newEntries = UringSetup.mapEntries(fd, setupFlags, params());
      long sqEntries = NativeMemory.getInt(params() + Layout.PARAMS_SQ_ENTRIES);
      newTimespecs = Mapping.anonymous(sqEntries * Layout.TIMESPEC_SIZE);
    } catch (LinuxException e) {
      newQueues.close();
      if (newEntries != null) {
        newEntries.close();
      }
      throw e;
    }
    queues = newQueues;
    entries = newEntries;
    timespecs = newTimespecs;
    submissionQueue =
        UringSetup.submissionQueue(setupFlags, params(), queues.address(), entries.address());
    completionQueue = UringSetup.completionQueue(setupFlags, params(), queues.address());
  }

  /**
   * Maps the queues anew after a resize.
   *
   * @param pending whether entries moved along, which may have timespecs
   */
  void remap(Fd fd, int setupFlags, boolean pending) throws LinuxException {
    Mapping oldQueues = queues;
    Mapping oldEntries = entries;
    Mapping oldTimespecs = timespecs;
    map(fd, setupFlags);
    oldQueues.close();
    oldEntries.close();
    formerTimespecs.add(oldTimespecs);
    if (!pending) {
      closeFormerTimespecs();
    }
  }

  SubmissionQueue submissionQueue() {
    return submissionQueue;
  }

  CompletionQueue completionQueue() {
    return completionQueue;
  }

  /**
   * Fills the {@code struct io_uring_getevents_arg}: its address.
   *
   * @param timeoutNanos ≤ 0 for none
   */
  long waitArgument(long timeoutNanos, int minWaitMicros) {
    long argument = arguments.address() + WAIT_ARGUMENT;
    long timespec = arguments.address() + WAIT_TIMESPEC;
    NativeMemory.putInt(argument + Layout.GETEVENTS_ARG_MIN_WAIT_USEC, minWaitMicros);
    NativeMemory.putLong(argument + Layout.GETEVENTS_ARG_TS, timeoutNanos > 0 ? timespec : 0);
    putTimespec(timespec, timeoutNanos);
    return argument;
  }

  /** What time it is by {@code clockId}, in nanoseconds. */
  long now(int clockId) {
    if (clockId == OpFlag.CLOCK_MONOTONIC) {
      return System.nanoTime(); // the same, without a system call
    }
    long timespec = scratch();
    Syscall.call(Nr.CLOCK_GETTIME, clockId, timespec);
    return NativeMemory.getLong(timespec) * NANOS_PER_SECOND
        + NativeMemory.getLong(timespec + Layout.TIMESPEC_NSEC);
  }

  long timespec(int index, long nanos) {
    long timespec = timespecs.address() + (long) index * Layout.TIMESPEC_SIZE;
    putTimespec(timespec, nanos);
    return timespec;
  }

  private static void putTimespec(long timespec, long nanos) {
    NativeMemory.putLong(timespec, nanos / NANOS_PER_SECOND);
    NativeMemory.putLong(timespec + Layout.TIMESPEC_NSEC, nanos % NANOS_PER_SECOND);
  }

  /** Room for a small argument of a set-up call. */
  long scratch() {
    return arguments.address() + SCRATCH;
  }

  long syncCancelArgument(long userData, int fd, int flags, long timeoutNanos) {
    long argument = scratch();
    NativeMemory.zero(argument, Layout.SYNC_CANCEL_SIZE);
    NativeMemory.putLong(argument, userData);
    NativeMemory.putInt(argument + Layout.SYNC_CANCEL_FD, fd);
    NativeMemory.putInt(argument + Layout.SYNC_CANCEL_FLAGS, flags);
    putTimespec(argument + Layout.SYNC_CANCEL_TIMEOUT, timeoutNanos);
    return argument;
  }

  long resizeParams(int sqEntries, int cqEntries) {
    long params = params();
    NativeMemory.zero(params, Layout.PARAMS_SIZE);
    NativeMemory.putInt(params + Layout.PARAMS_SQ_ENTRIES, sqEntries);
    NativeMemory.putInt(params + Layout.PARAMS_CQ_ENTRIES, cqEntries);
    NativeMemory.putInt(
        params + Layout.PARAMS_FLAGS, Setup.IORING_SETUP_CQSIZE | Setup.IORING_SETUP_CLAMP);
    return params;
  }

  /** {@code IORING_REGISTER_RING_FDS}: the index, or −errno. */
  int registerRing(int fd) {
    long update = ringUpdate(-1, fd);
    long registered =
        Syscall.call(Nr.IO_URING_REGISTER, fd, Register.IORING_REGISTER_RING_FDS, update, 1);
    return registered == 1 ? NativeMemory.getInt(update) : (int) Math.min(registered, -1);
  }

  /** {@code IORING_UNREGISTER_RING_FDS}; only on the thread that registered. */
  void unregisterRing(int fd, int index) {
    Syscall.call(
        Nr.IO_URING_REGISTER, fd, Register.IORING_UNREGISTER_RING_FDS, ringUpdate(index, 0), 1);
  }

  private long ringUpdate(int index, int fd) {
    long update = scratch();
    NativeMemory.putInt(update, index);
    NativeMemory.putInt(update + 4, 0);
    NativeMemory.putLong(update + RSRC_UPDATE_DATA, fd);
    return update;
  }

  void free() {
    arguments.close();
    close(timespecs);
    closeFormerTimespecs();
    close(queues);
    close(entries);
  }

  private void closeFormerTimespecs() {
    formerTimespecs.forEach(Mapping::close);
    formerTimespecs.clear();
  }

  private static void close(Mapping mapping) {
    if (mapping != null) {
      mapping.close();
    }
  }

  /** Where an entry of a closed ring is. */
  static long nowhere() {
    return Closed.ZEROS + PAGE / 2;
  }

  static SubmissionQueue closedSubmissionQueue() {
    long zero = Closed.ZEROS;
    return new SubmissionQueue(zero, zero, zero, zero, zero, 0, Layout.SQE_SIZE);
  }

  static CompletionQueue closedCompletionQueue() {
    long zero = Closed.ZEROS;
    return new CompletionQueue(zero, zero, zero, zero, zero, 1, Layout.CQE_SIZE);
  }
}
