// SPDX-License-Identifier: Apache-2.0
package dev.ouro.transport;

import dev.ouro.linux.LinuxException;
import dev.ouro.linux.Signal;

/**
 * A child process: asyncio's {@code SubprocessTransport}. Only the loop's thread may call.
 *
 * <p>Signals go to the child's pidfd, so never to another process that has got its number. {@code
 * getExtraInfo("subprocess")} answers its {@link dev.ouro.linux.PidFd}.
 */
public interface SubprocessTransport extends BaseTransport {
  /** The child's process number. */
  int getPid();

  /**
   * How the child ended: its exit status, or minus the number of the signal that ended it; null
   * while it runs, or while the loop has not heard of its end. 255 when somebody else waited for
   * the child.
   */
  Integer getReturncode();

  /**
   * The transport of a pipe.
   *
   * @param fd the child's descriptor
   * @return a {@link WriteTransport} for 0, a {@link ReadTransport} for 1 and 2; null where there
   *     is no pipe
   */
  BaseTransport getPipeTransport(int fd);

  /**
   * Sends a signal, also when the loop is closed; does nothing when the child has ended.
   *
   * @throws dev.ouro.linux.ProcessLookupException after {@link BaseProtocol#connectionLost}, and
   *     for whoever goes on after {@link SubprocessProtocol#processExited} of a child without pipes
   * @throws LinuxException EPERM: the child has become another user's
   */
  void sendSignal(Signal signal) throws LinuxException;

  /**
   * {@link #sendSignal(Signal)} by number.
   *
   * @throws IllegalArgumentException there is no such signal
   */
  default void sendSignal(int signum) throws LinuxException {
    sendSignal(Signal.of(signum));
  }

  /** Sends SIGTERM, as {@link #sendSignal(Signal)}. */
  default void terminate() throws LinuxException {
    sendSignal(Signal.SIGTERM);
  }

  /** Sends SIGKILL, as {@link #sendSignal(Signal)}. */
  default void kill() throws LinuxException {
    sendSignal(Signal.SIGKILL);
  }

  /**
   * Closes the pipes, and kills the child if it still runs. Its end is reported as any other,
   * unless the loop was closed before: then the child goes on until this kills it. A second call
   * does nothing.
   */
  @Override
  void close();
}
