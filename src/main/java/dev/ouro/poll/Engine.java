// SPDX-License-Identifier: Apache-2.0
package dev.ouro.poll;

import dev.ouro.linux.Fd;
import dev.ouro.linux.LinuxException;
import java.net.SocketAddress;
import java.util.List;

/**
 * One thread's operations on descriptors.
 *
 * <p>An operation is started, runs in the kernel, and ends exactly once; its listener hears of it
 * from the loop's ready queue, never from inside the call that started it. Every operation that the
 * kernel may still complete holds a slot; {@link #operations} counts them.
 */
public interface Engine extends AutoCloseable {
  /** The answer of a call that goes on in the kernel; its listener hears the rest. */
  int PENDING = Integer.MIN_VALUE;

  /** Which kernel interface this is. */
  EngineKind kind();

  /** In a few words, how it was set up: what the machine allowed, and what not. */
  String description();

  /**
   * Makes the calling thread the engine's own, before it polls. Cheap when it is already.
   *
   * @throws IllegalStateException when the engine cannot leave the thread it has
   */
  void attach();

  /**
   * Submits what was started, waits until something completes, and adds all that has completed (at
   * most a bounded number, for fairness) to the {@link Completions}.
   *
   * @param timeoutNanos how long to wait: 0 not at all, negative without limit
   * @return whether anything was added, or {@link #wakeup} was called
   */
  boolean poll(long timeoutNanos);

  /**
   * Whether {@link #poll} would find something, as cheaply as can be told: what a spinning loop
   * asks between two polls. May say yes too often.
   */
  boolean mayHaveCompletions();

  /** Ends a {@link #poll} that waits, or the next one that would. From any thread. Never lost. */
  void wakeup();

  /**
   * Whether small sends are better collected until the end of the turn, where they leave with the
   * submission that the loop makes anyway.
   */
  boolean batchesSends();

  /**
   * Makes a connected stream socket an operand. The channel owns {@code fd}, and sets or clears its
   * {@code O_NONBLOCK} as the engine needs it.
   */
  StreamChannel stream(Fd fd, StreamListener listener);

  /**
   * Makes one direction of a pipe, FIFO, terminal, character device or socket an operand. The
   * channel owns {@code fd}, and sets its {@code O_NONBLOCK}.
   *
   * @param reads whether it is the direction that reads; the other one's {@link
   *     StreamChannel#startReceiving} waits for the reader to go away, and {@link
   *     StreamListener#endOfStream} says that it has
   */
  StreamChannel pipe(Fd fd, boolean reads, StreamListener listener);

  /**
   * Makes a datagram socket an operand. The channel owns {@code fd}, as a stream does.
   *
   * @param family the socket's, {@code AF_*}
   * @throws LinuxException ENOMEM, ENOSPC: no room for one more; {@code fd} stays the caller's
   */
  DatagramChannel datagram(Fd fd, int family, DatagramListener listener) throws LinuxException;

  /** Makes a listening socket an operand. The acceptor owns {@code fd}, as a channel does. */
  Acceptor acceptor(Fd fd, AcceptListener listener);

  /**
   * Connects a socket, {@code connect(2)}; the listener hears 0 or −errno, once.
   *
   * @return the operation, to cancel it; the descriptor stays the caller's, and must stay open
   *     until the listener was called
   */
  Operation connect(Fd fd, SocketAddress address, OperationListener listener);

  /**
   * Makes any descriptor one that can be watched level-triggered, {@link Watch#interest}; for
   * nothing to begin with. The descriptor stays the caller's.
   */
  Watch watch(int fd, WatchListener listener);

  /**
   * Whether the calling thread may {@link #close}: not while the thread that has run the engine
   * lives, where that is another one and the kernel ties the engine to it.
   *
   * @throws IllegalStateException it may not
   */
  default void checkMayClose() {}

  /** The engine's own descriptors, for whoever finds it unclosed. */
  List<Fd> descriptors();

  /** How many operations the kernel may still complete, without the engine's own. */
  int operations();

  /**
   * Ends everything and frees the engine's descriptors. Operations that are still running are
   * cancelled without a word to their listeners; memory that the kernel does not give back within a
   * bounded time is leaked, and said so, never freed: {@link #operations} is not 0 then.
   * Descriptors of channels and acceptors close.
   */
  @Override
  void close();
}
