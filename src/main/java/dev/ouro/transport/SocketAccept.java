// SPDX-License-Identifier: Apache-2.0
package dev.ouro.transport;

import dev.ouro.linux.Fd;
import dev.ouro.linux.Socket;
import dev.ouro.linux.SocketCalls;

/** {@code accept4(2)}. */
final class SocketAccept extends SocketOperation<AcceptedSocket> {
  private final Socket listener;
  private final Scratch scratch;

  private final Created<AcceptedSocket> result;

  SocketAccept(Socket listener, Scratch scratch, Created<AcceptedSocket> result) {
    super(listener.fd(), "accept4", result);
    this.result = result;
    this.listener = listener;
    this.scratch = scratch;
  }

  @Override
  int call(int number) {
    scratch.prepareAddress();
    return SocketCalls.accept(number, scratch.address(), scratch.addressLength());
  }

  @Override
  void whenCancelled(Runnable callback) {
    result.whenCancelled(callback);
  }

  @Override
  void succeeded(int accepted) {
    Socket conn = Socket.accepted(new Fd(accepted), listener);
    result.setResult(new AcceptedSocket(conn, scratch.readAddress()));
  }
}
