// SPDX-License-Identifier: Apache-2.0
package dev.ouro.linux;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.util.Objects;

/** {@code struct sockaddr}: socket addresses in native memory, and back. */
public final class SockAddr {
  /** {@code sizeof(struct sockaddr_storage)}: room for any address. */
  public static final int SIZE_BYTES = 128;

  private static final int INET_SIZE = 16;
  private static final int INET6_SIZE = 28;
  private static final int PORT = 2;
  private static final int INET_ADDRESS = 4;
  private static final int INET6_ADDRESS = 8;
  private static final int INET6_SCOPE = 24;
  private static final int UNIX_PATH = 2;

  private SockAddr() {}

  /** The address family that {@code address} belongs to, {@code AF_*}. */
  public static int family(SocketAddress address) {
    Objects.requireNonNull(address, "address");
    if (address instanceof UnixAddress) {
      return SocketConstants.AF_UNIX;
    }
    return inet(address).getAddress() instanceof Inet4Address
        ? SocketConstants.AF_INET
        : SocketConstants.AF_INET6;
  }

  /**
   * Writes {@code address} at {@code to}, where {@link #SIZE_BYTES} are free.
   *
   * @return how many bytes it has, the {@code socklen_t} to pass along
   * @throws IllegalArgumentException an unresolved host, or a class that is neither {@link
   *     InetSocketAddress} nor {@link UnixAddress}
   */
  public static int write(SocketAddress address, long to) {
    NativeMemory.zero(to, SIZE_BYTES);
    NativeMemory.putShort(to, (short) family(address));
    if (address instanceof UnixAddress unix) {
      return writeUnix(unix.bytes(), to);
    }
    InetSocketAddress inet = inet(address);
    NativeMemory.putByte(to + PORT, (byte) (inet.getPort() >> 8));
    NativeMemory.putByte(to + PORT + 1, (byte) inet.getPort());
    byte[] host = inet.getAddress().getAddress();
    if (inet.getAddress() instanceof Inet6Address six) {
      NativeMemory.copyFrom(host, 0, to + INET6_ADDRESS, host.length);
      NativeMemory.putInt(to + INET6_SCOPE, six.getScopeId());
      return INET6_SIZE;
    }
    NativeMemory.copyFrom(host, 0, to + INET_ADDRESS, host.length);
    return INET_SIZE;
  }

  private static int writeUnix(byte[] name, long to) {
    NativeMemory.copyFrom(name, 0, to + UNIX_PATH, name.length);
    boolean hasNul = name.length > 0 && name[0] != 0 && name.length < UnixAddress.MAX_LENGTH_BYTES;
    return UNIX_PATH + name.length + (hasNul ? 1 : 0);
  }

  /**
   * Reads the address of {@code length} bytes at {@code from}, as the kernel left it.
   *
   * @return null for none, or for a family other than INET, INET6 and UNIX
   */
  public static SocketAddress read(long from, int length) {
    if (length < UNIX_PATH) {
      return null;
    }
    int family = NativeMemory.getShort(from);
    if (family == SocketConstants.AF_UNIX) {
      return readUnix(from + UNIX_PATH, Math.min(length - UNIX_PATH, UnixAddress.MAX_LENGTH_BYTES));
    } else if (family == SocketConstants.AF_INET || family == SocketConstants.AF_INET6) {
      return readInet(from, family == SocketConstants.AF_INET6);
    }
    return null;
  }

  private static InetSocketAddress readInet(long from, boolean six) {
    int port =
        (NativeMemory.getByte(from + PORT) & 0xff) << 8
            | NativeMemory.getByte(from + PORT + 1) & 0xff;
    byte[] host = new byte[six ? 16 : 4];
    NativeMemory.copyTo(from + (six ? INET6_ADDRESS : INET_ADDRESS), host, 0, host.length);
    try {
      InetAddress address =
          six ? Inet6Address.getByAddress(null, host, scope(from)) : InetAddress.getByAddress(host);
      return new InetSocketAddress(address, port);
    } catch (UnknownHostException e) {
      throw new AssertionError("an address of the right length", e);
    }
  }

  /** The scope, or −1, which is none to the JDK: of 0 it would make {@code ::1%0}. */
  private static int scope(long from) {
    int scope = NativeMemory.getInt(from + INET6_SCOPE);
    return scope == 0 ? -1 : scope;
  }

  private static UnixAddress readUnix(long path, int length) {
    int used = length;
    if (length > 0 && NativeMemory.getByte(path) != 0) {
      used = 0;
      while (used < length && NativeMemory.getByte(path + used) != 0) {
        used++;
      }
    }
    byte[] name = new byte[Math.max(used, 0)];
    NativeMemory.copyTo(path, name, 0, name.length);
    return UnixAddress.ofKernel(name);
  }

  private static InetSocketAddress inet(SocketAddress address) {
    if (!(address instanceof InetSocketAddress inet)) {
      throw new IllegalArgumentException("address: neither Internet nor Unix: " + address);
    }
    if (inet.isUnresolved()) {
      throw new IllegalArgumentException("address: unresolved host: " + inet.getHostString());
    }
    return inet;
  }
}
