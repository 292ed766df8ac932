// SPDX-License-Identifier: Apache-2.0
package dev.ouro.transport;

import dev.ouro.linux.NativeMemory;
import dev.ouro.linux.Socket;
import dev.ouro.linux.SocketCalls;
import dev.ouro.linux.SocketConstants;
import dev.ouro.loop.Future;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/**
 * {@code recv(2)} and {@code recvfrom(2)}, into a new array or into the caller's buffer.
 *
 * @param <T> the result
 */
abstract class SocketReceive<T> extends SocketOperation<T> {
  /** How much one call takes of a stream, asyncio's own figure for its transports. */
  private static final int STREAM_BYTES = 256 * 1024;

  private final Scratch scratch;
  private final ByteBuffer into;
  private final int sizeBytes;

  private SocketReceive(
      String call, Socket sock, Scratch scratch, Future<T> result, ByteBuffer into, int wanted) {
    super(sock.fd(), call, result);
    this.scratch = scratch;
    this.into = into;
    boolean stream = sock.type() == SocketConstants.SOCK_STREAM;
    boolean copies = into == null || !into.isDirect();
    this.sizeBytes = stream && copies ? Math.min(wanted, STREAM_BYTES) : wanted;
  }

  static SocketReceive<byte[]> bytes(
      Socket sock, Scratch scratch, Future<byte[]> result, int wanted) {
    return new SocketReceive<>("recv", sock, scratch, result, null, wanted) {
      @Override
      void succeeded(int count) {
        result.setResult(copied(count));
      }
    };
  }

  static SocketReceive<Integer> into(
      Socket sock, Scratch scratch, Future<Integer> result, ByteBuffer into, int wanted) {
    return new SocketReceive<>("recv", sock, scratch, result, into, wanted) {
      @Override
      void succeeded(int count) {
        fill(count);
        result.setResult(count);
      }
    };
  }

  static SocketReceive<ReceivedFrom<byte[]>> bytesFrom(
      Socket sock, Scratch scratch, Future<ReceivedFrom<byte[]>> result, int wanted) {
    return new SocketReceive<>("recvfrom", sock, scratch, result, null, wanted) {
      @Override
      void succeeded(int count) {
        result.setResult(new ReceivedFrom<>(copied(count), scratch.readAddress()));
      }
    };
  }

  static SocketReceive<ReceivedFrom<Integer>> intoFrom(
      Socket sock,
      Scratch scratch,
      Future<ReceivedFrom<Integer>> result,
      ByteBuffer into,
      int wanted) {
    return new SocketReceive<>("recvfrom", sock, scratch, result, into, wanted) {
      @Override
      void succeeded(int count) {
        fill(count);
        result.setResult(new ReceivedFrom<>(count, scratch.readAddress()));
      }
    };
  }

  @Override
  final int call(int number) {
    long to =
        into != null && into.isDirect()
            ? MemorySegment.ofBuffer(into).address()
            : scratch.data(sizeBytes);
    scratch.prepareAddress();
    return SocketCalls.recvfrom(
        number,
        to,
        sizeBytes,
        SocketConstants.MSG_DONTWAIT,
        scratch.address(),
        scratch.addressLength());
  }

  final byte[] copied(int count) {
    byte[] bytes = new byte[count];
    NativeMemory.copyTo(scratch.data(0), bytes, 0, count);
    return bytes;
  }

  final void fill(int count) {
    if (!into.isDirect()) {
      into.put(into.position(), NativeMemory.buffer(scratch.data(0), count), 0, count);
    }
    into.position(into.position() + count);
  }
}
