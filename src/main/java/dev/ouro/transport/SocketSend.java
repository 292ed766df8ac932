// SPDX-License-Identifier: Apache-2.0
package dev.ouro.transport;

import dev.ouro.linux.SockAddr;
import dev.ouro.linux.Socket;
import dev.ouro.linux.SocketCalls;
import dev.ouro.linux.SocketConstants;
import dev.ouro.linux.UnixAddress;
import dev.ouro.loop.Future;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;

/** {@code send(2)} until all is sent, and {@code sendto(2)} once. */
final class SocketSend {
  /** How much one call copies from the heap. */
  private static final int COPY_BYTES = 256 * 1024;

  private SocketSend() {}

  /** A stream's bytes, piece by piece as there is room. */
  static final class All extends SocketOperation<Void> {
    private final Scratch scratch;
    private final ByteBuffer data;
    private final boolean stream;

    All(Socket sock, Scratch scratch, Future<Void> result, ByteBuffer data) {
      super(sock.fd(), "send", result);
      this.scratch = scratch;
      this.data = data;
      this.stream = sock.type() == SocketConstants.SOCK_STREAM;
    }

    @Override
    int call(int number) {
      boolean inParts = stream && !data.isDirect();
      int length = inParts ? Math.min(data.remaining(), COPY_BYTES) : data.remaining();
      long from = scratch.dataOf(data, length);
      return SocketCalls.send(number, from, length, SocketConstants.MSG_DONTWAIT);
    }

    @Override
    void succeeded(int count) {
      data.position(data.position() + count);
      if (!data.hasRemaining()) {
        result().setResult(null);
      }
    }
  }

  /** One datagram. */
  static final class To extends SocketOperation<Integer> {
    private final Scratch scratch;
    private final ByteBuffer data;
    private final SocketAddress address;
    private final RetryDelay retryDelay = new RetryDelay();

    To(
        Socket sock,
        Scratch scratch,
        Future<Integer> result,
        ByteBuffer data,
        SocketAddress address) {
      super(sock.fd(), "sendto", result);
      this.scratch = scratch;
      this.data = data;
      this.address = address;
    }

    @Override
    int call(int number) {
      long from = scratch.dataOf(data, data.remaining());
      int length = SockAddr.write(address, scratch.address());
      return SocketCalls.sendto(
          number, from, data.remaining(), SocketConstants.MSG_DONTWAIT, scratch.address(), length);
    }

    @Override
    void succeeded(int count) {
      data.position(data.position() + count);
      result().setResult(count);
    }

    /** To a Unix peer whose queue is full; see {@link RetryDelay}. */
    @Override
    Duration retryDelay() {
      return address instanceof UnixAddress ? retryDelay.next() : null;
    }

    @Override
    String detail() {
      return address.toString();
    }
  }
}
