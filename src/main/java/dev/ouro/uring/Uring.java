// SPDX-License-Identifier: Apache-2.0
package dev.ouro.uring;

import dev.ouro.linux.Errno;
import dev.ouro.linux.Fd;
import dev.ouro.linux.LinuxException;
import dev.ouro.linux.NativeMemory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * An io_uring: operations go in, completions come out.
 *
 * {@snippet :
 * try (Uring ring = Uring.open(UringOptions.entries(256))) {
 *   ring.prepareRecv(fd, buffer).userData(7).submit();
 *   ring.submitAndWait(1);
 *   ring.forEachCompletion((userData, result, flags) -> System.out.println(result));
 * }
 * }
 *
 * <p><b>Threads.</b> A ring belongs to the platform thread that enabled it, {@link #open} or {@link
 * #enable}. All methods are for that thread only, except {@link #fd}. Where the kernel can tell
 * (with {@link Setup#IORING_SETUP_SINGLE_ISSUER}) and where it costs nothing, another thread gets
 * an {@link IllegalStateException}; another thread's {@code prepare…} is not noticed: two threads
 * at once spoil the queue, and one that fills an entry while the owner closes or resizes the ring
 * may end the process. A virtual thread cannot own a ring, but may use it while the owner carries
 * it.
 *
 * <p><b>Submitting.</b> {@code prepare…} fills an entry, {@link Sqe#submit} queues it, {@link
 * #submit} or {@link #submitAndWait(int)} shows the queue to the kernel, in one system call. Where
 * the queue is full, {@code prepare…} shows it first.
 *
 * <p><b>Results.</b> Hot calls answer ≥ 0 or −errno; nothing is lost by an error of theirs: what
 * the kernel did not take stays queued.
 *
 * <p><b>Memory.</b> What an operation points to belongs to the kernel until its last completion.
 *
 * @see <a href="https://man7.org/linux/man-pages/man7/io_uring.7.html">io_uring(7)</a>
 */
public final class Uring
    implements RingOperations, SocketOperations, FileOperations, RegisterOperations, AutoCloseable {
  private final UringOptions options;
  private final UringSetup setup;
  private final RingCalls calls;
  private final UringMemory memory;
  private final Sqe sqe = new Sqe(this);
  private final List<BufferRing> bufferRings = new ArrayList<>();
  private final Submitter submitter;
  private UringProbe probe;

  private SubmissionQueue sq;
  private CompletionQueue cq;
  private boolean quiet;
  private boolean wideEntries;

  private Uring(UringOptions options, UringSetup setup, UringMemory memory) {
    this.options = options;
    this.setup = setup;
    this.calls = new RingCalls(setup.fd, setup.setupFlags);
    this.memory = memory;
    this.submitter = new Submitter(setup, calls, memory);
    this.wideEntries = has(Setup.IORING_SETUP_SQE128);
    use(memory.submissionQueue(), memory.completionQueue());
  }

  private void use(SubmissionQueue submissionQueue, CompletionQueue completionQueue) {
    if (cq != null) {
      cq.abandon();
    }
    sq = submissionQueue;
    cq = completionQueue;
    submitter.use(sq, cq);
  }

  private boolean has(int setupFlag) {
    return (setup.setupFlags & setupFlag) != 0;
  }

  /**
   * {@code io_uring_setup(2)}, by trial: the best flags that the kernel takes, unless the options
   * name them; fewer entries when memory is short.
   *
   * @throws LinuxException EPERM: forbidden, by a seccomp filter or by {@code
   *     kernel.io_uring_disabled}, the message says which; ENOSYS: the kernel has none, or too old
   *     a one; ENOMEM: RLIMIT_MEMLOCK is too low even for the smallest ring; EMFILE, ENFILE: no
   *     descriptor is free
   * @throws IllegalStateException on a virtual thread, unless the ring starts disabled
   */
  public static Uring open(UringOptions options) throws LinuxException {
    if (!Objects.requireNonNull(options, "options").startDisabled()) {
      checkPlatformThread();
    }
    return openHere(options);
  }

  /** {@link #open}, on a virtual thread too, which must not yield before it has closed the ring. */
  static Uring openHere(UringOptions options) throws LinuxException {
    UringMemory memory = null;
    UringSetup setup = null;
    Uring ring = null;
    try {
      memory = new UringMemory();
      setup = UringSetup.open(options, memory.params());
      RingCalls.tryEnter(setup.fd);
      memory.map(setup.fd, setup.setupFlags);
      ring = new Uring(options, setup, memory);
      if (!options.startDisabled()) {
        ring.enableHere();
      }
      return ring;
    } catch (LinuxException | RuntimeException | Error e) {
      if (setup != null) {
        setup.fd.close();
      }
      if (memory != null) {
        memory.free();
      }
      throw e;
    }
  }

  /**
   * {@code IORING_REGISTER_ENABLE_RINGS}: the calling thread becomes the ring's owner. Also
   * registers the ring's descriptor with the thread, which makes every enter cheaper, where the
   * kernel can.
   *
   * @throws IllegalStateException when the ring has an owner, or on a virtual thread
   * @throws LinuxException as {@code io_uring_register(2)}
   */
  public void enable() throws LinuxException {
    checkPlatformThread();
    enableHere();
  }

  private void enableHere() throws LinuxException {
    calls.enable(has(Setup.IORING_SETUP_R_DISABLED), memory);
  }

  // ---------------------------------------------------------------- preparing

  @Override
  public Sqe prepare(int op, int fd, long off, long addr, int len, int opFlags) {
    if (!sq.hasRoom()) {
      submitter.makeRoom();
    }
    sqe.moveTo(sq.tailEntry());
    if (wideEntries) {
      NativeMemory.zero(sq.tailEntry() + Layout.SQE_SIZE, Layout.SQE_SIZE);
    }
    return sqe.fill(op, fd, off, addr, len, opFlags);
  }

  @Override
  public long timespec(long nanos) {
    calls.checkOpen();
    int index = sq.indexOf(sqe.address());
    if (index < 0 || index >= sq.entries()) {
      throw new IllegalStateException("no entry is prepared");
    }
    return memory.timespec(index, nanos);
  }

  void commit() {
    if (sqe.address() != sq.tailEntry()) {
      throw new IllegalStateException("no entry is prepared: Sqe.submit was called already");
    }
    sq.commit();
  }

  // ---------------------------------------------------------------- entering

  /**
   * {@code io_uring_enter(2)} with what is queued. Waits for nothing; makes no deferred
   * completions. No system call when nothing is queued.
   *
   * @return how many entries the kernel took: all, unless an entry was bad and the ring has no
   *     {@link Setup#IORING_SETUP_SUBMIT_ALL}, or memory ran out; the rest stays queued. Or
   *     −EAGAIN, −EBUSY: it took none; read completions and call again
   * @throws IllegalStateException on a thread that does not own the ring, or before it is enabled
   */
  public int submit() {
    return submitter.submit();
  }

  /** {@link #submitAndWait(int, long)} without limit. */
  public int submitAndWait(int waitNr) {
    return submitAndWait(waitNr, -1);
  }

  /**
   * {@code io_uring_enter(2)} with what is queued, that waits until {@code waitNr} completions can
   * be read, or for {@code timeoutNanos}. Deferred completions are made. No system call when that
   * would do nothing: see {@link #needsEnter}.
   *
   * <p>A signal does not end the wait: it goes on for the rest of the time. When the kernel takes
   * only a part of the queue it does not wait.
   *
   * @param waitNr 0 not to wait at all; never more is waited for than fit the queue
   * @param timeoutNanos 0 not to wait at all, negative without limit
   * @return how many entries the kernel took; when it took none, −ETIME if the time was over,
   *     −EAGAIN, −EBUSY as {@link #submit}. {@link #ready} says what there is to read, also after
   *     an error
   * @throws IllegalStateException on a thread that does not own the ring, or before it is enabled
   */
  public int submitAndWait(int waitNr, long timeoutNanos) {
    if (waitNr <= 0 || timeoutNanos == 0) {
      checkNotNegative("waitNr", waitNr);
      return submitter.submitAndPoll();
    }
    return submitter.await(waitNr, timeoutNanos, 0);
  }

  /**
   * {@link #submitAndWait(int, long)} that gathers a batch: it waits for {@code waitNr} completions
   * for {@code minWaitMicros}, then for a single one.
   */
  public int submitAndWaitBatch(int waitNr, int minWaitMicros, long timeoutNanos) {
    checkNotNegative("minWaitMicros", minWaitMicros);
    if (waitNr <= 0 || timeoutNanos == 0 || minWaitMicros == 0) {
      return submitAndWait(Math.min(waitNr, 1), timeoutNanos);
    }
    return submitter.awaitBatch(waitNr, minWaitMicros, timeoutNanos);
  }

  /**
   * {@link #submitAndWait(int, long)} up to a point in time, {@link Enter#IORING_ENTER_ABS_TIMER}.
   *
   * @param deadlineNanos by the ring's clock: {@link System#nanoTime}, which is {@code
   *     CLOCK_MONOTONIC}, unless {@link #registerClock} has chosen another
   */
  public int submitAndWaitUntil(int waitNr, long deadlineNanos) {
    if (waitNr <= 0 || deadlineNanos <= 0) {
      return submitAndWait(Math.min(waitNr, 0));
    }
    return submitter.awaitUntil(waitNr, deadlineNanos);
  }

  /**
   * {@link #submitAndWaitBatch} as {@code waits} say at {@code index}, {@link
   * Enter#IORING_ENTER_EXT_ARG_REG}.
   *
   * @throws IllegalArgumentException {@code waits} are another ring's
   */
  public int submitAndWait(int waitNr, RegisteredWaits waits, int index) {
    long timeoutNanos = waits.timeoutNanos(this, index);
    if (waitNr <= 0) {
      return submitAndWait(waitNr);
    }
    return submitter.awaitRegistered(
        waitNr, timeoutNanos, waits.minWaitMicros(index), waits.offset(index));
  }

  /**
   * Whether completions wait for an enter, as cheaply as can be told: one load. What a thread that
   * spins asks, together with {@link #ready}.
   */
  public boolean taskrunPending() {
    return submitter.taskrunPending();
  }

  /**
   * Whether an enter that does not wait would do anything: entries are queued, or completions wait.
   */
  public boolean needsEnter() {
    return sq.pending() != 0 || taskrunPending();
  }

  /** How many entries are queued that the kernel has not taken. */
  public int pending() {
    return sq.pending();
  }

  // ---------------------------------------------------------------- completions

  /**
   * Hands over every completion that is there, in order, and gives their entries back to the
   * kernel. When {@code handler} resizes the ring the rest is left to the next call; when it closes
   * the ring there is no rest.
   *
   * @return how many
   */
  public int forEachCompletion(CompletionHandler handler) {
    return cq.drain(handler, Integer.MAX_VALUE);
  }

  /** {@link #forEachCompletion(CompletionHandler)}, at most {@code max}, for fairness. */
  public int forEachCompletion(CompletionHandler handler, int max) {
    checkNotNegative("max", max);
    return cq.drain(handler, max);
  }

  /** How many completions can be read without an enter. */
  public int ready() {
    return cq.ready();
  }

  /** The user data of the completion {@code index}, 0 ≤ {@code index} &lt; {@link #ready}. */
  public long cqeUserData(int index) {
    return NativeMemory.getLong(cq.address(index));
  }

  /**
   * The result in the lower half and the flags in the upper half of the completion {@code index}:
   * one load for both.
   */
  public long cqeResultAndFlags(int index) {
    return NativeMemory.getLong(cq.address(index) + Layout.CQE_RESULT);
  }

  /** The result of the completion {@code index}. */
  public int cqeResult(int index) {
    return (int) cqeResultAndFlags(index);
  }

  /** The flags of the completion {@code index}: {@link CqeFlag}. */
  public int cqeFlags(int index) {
    return (int) (cqeResultAndFlags(index) >>> 32);
  }

  /**
   * The second half of the completion {@code index} of 32 bytes: in a ring with {@link
   * Setup#IORING_SETUP_CQE32} all have it, in one with {@link Setup#IORING_SETUP_CQE_MIXED} those
   * with {@link CqeFlag#IORING_CQE_F_32}, which there take two places: the next one is {@code index
   * + 2}, and {@link #ready} and {@link #advance} count both.
   *
   * @param word 0 or 1
   * @throws IllegalStateException the completion has no second half
   */
  public long cqeExtra(int index, int word) {
    if (!has(Setup.IORING_SETUP_CQE32)
        && (!has(Setup.IORING_SETUP_CQE_MIXED)
            || (cqeFlags(index) & CqeFlag.IORING_CQE_F_32) == 0)) {
      throw new IllegalStateException("the completion has 16 bytes");
    }
    return NativeMemory.getLong(
        cq.address(index) + Layout.CQE_EXTRA + 8L * Objects.checkIndex(word, 2));
  }

  /** The first {@code count} completions were read: their entries go back to the kernel. */
  public void advance(int count) {
    if (count < 0 || count > cq.ready()) {
      throw new IllegalArgumentException("count: " + count + ", ready: " + cq.ready());
    }
    cq.advance(count);
    cq.publish();
  }

  // ---------------------------------------------------------------- registering

  /**
   * {@code io_uring_register(2)}.
   *
   * @param op {@code IORING_REGISTER_*}, see {@link Register}
   * @param arg the argument's address, or 0
   * @param count how many the argument has
   * @return ≥ 0 or −errno
   * @throws IllegalStateException on a thread that does not own the ring, or the ring is closed
   */
  @Override
  public int register(int op, long arg, int count) {
    return calls.register(op, arg, count);
  }

  /** {@link #register} for calls that set something up. */
  int registerChecked(String what, int op, long arg, int count) throws LinuxException {
    return calls.registerChecked(what, op, arg, count);
  }

  /**
   * {@link Enter#IORING_CQ_EVENTFD_DISABLED}: whether completions signal the eventfd of {@link
   * #registerEventFd}; at first they do. No system call.
   */
  public void signalEventFd(boolean enabled) {
    calls.checkOpen();
    cq.disableEventFd(!enabled);
  }

  @Override
  public void registerClock(int clockId) throws LinuxException {
    RegisterOperations.super.registerClock(clockId);
    submitter.clock(clockId);
  }

  /**
   * {@code IORING_REGISTER_SYNC_CANCEL}: cancels, and waits until what was cancelled has ended; the
   * completions come with the next enter.
   *
   * @param cancelFlags {@code IORING_ASYNC_CANCEL_*}, see {@link OpFlag}
   * @return with {@link OpFlag#IORING_ASYNC_CANCEL_ALL} how many were cancelled, 0 where nothing
   *     matched; without it 0, or −ENOENT: nothing matched. −ETIME: it still runs; −EINVAL: the
   *     kernel has no such call
   * @throws IllegalArgumentException a negative {@code timeout}
   */
  public int cancelAndWait(long userData, int fd, int cancelFlags, Duration timeout) {
    if (timeout.isNegative()) {
      throw new IllegalArgumentException("timeout: " + timeout);
    }
    calls.checkOpen();
    long nanos = UringOptions.nanos(timeout);
    long arg = memory.syncCancelArgument(userData, fd, cancelFlags, nanos);
    int result;
    do {
      result = register(Register.IORING_REGISTER_SYNC_CANCEL, arg, 1);
    } while (result == -Errno.EINTR);
    return result;
  }

  /**
   * {@code IORING_REGISTER_RESIZE_RINGS}: gives the queues another size. What is queued, and what
   * waits to be read, moves along; an {@link Sqe} that is prepared but not submitted is dropped.
   *
   * @param cqEntries at least {@code entries}
   * @throws LinuxException EINVAL: the kernel, or this ring's setup, cannot; EOVERFLOW: more waits
   *     than would fit; ENOMEM. The ring goes on as it was
   */
  public void resize(int entries, int cqEntries) throws LinuxException {
    if (entries <= 0) {
      throw new IllegalArgumentException("entries: " + entries);
    } else if (cqEntries < entries) {
      throw new IllegalArgumentException("cqEntries: " + cqEntries);
    }
    calls.checkOpen();
    boolean pending = sq.publish() > 0;
    cq.publish();
    long params = memory.resizeParams(entries, cqEntries);
    registerChecked("resize", Register.IORING_REGISTER_RESIZE_RINGS, params, 1);
    memory.remap(setup.fd, setup.setupFlags, pending);
    use(memory.submissionQueue(), memory.completionQueue());
    sqe.moveTo(memory.scratch());
  }

  /** For what closes before or after its ring. */
  void unregister(int op) {
    if (!calls.isClosed()) {
      calls.register(op, 0, 0);
    }
  }

  void add(BufferRing bufferRing) {
    bufferRings.add(bufferRing);
  }

  // ---------------------------------------------------------------- what it is

  /**
   * The ring's descriptor: for messages from other rings, and for epoll, which reports it readable
   * when completions can be read.
   *
   * <p>An epoll that has found the ring silent once does not hear of completions that are deferred
   * ({@link Setup#IORING_SETUP_DEFER_TASKRUN}; seen on Linux 6.18): wake it by {@link
   * #registerEventFd}, which is signalled for those too.
   */
  public int fd() {
    return setup.fd.number();
  }

  /**
   * {@link #fd} as an object that closes once: for whoever finds a ring that its owner has left
   * unclosed. To close it ends the ring without waiting for anything, and without freeing memory.
   */
  public Fd descriptor() {
    return setup.fd;
  }

  /** The flags it was set up with: {@link Setup}. */
  public int setupFlags() {
    return setup.setupFlags;
  }

  /** {@code IORING_FEAT_*}: {@link Setup}. */
  public int features() {
    return setup.features;
  }

  /** The submission queue's size. */
  public int entries() {
    return sq.entries();
  }

  /** The completion queue's size. */
  public int cqEntries() {
    return cq.entries();
  }

  /** The thread that owns the ring, or null while it is not enabled, and when it is closed. */
  public Thread owner() {
    return calls.owner();
  }

  /** How many completions were lost: 0, since the kernel keeps those that do not fit. */
  public int overflow() {
    return cq.overflow();
  }

  /**
   * Whether completions are kept outside the queue because it was full; the next enter brings them.
   */
  public boolean overflowed() {
    return (sq.flags() & Enter.IORING_SQ_CQ_OVERFLOW) != 0;
  }

  /** How many entries the kernel dropped because their index was wrong: 0. */
  public int dropped() {
    return sq.dropped();
  }

  /** Whether the kernel has the operation {@code op}: {@link Op}. */
  public boolean supports(int op) {
    return probe().supports(op);
  }

  /** What else the kernel has. Asked once, when first called. */
  public UringProbe probe() {
    if (probe == null) {
      probe = UringProbe.of(this);
    }
    return probe;
  }

  @Override
  public String toString() {
    return "io_uring "
        + (calls.isClosed() ? "closed" : "fd " + setup.fd.number())
        + ", setup 0x"
        + Integer.toHexString(setup.setupFlags);
  }

  // ---------------------------------------------------------------- closing

  private boolean ownerHasEnded() {
    return calls.awaitOwnersEnd(UringOptions.nanos(options.closeTimeout()));
  }

  private boolean reachQuiescence(CompletionHandler unread) {
    return Quiescence.reach(this, UringOptions.nanos(options.closeTimeout()), unread);
  }

  /**
   * Cancels what still runs, waits for it for a bounded time, and frees everything. What is queued
   * but not submitted is dropped, what completed but was not read too.
   *
   * <p>When an operation does not end in time the memory that it may still write (that of buffer
   * rings) is leaked, and a warning logged; it is never freed.
   *
   * @throws IllegalStateException on a thread that does not own the ring, while the owner lives
   */
  @Override
  public void close() {
    close((userData, result, flags) -> {});
  }

  /**
   * {@link #close()} where what completed may hold something: a descriptor that was accepted or
   * opened is nobody's otherwise.
   *
   * @param unread gets what completed and was not read, also of what is cancelled now; it must not
   *     use the ring. What it throws comes out, of a ring that is closed
   */
  public void close(CompletionHandler unread) {
    if (calls.isClosed()) {
      return;
    }
    Thread owner = calls.owner();
    boolean foreign = owner != null && calls.isForeign();
    if (foreign && owner.isAlive()) {
      throw calls.wrongThread();
    }
    try {
      quiet = owner == null || (foreign ? ownerHasEnded() : reachQuiescence(unread));
      cq.drain(unread, Integer.MAX_VALUE);
    } finally {
      free();
    }
  }

  private void free() {
    calls.close(memory);
    use(UringMemory.closedSubmissionQueue(), UringMemory.closedCompletionQueue());
    wideEntries = false;
    sqe.moveTo(UringMemory.nowhere());
    for (BufferRing bufferRing : bufferRings) {
      bufferRing.ringClosed(quiet);
    }
    memory.free();
  }

  /**
   * Whether everything had ended when this was {@link #close}d: then the memory and descriptors of
   * its operations can be used for something else. False before.
   */
  public boolean isQuiet() {
    return quiet;
  }

  /** Forgets what is queued, where that is still possible. */
  void discardQueued() {
    if (!has(Setup.IORING_SETUP_SQPOLL)) {
      sq.discard();
    }
  }

  private static void checkPlatformThread() {
    if (Thread.currentThread().isVirtual()) {
      throw new IllegalStateException("a virtual thread cannot own a ring");
    }
  }

  private static void checkNotNegative(String name, int value) {
    if (value < 0) {
      throw new IllegalArgumentException(name + ": " + value);
    }
  }
}
