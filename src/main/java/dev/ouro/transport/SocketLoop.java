// SPDX-License-Identifier: Apache-2.0
package dev.ouro.transport;

import dev.ouro.linux.OpenFile;
import dev.ouro.linux.Socket;
import dev.ouro.loop.Future;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Objects;

/**
 * The half of an event loop that works on sockets without transports: asyncio's {@code sock_*}
 * methods. {@code dev.ouro.EventLoop} has them.
 *
 * <p>The sockets stay the caller's, and must be non-blocking, as those of {@link Socket#open} are.
 * Every method tries its call at once; only where the kernel would make it wait does it wait for
 * readiness, off the stack. So a future may be done when it is returned.
 *
 * <p>Several operations may wait for the same socket, also beside a reader or writer of {@code
 * addReader} and {@code addWriter}. Those that receive or accept are served one after the other, in
 * the order in which they were asked for; so are those that send or connect: the bytes of two
 * {@link #sockSendall} never mix. (asyncio forgets the first operation when a second one comes.)
 *
 * <p>Cancelling a future ends its operation: nothing is received, accepted or sent for it any more;
 * what comes then is left to whoever asks next. An operation that has its result cannot be
 * cancelled, so no data and no connection are lost. Closing a socket ends the operations that wait
 * for it with EBADF. A buffer is the operation's until its future is done.
 *
 * <p>Errors: what the kernel refuses comes from the future, as a {@link
 * dev.ouro.linux.LinuxException}. The methods themselves throw {@link IllegalArgumentException}
 * ("the socket must be non-blocking") in debug mode for a blocking socket, and {@link
 * IllegalStateException} when the socket is a transport's or the loop is closed.
 */
public interface SocketLoop {
  /**
   * Receives up to {@code nbytes} bytes, {@code recv(2)}. asyncio's {@code sock_recv}.
   *
   * @return the bytes; none at the end of the stream, or for an empty datagram
   * @throws IllegalArgumentException {@code nbytes} is negative
   */
  Future<byte[]> sockRecv(Socket sock, int nbytes);

  /**
   * Receives into {@code buffer}, between its position and its limit, {@code recv(2)}; moves its
   * position. asyncio's {@code sock_recv_into}.
   *
   * @param buffer direct (received into without a copy) or not
   * @return how many bytes; 0 at the end of the stream
   * @throws IllegalArgumentException {@code buffer} is read-only
   */
  Future<Integer> sockRecvInto(Socket sock, ByteBuffer buffer);

  /** {@link #sockRecvInto(Socket, ByteBuffer)} into all of {@code buffer}. */
  default Future<Integer> sockRecvInto(Socket sock, byte[] buffer) {
    return sockRecvInto(sock, ByteBuffer.wrap(Objects.requireNonNull(buffer, "buffer")));
  }

  /**
   * Receives a datagram of up to {@code bufsize} bytes, {@code recvfrom(2)}; what is longer is cut.
   * asyncio's {@code sock_recvfrom}.
   *
   * @return the bytes and who sent them
   * @throws IllegalArgumentException {@code bufsize} is negative
   */
  Future<ReceivedFrom<byte[]>> sockRecvfrom(Socket sock, int bufsize);

  /**
   * Receives a datagram into {@code buffer}, between its position and its limit; moves its
   * position. asyncio's {@code sock_recvfrom_into}.
   *
   * @param buffer direct (received into without a copy) or not
   * @param nbytes how many bytes at most; 0: as many as remain
   * @return how many bytes and who sent them
   * @throws IllegalArgumentException {@code buffer} is read-only; {@code nbytes} is negative, or
   *     more than remain
   */
  Future<ReceivedFrom<Integer>> sockRecvfromInto(Socket sock, ByteBuffer buffer, int nbytes);

  /** {@link #sockRecvfromInto(Socket, ByteBuffer, int)} of as many bytes as remain. */
  default Future<ReceivedFrom<Integer>> sockRecvfromInto(Socket sock, ByteBuffer buffer) {
    return sockRecvfromInto(sock, buffer, 0);
  }

  /** {@link #sockRecvfromInto(Socket, ByteBuffer, int)} from the start of {@code buffer} on. */
  default Future<ReceivedFrom<Integer>> sockRecvfromInto(Socket sock, byte[] buffer, int nbytes) {
    Objects.requireNonNull(buffer, "buffer");
    return sockRecvfromInto(sock, ByteBuffer.wrap(buffer), nbytes);
  }

