// SPDX-License-Identifier: Apache-2.0
package dev.ouro.linux;

import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * The address of a Unix socket, {@code unix(7)}: a path, an abstract name, or none.
 *
 * <p>An abstract name starts with a NUL byte, as in Python. The JDK's own class for Unix addresses
 * knows paths only. Immutable.
 */
public final class UnixAddress extends SocketAddress {
  /** The most bytes that {@code sun_path} holds. */
  public static final int MAX_LENGTH_BYTES = 108;

  private static final long serialVersionUID = 1L;

  private final byte[] name;

  private UnixAddress(byte[] name) {
    this.name = name;
  }

  /**
   * The address with these bytes as its {@code sun_path}: none for an unnamed socket, the first one
   * NUL for an abstract name.
   *
   * @throws IllegalArgumentException longer than {@link #MAX_LENGTH_BYTES} (a path: less one, for
   *     the NUL behind it), or a path with a NUL inside
   */
  public static UnixAddress of(byte[] name) {
    boolean isPath = name.length > 0 && name[0] != 0;
    if (name.length > MAX_LENGTH_BYTES - (isPath ? 1 : 0)) {
      throw new IllegalArgumentException(
          "path: AF_UNIX path too long (" + name.length + " bytes): " + text(name));
    }
    if (isPath) {
      for (byte b : name) {
        if (b == 0) {
          throw new IllegalArgumentException("path: embedded null byte: " + text(name));
        }
      }
    }
    return new UnixAddress(name.clone());
  }

  /** As the kernel has it: also a path that leaves no room for the NUL behind it. */
  static UnixAddress ofKernel(byte[] name) {
    return new UnixAddress(name);
  }

  /** {@link #of(byte[])} with the UTF-8 bytes of {@code name}. */
  public static UnixAddress of(String name) {
    return of(name.getBytes(StandardCharsets.UTF_8));
  }

  /** {@link #of(byte[])} with the path as it stands. */
  public static UnixAddress of(Path path) {
    return of(path.toString());
  }

  /** The bytes of {@code sun_path} that count. */
  public byte[] bytes() {
    return name.clone();
  }

  /** Whether the name is abstract: no file stands for it. */
  public boolean isAbstract() {
    return name.length > 0 && name[0] == 0;
  }

  /** Whether the socket has no name, as a client's has none. */
  public boolean isUnnamed() {
    return name.length == 0;
  }

  /**
   * The path as a {@link Path}.
   *
   * @throws IllegalStateException abstract or unnamed
   */
  public Path path() {
    if (isUnnamed() || isAbstract()) {
      throw new IllegalStateException("not a path: " + this);
    }
    return Path.of(new String(name, StandardCharsets.UTF_8));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof UnixAddress that && Arrays.equals(name, that.name);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(name);
  }

  /** The path; an abstract name with {@code @} for its first NUL, as {@code ss(8)} shows it. */
  @Override
  public String toString() {
    return text(name);
  }

  private static String text(byte[] name) {
    return new String(name, StandardCharsets.UTF_8).replace('\0', '@');
  }
}
