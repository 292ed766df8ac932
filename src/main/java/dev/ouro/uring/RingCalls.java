// SPDX-License-Identifier: Apache-2.0
package dev.ouro.uring;

import dev.ouro.linux.Errno;
import dev.ouro.linux.Fd;
import dev.ouro.linux.LinuxException;
import dev.ouro.linux.Nr;
import dev.ouro.linux.Syscall;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * {@code io_uring_enter(2)} and {@code io_uring_register(2)} on one ring, and the thread that may
 * make them.
 *
 * <p>The owner enters through the index under which it registered the ring. That index means
 * nothing, or another ring, on every other thread; so whoever is not the owner uses the descriptor,
 * and the kernel answers EEXIST where the ring has IORING_SETUP_SINGLE_ISSUER. A virtual thread
 * that the owner carries goes that way too, and is let through: to the kernel it is the owner.
 */
final class RingCalls {
  private final Fd fd;
  private final boolean kernelKnowsOwner;

  private Thread owner;
  private long ownerTid;
  private int enterFd;
  private int enterFlags;
  private boolean closed;

  RingCalls(Fd fd, int setupFlags) {
    this.fd = fd;
    this.kernelKnowsOwner = (setupFlags & Setup.IORING_SETUP_SINGLE_ISSUER) != 0;
  }

  /** The calling thread becomes the owner; {@code memory} has room for the arguments. */
  void enable(boolean disabled, UringMemory memory) throws LinuxException {
    checkOpen();
    if (owner != null) {
      throw new IllegalStateException("the ring belongs to thread " + owner.getName() + " already");
    }
    if (disabled) {
      check("io_uring_register", register(Register.IORING_REGISTER_ENABLE_RINGS, 0, 0));
    }
    owner = Thread.currentThread();
    ownerTid = Syscall.call(Nr.GETTID, 0);
    int index = memory.registerRing(fd.number());
    if (index >= 0) {
      enterFd = index;
      enterFlags = Enter.IORING_ENTER_REGISTERED_RING;
    } else {
      enterFd = fd.number();
    }
  }

  /**
   * Whether {@code io_uring_enter(2)} may be called: a filter may let rings be made, and refuse
   * this. A ring that is disabled answers EBADFD.
   */
  static void tryEnter(Fd fd) throws LinuxException {
    long result = Syscall.call(Nr.IO_URING_ENTER, fd.number(), 0, 0, 0);
    if (result == -Errno.EPERM || result == -Errno.ENOSYS) {
      check("io_uring_enter", result);
    }
  }

  private static void check(String call, long result) throws LinuxException {
    if (result < 0) {
      throw LinuxException.of(call, result, UringSetup.reason((int) -result));
    }
  }

  /** {@code io_uring_enter(2)}: ≥ 0 or −errno. */
  int enter(int toSubmit, int minComplete, int flags, long arg, long argSize) {
    long result;
    if (Thread.currentThread() == owner) {
      result =
          Syscall.call(
              Nr.IO_URING_ENTER, enterFd, toSubmit, minComplete, flags | enterFlags, arg, argSize);
    } else {
      checkOpen();
      if (owner != null && !kernelKnowsOwner && isForeign()) {
        throw wrongThread();
      }
      result =
          Syscall.call(Nr.IO_URING_ENTER, fd.number(), toSubmit, minComplete, flags, arg, argSize);
    }
    if (result == -Errno.EEXIST) {
      throw wrongThread();
    } else if (result == -Errno.EBADFD) {
      throw new IllegalStateException("the ring is not enabled");
    }
    return (int) result;
  }

  /** {@code io_uring_register(2)}: ≥ 0 or −errno. */
  int register(int op, long arg, int count) {
    checkOpen();
    long result = Syscall.call(Nr.IO_URING_REGISTER, fd.number(), op, arg, count);
    if (result == -Errno.EEXIST && owner != null && isForeign()) {
      throw wrongThread();
    }
    return (int) result;
  }

  int registerChecked(String what, int op, long arg, int count) throws LinuxException {
    int result = register(op, arg, count);
    if (result == -Errno.ENOMEM || result == -Errno.EPERM || result == -Errno.ENOSYS) {
      String reason = UringSetup.reason(-result);
      throw LinuxException.of("io_uring_register", result, what + ": " + reason);
    } else if (result < 0) {
      throw LinuxException.of("io_uring_register", result, what);
    }
    return result;
  }

  Thread owner() {
    return owner;
  }

  int fd() {
    return fd.number();
  }

  boolean isForeign() {
    return Thread.currentThread() != owner && Syscall.call(Nr.GETTID, 0) != ownerTid;
  }

  /**
   * Waits until the owner, a Java thread that has ended, has ended in the kernel too: that cancels
   * all that it submitted, and waits for it.
   *
   * @return whether it has within {@code timeoutNanos}
   */
  boolean awaitOwnersEnd(long timeoutNanos) {
    Path task = Path.of("/proc/self/task", Long.toString(ownerTid));
    long start = System.nanoTime();
    while (Files.exists(task)) {
      if (System.nanoTime() - start > timeoutNanos) {
        return false;
      }
      Thread.onSpinWait(); // it is on its way out
    }
    return true;
  }

  IllegalStateException wrongThread() {
    return new IllegalStateException(
        "the ring belongs to thread "
            + (owner == null ? "?" : owner.getName())
            + ", not to "
            + Thread.currentThread().getName());
  }

  void checkOpen() {
    if (closed) {
      throw new IllegalStateException("the ring is closed");
    }
  }

  /** Closes the descriptor, and, on the owner's thread, gives the registered index back. */
  void close(UringMemory memory) {
    closed = true;
    if (enterFlags != 0 && !isForeign()) {
      memory.unregisterRing(fd.number(), enterFd);
    }
    owner = null;
    fd.close();
  }

  boolean isClosed() {
    return closed;
  }
}
