// SPDX-License-Identifier: Apache-2.0
package dev.ouro.transport;

import dev.ouro.linux.Fd;
import dev.ouro.linux.OpenFile;
import dev.ouro.linux.Socket;
import java.util.Objects;
import java.util.function.IntSupplier;

/**
 * What a child's standard input, output or error is: the values that asyncio's {@code stdin},
 * {@code stdout} and {@code stderr} may have.
 */
public final class Stdio {
  /** A new pipe, whose other end is a transport of {@link SubprocessTransport#getPipeTransport}. */
  public static final Stdio PIPE = new Stdio("PIPE", () -> -1);

  /** {@code /dev/null}. */
  public static final Stdio DEVNULL = new Stdio("DEVNULL", () -> -1);

  /** For standard error: where standard output goes. */
  public static final Stdio STDOUT = new Stdio("STDOUT", () -> -1);

  /** This process's own, whatever its descriptor 0, 1 or 2 is now. asyncio's {@code None}. */
  public static final Stdio INHERIT = new Stdio("INHERIT", () -> -1);

  private final String name;
  private final IntSupplier number;

  private Stdio(String name, IntSupplier number) {
    this.name = name;
    this.number = number;
  }

  /**
   * A descriptor of this process, which stays the caller's.
   *
   * @throws IllegalArgumentException it is negative
   */
  public static Stdio fd(int number) {
    if (number < 0) {
      throw new IllegalArgumentException("fd: Invalid file descriptor: " + number);
    }
    return new Stdio("fd " + number, () -> number);
  }

  /** A descriptor, which stays the caller's, and open until the child was made. */
  public static Stdio of(Fd fd) {
    Objects.requireNonNull(fd, "fd");
    return new Stdio("fd", fd::number);
  }

  /** A file, as {@link #of(Fd)}. */
  public static Stdio of(OpenFile file) {
    return of(Objects.requireNonNull(file, "file").fd());
  }

  /** A socket, as {@link #of(Fd)}. */
  public static Stdio of(Socket socket) {
    return of(Objects.requireNonNull(socket, "socket").fd());
  }

  /** The descriptor's number; −1 for the constants, and for what was closed. */
  int number() {
    return number.getAsInt();
  }

  /** Whether this is one of the caller's descriptors. */
  @SuppressWarnings("ReferenceEquality") // of constants
  boolean isDescriptor() {
    return this != PIPE && this != DEVNULL && this != STDOUT && this != INHERIT;
  }

  @Override
  public String toString() {
    return name;
  }
}
