// SPDX-License-Identifier: Apache-2.0
package dev.ouro.linux;

/**
 * The calls that move bytes and connections, on raw numbers: nothing is allocated, and the answer
 * is a result ≥ 0 or −errno. EINTR is retried. From any thread.
 */
public final class SocketCalls {
  private static final int ACCEPT_FLAGS =
      SocketConstants.SOCK_NONBLOCK | SocketConstants.SOCK_CLOEXEC;

  private SocketCalls() {}

  /** {@code recv(2)}: how many bytes arrived at {@code address}, 0 at the stream's end. */
  public static int recv(int fd, long address, long sizeBytes, int flags) {
    return (int) Syscall.retrying(Nr.RECVFROM, fd, address, sizeBytes, flags, 0, 0);
  }

  /**
   * {@code recvmsg(2)}: how many bytes arrived where the message's {@code struct iovec}s say, 0 at
   * the stream's end.
   *
   * @param header where the {@code struct msghdr} is, to which the kernel writes as well
   */
  public static int recvmsg(int fd, long header, int flags) {
    return (int) Syscall.retrying(Nr.RECVMSG, fd, header, flags, 0, 0, 0);
  }

  /** {@code send(2)} with MSG_NOSIGNAL: how many bytes the kernel took. */
  public static int send(int fd, long address, long sizeBytes, int flags) {
    int all = flags | SocketConstants.MSG_NOSIGNAL;
    return (int) Syscall.retrying(Nr.SENDTO, fd, address, sizeBytes, all, 0, 0);
  }

  /**
   * {@code recvmmsg(2)} with MSG_DONTWAIT: how many of the {@code count} messages were filled, at
   * least one; the pending error of the socket, if any, comes before what it has received.
   *
   * @param headers where so many {@code struct mmsghdr} are, {@link MessageArray#address}
   */
  public static int recvmmsg(int fd, long headers, int count) {
    int flags = SocketConstants.MSG_DONTWAIT;
    return (int) Syscall.retrying(Nr.RECVMMSG, fd, headers, count, flags, 0, 0);
  }

  /**
   * {@code sendmmsg(2)} with MSG_DONTWAIT and MSG_NOSIGNAL: how many of the {@code count} messages
   * were sent, at least one. The errno is that of the first message; what stopped a later one shows
   * in the call that starts with it.
   *
   * @param headers where so many {@code struct mmsghdr} are, {@link MessageArray#address}
   */
  public static int sendmmsg(int fd, long headers, int count) {
    int flags = SocketConstants.MSG_DONTWAIT | SocketConstants.MSG_NOSIGNAL;
    return (int) Syscall.retrying(Nr.SENDMMSG, fd, headers, count, flags, 0, 0);
  }

  /**
   * {@code recvfrom(2)}: how many bytes arrived at {@code address}.
   *
   * @param from where the sender's address goes, {@link SockAddr#SIZE_BYTES}
   * @param length where an {@code int} holds the room at {@code from}, and then the address's
   *     length
   */
  public static int recvfrom(
      int fd, long address, long sizeBytes, int flags, long from, long length) {
    return (int) Syscall.retrying(Nr.RECVFROM, fd, address, sizeBytes, flags, from, length);
  }

  /**
   * {@code sendto(2)} with MSG_NOSIGNAL, to the address of {@code length} bytes at {@code to}: how
   * many bytes the kernel took.
   */
  public static int sendto(int fd, long address, long sizeBytes, int flags, long to, int length) {
    int all = flags | SocketConstants.MSG_NOSIGNAL;
    return (int) Syscall.retrying(Nr.SENDTO, fd, address, sizeBytes, all, to, length);
  }

  /**
   * {@code accept4(2)} with SOCK_NONBLOCK and SOCK_CLOEXEC: the new descriptor.
   *
   * @param address where the peer's address goes, {@link SockAddr#SIZE_BYTES}; or 0
   * @param length where an {@code int} holds the room at {@code address}, and then the address's
   *     length; or 0
   */
  public static int accept(int fd, long address, long length) {
    return (int) Syscall.retrying(Nr.ACCEPT4, fd, address, length, ACCEPT_FLAGS, 0, 0);
  }

  /** {@code connect(2)} to the address of {@code length} bytes at {@code address}. */
  public static int connect(int fd, long address, int length) {
    return (int) Syscall.retrying(Nr.CONNECT, fd, address, length, 0, 0, 0);
  }

  /** {@code shutdown(2)}. */
  public static int shutdown(int fd, int how) {
    return (int) Syscall.call(Nr.SHUTDOWN, fd, how);
  }

  /**
   * {@code SO_ERROR}: the errno (positive) that is pending on the socket, which this clears; or
   * −errno when the call failed.
   *
   * @param scratch eight bytes for the call's use
   */
  public static int pendingError(int fd, long scratch) {
    return option(fd, SocketConstants.SO_ERROR, scratch);
  }

  /**
   * {@code SO_DOMAIN}: the address family, {@code AF_*}; or −errno when the call failed.
   *
   * @param scratch eight bytes for the call's use
   */
  public static int family(int fd, long scratch) {
    return option(fd, SocketConstants.SO_DOMAIN, scratch);
  }

  private static int option(int fd, int option, long scratch) {
    long length = scratch + Integer.BYTES;
    NativeMemory.putInt(length, Integer.BYTES);
    long result =
        Syscall.call(Nr.GETSOCKOPT, fd, SocketConstants.SOL_SOCKET, option, scratch, length, 0);
    return result < 0 ? (int) result : NativeMemory.getInt(scratch);
  }
}
