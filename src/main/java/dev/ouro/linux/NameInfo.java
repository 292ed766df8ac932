// SPDX-License-Identifier: Apache-2.0
package dev.ouro.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;

/**
 * The answer of {@code getnameinfo(3)}.
 *
 * @param host the host's name or number
 * @param service the service's name or number
 */
public record NameInfo(String host, String service) {
  /** The host as a number; the resolver is not asked. */
  public static final int NI_NUMERICHOST = 1;

  /** The service as a number. */
  public static final int NI_NUMERICSERV = 2;

  /** Only the host's own part of a local name. */
  public static final int NI_NOFQDN = 4;

  /** A host without a name is an error. */
  public static final int NI_NAMEREQD = 8;

  /** The service is one of datagrams. */
  public static final int NI_DGRAM = 16;

  private static final int NI_MAXHOST = 1025;
  private static final int NI_MAXSERV = 32;
  private static final MethodHandle GETNAMEINFO = CapturedErrno.function("getnameinfo");

  /**
   * {@code getnameinfo(3)}. Blocks for as long as the resolver takes: off the loop.
   *
   * @param flags {@code NI_*}
   * @throws AddressInfoException EAI_NONAME and its like
   * @throws LinuxException EAI_SYSTEM: the errno
   * @throws IllegalArgumentException as {@link SockAddr#write}
   */
  public static NameInfo resolve(SocketAddress address, int flags)
      throws LinuxException, AddressInfoException {
    try (Arena arena = Arena.ofConfined()) {
      long from = arena.allocate(SockAddr.SIZE_BYTES, Long.BYTES).address();
      long length = SockAddr.write(address, from);
      long host = arena.allocate(NI_MAXHOST).address();
      long service = arena.allocate(NI_MAXSERV).address();
      MemorySegment capture = CapturedErrno.segment();
      int code;
      try {
        code =
            (int)
                (long)
                    GETNAMEINFO.invokeExact(
                        capture,
                        from,
                        length,
                        host,
                        (long) NI_MAXHOST,
                        service,
                        (long) NI_MAXSERV,
                        (long) flags);
      } catch (Throwable t) {
        throw Syscall.unreachable(t);
      }
      if (code != 0) {
        AddressInfo.fail("getnameinfo", code, capture, address.toString());
      }
      return new NameInfo(
          new String(NativeMemory.cString(host), StandardCharsets.UTF_8),
          new String(NativeMemory.cString(service), StandardCharsets.UTF_8));
    }
  }
}
