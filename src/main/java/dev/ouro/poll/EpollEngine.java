// SPDX-License-Identifier: Apache-2.0
package dev.ouro.poll;

import dev.ouro.linux.Epoll;
import dev.ouro.linux.EventFd;
import dev.ouro.linux.Fd;
import dev.ouro.linux.LinuxException;
import dev.ouro.linux.Mapping;
import dev.ouro.linux.MessageArray;
import dev.ouro.linux.NativeMemory;
import dev.ouro.linux.SockAddrCache;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * The operations on {@code epoll(7)}: an event says that a descriptor may be ready, its {@link
 * EpollTarget} makes the call when its turn comes.
 */
public final class EpollEngine implements Engine {
  /** How much one {@code recv(2)} takes, asyncio's own figure: it serves large messages whole. */
  static final int RECEIVE_BYTES = 256 * 1024;

  private static final int EVENTS_PER_POLL = 256;
  private static final int SCRATCH_BYTES = 4096;
  private static final long WAKE_TOKEN = -1;

  private final Completions completions;
  private final Epoll epoll;
  private final EventFd wake;
  private final Mapping memory;
  private final Slots<EpollTarget> targets = new Slots<>();
  private final long receiveAddress;
  private final ByteBuffer receiveView;
  // From the first datagram socket on.
  private DatagramBatch datagrams;
  private MessageArray receiveMessage;
  private boolean closed;

  private EpollEngine(Completions completions, Epoll epoll, EventFd wake, Mapping memory) {
    this.completions = completions;
    this.epoll = epoll;
    this.wake = wake;
    this.memory = memory;
    this.receiveAddress = memory.address() + SCRATCH_BYTES;
    this.receiveView = NativeMemory.buffer(receiveAddress, RECEIVE_BYTES);
  }

  /**
   * An engine that leaves what completes in {@code completions}.
   *
   * @throws LinuxException EMFILE, ENFILE: no descriptor is free; ENOMEM. Nothing is left open
   */
  public static EpollEngine open(Completions completions) throws LinuxException {
    Epoll epoll = Epoll.create(EVENTS_PER_POLL);
    EventFd wake = null;
    try {
      wake = EventFd.create();
      Mapping memory = Mapping.anonymous(SCRATCH_BYTES + RECEIVE_BYTES);
      // Edge-triggered and never read: every signal is an edge of its own, at no call of ours.
      int added = epoll.add(wake.fd().number(), Epoll.EPOLLIN | Epoll.EPOLLET, WAKE_TOKEN);
      LinuxException.check("epoll_ctl", added);
      return new EpollEngine(completions, epoll, wake, memory);
    } catch (LinuxException e) {
      if (wake != null) {
        wake.close();
      }
      epoll.close();
      throw e;
    }
  }

  @Override
  public EngineKind kind() {
    return EngineKind.EPOLL;
  }

  @Override
  public String description() {
    return "epoll, edge-triggered";
  }

  @Override
  public void attach() {
    // An epoll instance serves any thread.
  }

  @Override
  public boolean poll(long timeoutNanos) {
    int count = epoll.await(timeoutNanos);
    if (count < 0) {
      throw new IllegalStateException(LinuxException.of("epoll_pwait2", count));
    }
    for (int i = 0; i < count; i++) {
      long token = epoll.data(i);
      if (token != WAKE_TOKEN) {
        EpollTarget target = targets.get(token);
        if (target != null) {
          target.report(epoll.events(i));
        }
      }
    }
    return count > 0;
  }

  /** Always true: only the kernel knows, and asking it is what {@link #poll} does. */
  @Override
  public boolean mayHaveCompletions() {
    return true;
  }

  @Override
  public void wakeup() {
    wake.signal();
  }

  @Override
  public boolean batchesSends() {
    return false;
  }

  @Override
  public StreamChannel stream(Fd fd, StreamListener listener) {
    return new EpollStream(this, fd, listener);
  }

  @Override
  public StreamChannel pipe(Fd fd, boolean reads, StreamListener listener) {
    return new PipeChannel(this, completions, fd, reads, listener, receiveAddress, RECEIVE_BYTES);
  }

  @Override
  public DatagramChannel datagram(Fd fd, int family, DatagramListener listener)
      throws LinuxException {
    if (datagrams == null) {
      datagrams = DatagramBatch.allocate(new SockAddrCache());
    }
    return new EpollDatagram(this, fd, listener, datagrams);
  }

  @Override
  public Acceptor acceptor(Fd fd, AcceptListener listener) {
    return new EpollAcceptor(this, fd, listener);
  }

  @Override
  public Operation connect(Fd fd, SocketAddress address, OperationListener listener) {
    return EpollConnect.start(this, fd, address, listener);
  }

  @Override
  public Watch watch(int fd, WatchListener listener) {
    return new EpollWatch(this, fd, listener);
  }

  @Override
  public List<Fd> descriptors() {
    return List.of(epoll.fd(), wake.fd());
  }

  @Override
  public int operations() {
    return targets.claimed();
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    targets.forEach(EpollTarget::dispose);
    wake.close();
    epoll.close();
    memory.close();
    if (datagrams != null) {
      datagrams.close();
    }
    if (receiveMessage != null) {
      receiveMessage.close();
    }
  }

  // For the targets

  Epoll epoll() {
    return epoll;
  }

  Slots<EpollTarget> targets() {
    return targets;
  }

  void enqueue(Ready ready) {
    completions.add(ready, 0, 0);
  }

  /** Where {@link #RECEIVE_BYTES} can be received to; in use only while they are handed over. */
  long receiveAddress() {
    return receiveAddress;
  }

  /** The first {@code length} bytes at {@link #receiveAddress}. */
  ByteBuffer receiveView(int length) {
    return receiveView.clear().limit(length).order(ByteOrder.BIG_ENDIAN);
  }

  /** One message, which receives to {@link #receiveAddress}; made with the first Unix stream. */
  MessageArray receiveMessage() throws LinuxException {
    if (receiveMessage == null) {
      receiveMessage = MessageArray.allocate(1, 1);
      receiveMessage.iovec(0, receiveAddress, RECEIVE_BYTES);
      receiveMessage.toReceiveBytes(0, 0);
    }
    return receiveMessage;
  }

  /** Memory for one call's arguments, {@link dev.ouro.linux.SockAddr#SIZE_BYTES} and more. */
  long scratch() {
    return memory.address();
  }
}
