// SPDX-License-Identifier: Apache-2.0
package dev.ouro.transport;

import dev.ouro.linux.Errno;
import dev.ouro.linux.SockAddr;
import dev.ouro.linux.Socket;
import dev.ouro.linux.SocketCalls;
import dev.ouro.linux.UnixAddress;
import dev.ouro.loop.Future;
import java.net.SocketAddress;
import java.time.Duration;

/**
 * {@code connect(2)}: once it goes on by itself, writability ends it, and {@code SO_ERROR} says
 * how. To a Unix listener whose backlog is full it waits, as a blocking socket does: no readiness
 * tells when it is not, and asyncio takes the writability of a socket that is not connected for
 * success.
 */
final class SocketConnect extends SocketOperation<Void> {
  private final Scratch scratch;
  private final SocketAddress address;
  private final RetryDelay retryDelay = new RetryDelay();
  private boolean goesOn;
  private boolean backlogFull;

  SocketConnect(Socket sock, Scratch scratch, Future<Void> result, SocketAddress address) {
    super(sock.fd(), "connect", result);
    this.scratch = scratch;
    this.address = address;
  }

  @Override
  int call(int number) {
    if (goesOn) {
      return -Math.abs(SocketCalls.pendingError(number, scratch.address()));
    }
    int length = SockAddr.write(address, scratch.address());
    int result = SocketCalls.connect(number, scratch.address(), length);
    // EALREADY: one that was cancelled goes on in the kernel.
    goesOn = result == -Errno.EINPROGRESS || result == -Errno.EALREADY;
    backlogFull = result == -Errno.EAGAIN && address instanceof UnixAddress;
    return result;
  }

  @Override
  boolean waitsAfter(int errno) {
    return errno == Errno.EINPROGRESS
        || errno == Errno.EALREADY
        || errno == Errno.EAGAIN && backlogFull;
  }

  @Override
  Duration retryDelay() {
    return backlogFull ? retryDelay.next() : null;
  }

  @Override
  void succeeded(int answer) {
    result().setResult(null);
  }

  @Override
  String detail() {
    return "Connect call failed " + address;
  }
}
