// SPDX-License-Identifier: Apache-2.0
package dev.ouro.linux;

import java.io.IOException;
import java.util.List;

/**
 * A failed call: which one, and with which errno. asyncio's {@code OSError}.
 *
 * <p>The errnos that asyncio gives a class of their own have one here too: {@link
 * ConnectionRefusedException}, {@link ConnectionResetException}, {@link
 * ConnectionAbortedException}, {@link BrokenPipeException}, {@link ProcessLookupException}.
 * Everything else is told apart by {@link #errno}.
 */
public class LinuxException extends IOException {
  private static final long serialVersionUID = 1L;

  private final String call;
  private final int errno;

  /** What several say together, or null. */
  private String combined;

  /** For {@link #of} and the subclasses. */
  protected LinuxException(String call, int errno, String detail) {
    super(message(call, errno, detail));
    this.call = call;
    this.errno = errno;
  }

  /**
   * The exception for {@code errno}, of the subclass that belongs to it.
   *
   * @param call the call's name, as its man page has it
   * @param errno positive, or negative as a call returned it
   */
  public static LinuxException of(String call, long errno) {
    return of(call, errno, null);
  }

  /** {@link #of(String, long)} with what the call was about, such as an address or a path. */
  public static LinuxException of(String call, long errno, String detail) {
    int e = (int) Math.abs(errno);
    return switch (e) {
      case Errno.ECONNREFUSED,
          Errno.ECONNRESET,
          Errno.ECONNABORTED,
          Errno.EPIPE,
          Errno.ESHUTDOWN,
          Errno.ESRCH ->
          ErrnoSubclass.of(call, e, detail);
      default -> new LinuxException(call, e, detail);
    };
  }

  /**
   * One exception for several: the first, when it is the only one or all say the same; else one
   * that says {@code Multiple exceptions:} and what each says, with each of them suppressed in it.
   * It has the call and the errno of the first, and the subclass that belongs to the errno if all
   * have the same.
   *
   * @param failures at least one
   */
  public static LinuxException ofAll(List<LinuxException> failures) {
    LinuxException first = failures.getFirst();
    if (failures.stream().allMatch(one -> one.getMessage().equals(first.getMessage()))) {
      return first;
    }
    boolean sameErrno = failures.stream().allMatch(one -> one.errno == first.errno);
    LinuxException all =
        sameErrno ? of(first.call, first.errno) : new LinuxException(first.call, first.errno, null);
    List<String> messages = failures.stream().map(Throwable::getMessage).toList();
    all.combined = "Multiple exceptions: " + String.join(", ", messages);
    failures.forEach(all::addSuppressed);
    return all;
  }

  /**
   * {@code result} when it is ≥ 0.
   *
   * @throws LinuxException for a negative result, which is −errno
   */
  public static long check(String call, long result) throws LinuxException {
    if (result < 0) {
      throw of(call, result);
    }
    return result;
  }

  /** The name of the call that failed, such as {@code bind}. */
  public final String call() {
    return call;
  }

  /** The error number, one of {@link Errno}. */
  public final int errno() {
    return errno;
  }

  @Override
  public String getMessage() {
    return combined != null ? combined : super.getMessage();
  }

  private static String message(String call, int errno, String detail) {
    String about = detail == null ? "" : " (" + detail + ")";
    return call + about + ": " + ErrorText.name(errno) + ", " + ErrorText.describe(errno);
  }
}
