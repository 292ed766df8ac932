// SPDX-License-Identifier: Apache-2.0
package dev.ouro.transport;

import dev.ouro.linux.AddressInfo;
import dev.ouro.linux.Errno;
import dev.ouro.linux.Fd;
import dev.ouro.linux.LinuxException;
import dev.ouro.linux.OpenFile;
import dev.ouro.linux.SockAddr;
import dev.ouro.linux.Socket;
import dev.ouro.linux.SocketConstants;
import dev.ouro.loop.EngineLoop;
import dev.ouro.loop.Future;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Checks the arguments of {@link SocketLoop}'s methods and starts their operations. */
final class SocketOperations implements SocketLoop {
  private final EngineLoop loop;
  private final Scratch scratch = new Scratch();
  private final Map<Fd, SocketWaits> waits = new HashMap<>();

  SocketOperations(EngineLoop loop) {
    this.loop = loop;
  }

  // Receiving

  @Override
  public Future<byte[]> sockRecv(Socket sock, int nbytes) {
    check(sock);
    checkSize("nbytes", nbytes);
    return start(SocketReceive.bytes(sock, scratch, loop.createFuture(), nbytes), true);
  }

  @Override
  public Future<Integer> sockRecvInto(Socket sock, ByteBuffer buffer) {
    check(sock);
    checkWritable(buffer);
    return start(
        SocketReceive.into(sock, scratch, loop.createFuture(), buffer, buffer.remaining()), true);
  }

  @Override
  public Future<ReceivedFrom<byte[]>> sockRecvfrom(Socket sock, int bufsize) {
    check(sock);
    checkSize("bufsize", bufsize);
    return start(SocketReceive.bytesFrom(sock, scratch, loop.createFuture(), bufsize), true);
  }

  @Override
  public Future<ReceivedFrom<Integer>> sockRecvfromInto(
      Socket sock, ByteBuffer buffer, int nbytes) {
    check(sock);
    checkWritable(buffer);
    checkSize("nbytes", nbytes);
    if (nbytes > buffer.remaining()) {
      throw new IllegalArgumentException(
          "nbytes is greater than the length of the buffer: " + nbytes);
    }
    int wanted = nbytes == 0 ? buffer.remaining() : nbytes;
    return start(SocketReceive.intoFrom(sock, scratch, loop.createFuture(), buffer, wanted), true);
  }

  // Sending

  @Override
  public Future<Void> sockSendall(Socket sock, ByteBuffer data) {
    check(sock);
    Objects.requireNonNull(data, "data");
    return start(new SocketSend.All(sock, scratch, loop.createFuture(), data), false);
  }

  @Override
  public Future<Integer> sockSendto(Socket sock, ByteBuffer data, SocketAddress address) {
    check(sock);
    Objects.requireNonNull(data, "data");
    Future<Integer> result = loop.createFuture();
    resolve(
        sock,
        address,
        result,
        to -> begin(new SocketSend.To(sock, scratch, result, data, to), false));
    return result;
  }

  // Connecting

  @Override
  public Future<Void> sockConnect(Socket sock, SocketAddress address) {
    check(sock);
    Future<Void> result = loop.createFuture();
    resolve(
        sock, address, result, to -> begin(new SocketConnect(sock, scratch, result, to), false));
    return result;
  }

  @Override
  public Future<AcceptedSocket> sockAccept(Socket sock) {
    check(sock);
    return start(new SocketAccept(sock, scratch, new Created<>(loop)), true);
  }

  // Sending files

  @Override
  public Future<Long> sockSendfile(Socket sock, OpenFile file, SendfileOptions options) {
    Objects.requireNonNull(file, "file");
    return sockSendfile(sock, FileSource.of(file), options);
  }

  @Override
  public Future<Long> sockSendfile(Socket sock, FileChannel file, SendfileOptions options) {
    Objects.requireNonNull(file, "file");
    return sockSendfile(sock, FileSource.of(file), options);
  }

  private Future<Long> sockSendfile(Socket sock, FileSource file, SendfileOptions options) {
    check(sock);
    Objects.requireNonNull(options, "options");
    if (sock.type() != SocketConstants.SOCK_STREAM) {
      throw new IllegalArgumentException(
          "sock: only SOCK_STREAM type sockets are supported, got " + sock);
    }
    if (file.fd() < 0 && !options.fallback()) {
      throw new SendfileNotAvailableException("not a regular file: " + file);
    }
    SocketSendfile sending =
        new SocketSendfile(sock, scratch, loop.createFuture(), file, options, this);
    if (file.fd() < 0) {
      sending.readAndSend();
      return sending.result();
    }
    return start(sending, false);
  }

  // For all of them

  EngineLoop loop() {
    return loop;
  }

  /** Tries {@code operation} now, or when those before it are through and the socket is ready. */
  <T> Future<T> start(SocketOperation<T> operation, boolean reads) {
    begin(operation, reads);
    return operation.result();
  }

  private void begin(SocketOperation<?> operation, boolean reads) {
    SocketWaits.start(loop, waits, operation, reads);
  }

  /** What waits for a socket, in words: for the report of a loop that closes. */
  List<String> pending() {
    List<String> pending = new ArrayList<>();
    for (SocketWaits socket : waits.values()) {
      socket.pending().forEach(operation -> pending.add(operation.toString()));
    }
    return pending;
  }

  /** The loop is closed: nothing is tried any more. */
  void close() {
    waits.keySet().forEach(fd -> fd.onClose(null));
    waits.clear();
    scratch.close();
  }

  private void check(Socket sock) {
    Objects.requireNonNull(sock, "sock");
    int number = sock.fd().number();
    loop.checkDescriptor(number);
    if (loop.getDebug() && number >= 0) {
      boolean blocking;
      try {
        blocking = sock.isBlocking();
      } catch (LinuxException e) {
        return; // the operation will say so
      }
      if (blocking) {
        throw new IllegalArgumentException("the socket must be non-blocking");
      }
    }
  }

  private static void checkSize(String name, int sizeBytes) {
    if (sizeBytes < 0) {
      throw new IllegalArgumentException(name + ": negative buffersize: " + sizeBytes);
    }
  }

  private static void checkWritable(ByteBuffer buffer) {
    Objects.requireNonNull(buffer, "buffer");
    if (buffer.isReadOnly()) {
      throw new IllegalArgumentException("buffer: it is read-only");
    }
  }

  /** What goes on with an address that is known. */
  @FunctionalInterface
  private interface WithAddress {
    void start(SocketAddress address);
  }

  private <T> void resolve(Socket sock, SocketAddress address, Future<T> result, WithAddress next) {
    Objects.requireNonNull(address, "address");
    if (!(address instanceof InetSocketAddress inet && inet.isUnresolved())) {
      SockAddr.family(address); // refuses what the kernel has no form for
      next.start(address);
      return;
    }
    new Resolver(loop, sock.family(), sock.type(), sock.protocol(), 0)
        .resolve(inet.getHostString(), inet.getPort())
        .addDoneCallback(found -> resolved(found, result, next));
  }

  private static <T> void resolved(
      Future<List<AddressInfo>> found, Future<T> result, WithAddress next) {
    Throwable failure = found.cancelled() ? null : found.exception();
    if (result.done()) {
      return;
    }
    if (failure != null) {
      result.setException(failure);
    } else if (found.cancelled() || found.result().isEmpty()) {
      result.setException(
          LinuxException.of(
              "getaddrinfo", Errno.EADDRNOTAVAIL, "getaddrinfo() returned empty list"));
    } else {
      next.start(found.result().getFirst().address());
    }
  }
}
