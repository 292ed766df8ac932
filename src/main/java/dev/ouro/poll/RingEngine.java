// SPDX-License-Identifier: Apache-2.0
package dev.ouro.poll;

import dev.ouro.linux.Epoll;
import dev.ouro.linux.Errno;
import dev.ouro.linux.EventFd;
import dev.ouro.linux.Fd;
import dev.ouro.linux.LinuxException;
import dev.ouro.linux.Mapping;
import dev.ouro.uring.CqeFlag;
import dev.ouro.uring.OpFlag;
import dev.ouro.uring.Setup;
import dev.ouro.uring.Uring;
import dev.ouro.uring.UringOptions;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;

/**
 * The operations on {@code io_uring(7)}: each is an entry in the submission queue, and leaves with
 * the one system call in which the loop waits anyway.
 */
public final class RingEngine implements Engine {
  private static final int SUBMISSION_ENTRIES = 512;
  // A multishot completion needs room without a submission of its own; overflow costs extra calls.
  private static final int COMPLETION_ENTRIES = 4096;
  // One turn's completions, so that timers and callbacks get their turn under a flood.
  private static final int COMPLETIONS_PER_POLL = 1024;
  // Slots' tokens are not negative: these are the engine's own.
  private static final long WAKE_TOKEN = -1;
  // A cancellation's: this bit, and the token of what it is to end.
  private static final long CANCEL = Long.MIN_VALUE;

  private final Completions completions;
  private final Uring ring;
  private final EventFd wake;
  private final ReceiveBuffers smallBuffers;
  private final ReceiveBuffers largeBuffers;
  private final AddressMemory addresses;
  private final Mapping replay;
  private final Slots<RingOperation> slots = new Slots<>();
  private final List<RingQuickSend> quickSends = new ArrayList<>();
  private final boolean quickSendsAllowed;
  // From the first datagram socket on.
  private RingDatagrams datagrams;
  private Thread owner;
  private boolean closed;

  private RingEngine(
      Completions completions,
      Uring ring,
      EventFd wake,
      ReceiveBuffers smallBuffers,
      ReceiveBuffers largeBuffers,
      AddressMemory addresses,
      Mapping replay) {
    this.completions = completions;
    this.ring = ring;
    this.wake = wake;
    this.smallBuffers = smallBuffers;
    this.largeBuffers = largeBuffers;
    this.addresses = addresses;
    this.replay = replay;
    this.quickSendsAllowed = (ring.setupFlags() & Setup.IORING_SETUP_DEFER_TASKRUN) != 0;
  }

  /**
   * An engine that leaves what completes in {@code completions}.
   *
   * @throws LinuxException EPERM, ENOSYS: rings are forbidden or missing here, its message says
   *     why; ENOMEM: not even a small one fits RLIMIT_MEMLOCK; EMFILE, ENFILE; EINVAL: a kernel
   *     without provided buffer rings. Nothing is left open
   */
  public static RingEngine open(Completions completions) throws LinuxException {
    Uring ring =
        Uring.open(
            UringOptions.entries(SUBMISSION_ENTRIES)
                .withCqEntries(COMPLETION_ENTRIES)
                .withStartDisabled(true));
    EventFd wake = null;
    AddressMemory addresses = null;
    try {
      wake = EventFd.create();
      ReceiveBuffers smallBuffers = ReceiveBuffers.small(ring);
      ReceiveBuffers largeBuffers = ReceiveBuffers.large(ring);
      addresses = AddressMemory.allocate();
      Mapping replay = Mapping.anonymous(ReceiveBuffers.LARGE_BYTES);
      return new RingEngine(completions, ring, wake, smallBuffers, largeBuffers, addresses, replay);
    } catch (LinuxException e) {
      ring.close();
      if (wake != null) {
        wake.close();
      }
      if (addresses != null) {
        addresses.close();
      }
      throw e;
    }
  }

  @Override
  public EngineKind kind() {
    return EngineKind.IO_URING;
  }

  @Override
  public String description() {
    return ring.toString();
  }

  @Override
  public void attach() {
    Thread current = Thread.currentThread();
    if (owner == null) {
      enable();
      owner = current;
      armWake();
    } else if (owner != current) {
      throw ownedBySomebodyElse();
    }
  }

  private IllegalStateException ownedBySomebodyElse() {
    return new IllegalStateException(
        "This loop's ring belongs to thread '"
            + owner.getName()
            + "' (IORING_SETUP_SINGLE_ISSUER), which must run and close it; this is '"
            + Thread.currentThread().getName()
            + "'");
  }

  private void enable() {
    try {
      ring.enable();
    } catch (LinuxException e) {
      throw new IllegalStateException(e);
    }
  }

  private void armWake() {
    // Never read: every signal wakes the poll anew, at no call of ours.
    ring.preparePollAdd(wake.fd().number(), Epoll.EPOLLIN, OpFlag.IORING_POLL_ADD_MULTI)
        .userData(WAKE_TOKEN)
        .submit();
  }

  @Override
  public boolean poll(long timeoutNanos) {
    int result = ring.submitAndWait(timeoutNanos == 0 ? 0 : 1, timeoutNanos);
    // Passing troubles, after which what has completed goes first: overflow, no memory for a
    // request, the time.
    if (result < 0 && result != -Errno.EBUSY && result != -Errno.EAGAIN && result != -Errno.ETIME) {
      throw new IllegalStateException(LinuxException.of("io_uring_enter", result));
    }
    return drain();
  }

