// SPDX-License-Identifier: Apache-2.0
package dev.ouro.transport;

import dev.ouro.linux.Errno;
import dev.ouro.linux.SockAddr;
import dev.ouro.linux.Socket;
import dev.ouro.linux.SocketCalls;
import dev.ouro.loop.Future;
import java.net.SocketAddress;

/**
 * {@code connect(2)}: once it goes on by itself, writability ends it, and {@code SO_ERROR} says
 * how.
 */
final class SocketConnect extends SocketOperation<Void> {
  private final Scratch scratch;
  private final SocketAddress address;
  private boolean goesOn;

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
    return result;
  }

  @Override
  boolean waitsAfter(int errno) {
    // Not EAGAIN: a Unix listener's backlog is full, and no readiness tells when it is not.
    return errno == Errno.EINPROGRESS || errno == Errno.EALREADY;
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