  /** {@link #sockRecvfromInto(Socket, ByteBuffer, int)} into all of {@code buffer}. */
  default Future<ReceivedFrom<Integer>> sockRecvfromInto(Socket sock, byte[] buffer) {
    return sockRecvfromInto(sock, buffer, 0);
  }

  /**
   * Sends all that remains in {@code data}, {@code send(2)} as often as it takes; moves its
   * position behind what was sent, so that it also tells how far it came after an error or a
   * cancel. asyncio's {@code sock_sendall}.
   *
   * @param data direct (sent without a copy) or not; not to be changed before the future is done
   */
  Future<Void> sockSendall(Socket sock, ByteBuffer data);

  /** {@link #sockSendall(Socket, ByteBuffer)} of all of {@code data}. */
  default Future<Void> sockSendall(Socket sock, byte[] data) {
    return sockSendall(sock, ByteBuffer.wrap(Objects.requireNonNull(data, "data")));
  }

  /**
   * Sends what remains in {@code data} to {@code address}, {@code sendto(2)}, once there is room;
   * moves its position behind what was sent. asyncio's {@code sock_sendto}.
   *
   * @param data direct (sent without a copy) or not; not to be changed before the future is done
   * @param address an {@link java.net.InetSocketAddress}, which may be unresolved, or a {@link
   *     dev.ouro.linux.UnixAddress}
   * @return how many bytes were sent
   * @throws IllegalArgumentException an address of another class
   */
  Future<Integer> sockSendto(Socket sock, ByteBuffer data, SocketAddress address);

  /** {@link #sockSendto(Socket, ByteBuffer, SocketAddress)} of all of {@code data}. */
  default Future<Integer> sockSendto(Socket sock, byte[] data, SocketAddress address) {
    return sockSendto(sock, ByteBuffer.wrap(Objects.requireNonNull(data, "data")), address);
  }

  /**
   * Connects to {@code address}, {@code connect(2)}. asyncio's {@code sock_connect}.
   *
   * <p>While the backlog of a Unix listener is full it waits, as {@code connect(2)} of a blocking
   * socket does. (asyncio says then that it has connected, though it has not.)
   *
   * @param address an {@link java.net.InetSocketAddress} or a {@link dev.ouro.linux.UnixAddress}.
   *     An unresolved one is resolved with the socket's own family, type and protocol, and the
   *     first answer is taken
   * @return null; or {@code getaddrinfo}'s or {@code connect}'s error, such as {@link
   *     dev.ouro.linux.ConnectionRefusedException}
   * @throws IllegalArgumentException an address of another class
   */
  Future<Void> sockConnect(Socket sock, SocketAddress address);

  /**
   * Accepts a connection, {@code accept4(2)}. asyncio's {@code sock_accept}.
   *
   * @param sock bound and listening
   * @return the connection, whose non-blocking, close-on-exec socket is the caller's, and the
   *     peer's address
   */
  Future<AcceptedSocket> sockAccept(Socket sock);

  /**
   * Sends a file, {@code sendfile(2)} as often as it takes. asyncio's {@code sock_sendfile}.
   *
   * <p>Once the future is done, the file's position is behind the last byte sent, also after an
   * error or a cancel; where nothing was sent it is not touched. Where {@code sendfile(2)} does not
   * work (a device, some file systems), the file is read off the loop and sent, unless {@link
   * SendfileOptions#withFallback} forbids it.
   *
   * @param file open until the future is done; the caller closes it
   * @return how many bytes were sent
   * @throws IllegalArgumentException {@code sock} is not a stream
   * @throws SendfileNotAvailableException it does not work, and the fallback is forbidden; also
   *     from the future
   */
  Future<Long> sockSendfile(Socket sock, OpenFile file, SendfileOptions options);

  /** {@link #sockSendfile(Socket, OpenFile, SendfileOptions)} of all of it, with fallback. */
  default Future<Long> sockSendfile(Socket sock, OpenFile file) {
    return sockSendfile(sock, file, SendfileOptions.DEFAULT);
  }

  /**
   * {@link #sockSendfile(Socket, OpenFile, SendfileOptions)} of a file that the JDK opened. It does
   * not tell the descriptor, so this always reads and sends.
   */
  Future<Long> sockSendfile(Socket sock, FileChannel file, SendfileOptions options);

  /** {@link #sockSendfile(Socket, FileChannel, SendfileOptions)} of all of it. */
  default Future<Long> sockSendfile(Socket sock, FileChannel file) {
    return sockSendfile(sock, file, SendfileOptions.DEFAULT);
  }
}