  private boolean drain() {
    int count = Math.min(ring.ready(), COMPLETIONS_PER_POLL);
    int read = 0;
    try {
      while (read < count) {
        long token = ring.cqeUserData(read);
        long completion = ring.cqeResultAndFlags(read);
        read++;
        if (token >= 0) {
          add(token, completion);
        } else if (token != WAKE_TOKEN) {
          cancelled(token & ~CANCEL, (int) completion);
        } else if (isTerminal(completion)) {
          armWake();
        }
      }
    } finally {
      ring.advance(read); // a full queue throws: what was read must not come again
    }
    int reported = quickSends.isEmpty() ? 0 : reportQuickSends();
    return count + reported > 0;
  }

  /** Those quick sends that left no completion have succeeded, once all that were left are seen. */
  @SuppressWarnings("ReferenceEquality") // of operations
  private int reportQuickSends() {
    if (ring.pending() > 0 || ring.ready() > 0 || ring.overflowed()) {
      return 0;
    }
    int reported = 0;
    for (int i = 0; i < quickSends.size(); i++) {
      RingQuickSend send = quickSends.get(i);
      if (slots.get(send.token()) == send) {
        slots.release(send.token());
        completions.add(send, send.length(), 0);
        reported++;
      }
    }
    quickSends.clear();
    return reported;
  }

  private void add(long token, long completion) {
    RingOperation operation = slots.get(token);
    if (isTerminal(completion)) {
      slots.release(token);
    }
    completions.add(operation, completion, 0);
  }

  private static boolean isTerminal(long completion) {
    return ((int) (completion >>> Integer.SIZE) & CqeFlag.IORING_CQE_F_MORE) == 0;
  }

  @Override
  public boolean mayHaveCompletions() {
    return ring.ready() > 0 || ring.taskrunPending();
  }

  @Override
  public void wakeup() {
    wake.signal();
  }

  @Override
  public boolean batchesSends() {
    return true;
  }

  @Override
  public StreamChannel stream(Fd fd, StreamListener listener) {
    return new RingStream(this, fd, listener);
  }

  @Override
  public StreamChannel pipe(Fd fd, boolean reads, StreamListener listener) {
    int sizeBytes = ReceiveBuffers.LARGE_BYTES;
    return new PipeChannel(this, completions, fd, reads, listener, replay.address(), sizeBytes);
  }

  @Override
  public DatagramChannel datagram(Fd fd, int family, DatagramListener listener)
      throws LinuxException {
    if (datagrams == null) {
      datagrams = new RingDatagrams(this);
    }
    return datagrams.open(fd, family, listener);
  }

  @Override
  public Acceptor acceptor(Fd fd, AcceptListener listener) {
    return new RingAcceptor(this, fd, listener);
  }

  @Override
  public Operation connect(Fd fd, SocketAddress address, OperationListener listener) {
    return RingConnect.start(this, fd, address, listener);
  }

  @Override
  public Watch watch(int fd, WatchListener listener) {
    return new RingWatch(this, fd, listener);
  }

  @Override
  public void checkMayClose() {
    if (owner != null && owner != Thread.currentThread() && owner.isAlive()) {
      throw ownedBySomebodyElse();
    }
  }

  @Override
  public List<Fd> descriptors() {
    return List.of(ring.descriptor(), wake.fd());
  }

  @Override
  public int operations() {
    return slots.claimed();
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    // Ends what is in flight, or leaks what the kernel does not give back in time.
    ring.close(this::drop);
    slots.forEach(RingOperation::dispose);
    wake.close();
    if (!ring.isQuiet()) {
      return; // what may still be written stays, and operations() says how much that concerns
    }
    slots.forEach(operation -> slots.release(operation.token()));
    addresses.close();
    replay.close();
    if (datagrams != null) {
      datagrams.close();
    }
  }

  /** A completion that was not read: it may be a connection. */
  private void drop(long token, int result, int flags) {
    RingOperation operation = token < 0 ? null : slots.get(token);
    if (operation != null) {
      operation.drop((long) flags << Integer.SIZE | Integer.toUnsignedLong(result));
    }
  }

  // For the operations

  /**
   * The ring, to submit to. Before the first run it takes nothing, and what is started waits in its
   * queue; when that is full, the calling thread becomes the owner after all.
   */
  Uring ring() {
    if (owner == null && ring.pending() >= ring.entries() - 1) {
      attach();
    }
    return ring;
  }

  Slots<RingOperation> slots() {
    return slots;
  }

  ReceiveBuffers smallBuffers() {
    return smallBuffers;
  }

  ReceiveBuffers largeBuffers() {
    return largeBuffers;
  }

  AddressMemory addresses() {
    return addresses;
  }

  /** Whether completions that nobody posted can be told: the kernel ends inline what it submits. */
  boolean allowsQuickSends() {
    return quickSendsAllowed;
  }

  /** Reports {@code send} when the next enter has returned, unless a completion does. */
  void addQuickSend(RingQuickSend send) {
    quickSends.add(send);
  }

  /**
   * Where one piece of held bytes is handed over from, as large as a large buffer; pipes read to
   * it.
   */
  long replayAddress() {
    return replay.address();
  }

  void enqueue(Ready ready) {
    completions.add(ready, 0, 0);
  }

  /** Asks the kernel to end the operation of {@code token}, until it has ended. */
  void cancel(long token) {
    ring().prepareCancel(token, 0).userData(CANCEL | token).submit();
  }

  /**
   * The kernel does not find an operation that is on its way to a thread of its own, such as a
   * connect to a Unix socket: it must be asked again, or that thread waits for ever.
   */
  private void cancelled(long token, int result) {
    if (result == -Errno.ENOENT && slots.get(token) != null) {
      cancel(token);
    }
  }
}
