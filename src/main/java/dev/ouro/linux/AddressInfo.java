// SPDX-License-Identifier: Apache-2.0
package dev.ouro.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * One answer of {@code getaddrinfo(3)}, Python's 5-tuple.
 *
 * @param family {@code AF_*}
 * @param type {@code SOCK_*}
 * @param protocol {@code IPPROTO_*}
 * @param canonicalName the host's canonical name where {@link #AI_CANONNAME} asked for it, else
 *     empty
 * @param address where to connect or bind
 */
public record AddressInfo(
    int family, int type, int protocol, String canonicalName, SocketAddress address) {
  /** The addresses are for {@code bind}: without a host, the wildcard. */
  public static final int AI_PASSIVE = 1;

  /** Ask for the canonical name. */
  public static final int AI_CANONNAME = 2;

  /** The host is a number; the resolver is not asked. */
  public static final int AI_NUMERICHOST = 4;

  /** The service is a number. */
  public static final int AI_NUMERICSERV = 0x400;

  /** Only families that this machine has addresses of. */
  public static final int AI_ADDRCONFIG = 0x20;

  /** The name or service is not known. */
  public static final int EAI_NONAME = -2;

  private static final int EAI_SYSTEM = -11;
  private static final int HINTS_SIZE = 48;
  private static final int FAMILY = 4;
  private static final int TYPE = 8;
  private static final int PROTOCOL = 12;
  private static final int ADDRESS_LENGTH = 16;
  private static final int ADDRESS = 24;
  private static final int CANONICAL_NAME = 32;
  private static final int NEXT = 40;
  private static final MethodHandle GETADDRINFO = Syscall.function("getaddrinfo");
  private static final MethodHandle FREEADDRINFO = Syscall.function("freeaddrinfo");

  /**
   * {@code getaddrinfo(3)}. Blocks for as long as the resolver takes: off the loop.
   *
   * @param host a name or a number, or null
   * @param service a name or a number, or null
   * @param family {@code AF_*}, {@code AF_UNSPEC} for any
   * @param type {@code SOCK_*}, 0 for any
   * @param protocol {@code IPPROTO_*}, 0 for any
   * @param flags {@code AI_*}
   * @throws AddressInfoException EAI_NONAME and its like
   * @throws LinuxException EAI_SYSTEM: the errno
   * @throws IllegalArgumentException a NUL in a name
   */
  public static List<AddressInfo> resolve(
      String host, String service, int family, int type, int protocol, int flags)
      throws LinuxException, AddressInfoException {
    try (Arena arena = Arena.ofConfined()) {
      long hints = arena.allocate(HINTS_SIZE, Long.BYTES).address();
      NativeMemory.putInt(hints, flags);
      NativeMemory.putInt(hints + FAMILY, family);
      NativeMemory.putInt(hints + TYPE, type);
      NativeMemory.putInt(hints + PROTOCOL, protocol);
      long list = arena.allocate(Long.BYTES, Long.BYTES).address();
      long node = string(arena, "host", host);
      long port = string(arena, "service", service);
      MemorySegment capture = null;
      int code;
      try {
        code = (int) (long) GETADDRINFO.invokeExact(node, port, hints, list, 0L, 0L, 0L);
        if (code == EAI_SYSTEM) {
          // Once more, for its errno: what every other answer costs less without.
          capture = CapturedErrno.segment();
          MethodHandle capturing = CapturedErrno.function("getaddrinfo");
          code = (int) (long) capturing.invokeExact(capture, node, port, hints, list, 0L, 0L, 0L);
        }
      } catch (Throwable t) {
        throw Syscall.unreachable(t);
      }
      if (code != 0) {
        fail("getaddrinfo", code, capture, "host " + host + ", service " + service);
      }
      return read(NativeMemory.getLong(list));
    }
  }

  /** Throws what {@code code}, an {@code EAI_*}, means; {@code capture} holds the errno. */
  static void fail(String call, int code, MemorySegment capture, String detail)
      throws LinuxException, AddressInfoException {
    if (code == EAI_SYSTEM) {
      throw LinuxException.of(call, CapturedErrno.in(capture), detail);
    }
    throw new AddressInfoException(call, code, ErrorText.describeAddressInfo(code), detail);
  }

  private static long string(Arena arena, String what, String text) {
    if (text == null) {
      return 0;
    }
    if (text.indexOf('\0') >= 0) {
      throw new IllegalArgumentException(what + ": embedded null character");
    }
    return arena.allocateFrom(text, StandardCharsets.UTF_8).address();
  }

  private static List<AddressInfo> read(long first) {
    List<AddressInfo> answers = new ArrayList<>();
    try {
      for (long at = first; at != 0; at = NativeMemory.getLong(at + NEXT)) {
        long name = NativeMemory.getLong(at + CANONICAL_NAME);
        int length = NativeMemory.getInt(at + ADDRESS_LENGTH);
        answers.add(
            new AddressInfo(
                NativeMemory.getInt(at + FAMILY),
                NativeMemory.getInt(at + TYPE),
                NativeMemory.getInt(at + PROTOCOL),
                name == 0 ? "" : new String(NativeMemory.cString(name), StandardCharsets.UTF_8),
                SockAddr.read(NativeMemory.getLong(at + ADDRESS), length)));
      }
    } finally {
      free(first);
    }
    return answers;
  }

  private static void free(long first) {
    try {
      long _ = (long) FREEADDRINFO.invokeExact(first, 0L, 0L, 0L, 0L, 0L, 0L);
    } catch (Throwable t) {
      throw Syscall.unreachable(t);
    }
  }
}
