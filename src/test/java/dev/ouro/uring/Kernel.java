// SPDX-License-Identifier: Apache-2.0
package dev.ouro.uring;

import dev.ouro.linux.Fd;
import dev.ouro.linux.LinuxException;
import dev.ouro.linux.Mapping;
import dev.ouro.linux.NativeMemory;
import dev.ouro.linux.Nr;
import dev.ouro.linux.Syscall;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Descriptors and memory for one test, closed at its end, and direct calls on them. */
final class Kernel implements AutoCloseable {
  static final int POLLIN = 1;
  static final int SHUT_WR = 1;
  private static final int CLOEXEC = 0x80000;
  private static final int SCRATCH = 1 << 20;

  private final Mapping memory = map(SCRATCH);
  private final List<Fd> open = new ArrayList<>();
  private int allocated = 4096;

  private static Mapping map(long size) {
    try {
      return Mapping.anonymous(size);
    } catch (LinuxException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Memory that lives until the end of the test, zeroed, aligned to a page. */
  long allocate(int size) {
    int at = allocated;
    allocated += (size + 4095) & -4096;
    if (allocated > SCRATCH) {
      throw new IllegalStateException("too much memory");
    }
    return memory.address() + at;
  }

  long bytes(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    long at = allocate(bytes.length + 1);
    NativeMemory.copyFrom(bytes, 0, at, bytes.length);
    return at;
  }

  static String text(long address, int length) {
    byte[] bytes = new byte[length];
    NativeMemory.copyTo(address, bytes, 0, length);
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  int keep(long result) throws LinuxException {
    Fd fd = new Fd((int) LinuxException.check("a test's call", result));
    open.add(fd);
    return fd.number();
  }

  /** Closes one of the test's descriptors early. */
  void close(int number) {
    for (Fd fd : open) {
      if (fd.number() == number) {
        fd.close();
        return;
      }
    }
    throw new IllegalArgumentException("not open: " + number);
  }

  private int[] two(long result) throws LinuxException {
    LinuxException.check("a test's call", result);
    return new int[] {
      keep(NativeMemory.getInt(memory.address())), keep(NativeMemory.getInt(memory.address() + 4))
    };
  }

  /** A connected pair of Unix stream sockets. */
  int[] socketPair() throws LinuxException {
    return two(Syscall.call(Nr.SOCKETPAIR, 1, 1 | CLOEXEC, 0, memory.address()));
  }

  /** The reading end and the writing end. */
  int[] pipe() throws LinuxException {
    return two(Syscall.call(Nr.PIPE2, memory.address(), CLOEXEC));
  }

  int eventFd() throws LinuxException {
    return keep(Syscall.call(Nr.EVENTFD2, 0, CLOEXEC));
  }

  /** A listening socket on loopback. */
  int listener() throws LinuxException {
    int fd = keep(Syscall.call(Nr.SOCKET, 2, 1 | CLOEXEC, 0));
    long address = loopback(0);
    LinuxException.check("bind", Syscall.call(Nr.BIND, fd, address, 16));
    LinuxException.check("listen", Syscall.call(Nr.LISTEN, fd, 128));
    return fd;
  }

  /** A {@code struct sockaddr_in} with the port that {@code listener} has. */
  long addressOf(int listener) throws LinuxException {
    long address = allocate(32);
    NativeMemory.putInt(address + 16, 16);
    LinuxException.check(
        "getsockname", Syscall.call(Nr.GETSOCKNAME, listener, address, address + 16));
    return address;
  }

  private long loopback(int port) {
    long address = allocate(16);
    NativeMemory.putShort(address, (short) 2);
    NativeMemory.putShort(address + 2, Short.reverseBytes((short) port));
    NativeMemory.putInt(address + 4, 0x0100007f);
    return address;
  }

  /** A blocking socket that is connected to {@code listener}. */
  int connect(int listener) throws LinuxException {
    int fd = keep(Syscall.call(Nr.SOCKET, 2, 1 | CLOEXEC, 0));
    LinuxException.check("connect", Syscall.call(Nr.CONNECT, fd, addressOf(listener), 16));
    return fd;
  }

  void write(int fd, String text) throws LinuxException {
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    NativeMemory.copyFrom(bytes, 0, memory.address(), bytes.length);
    LinuxException.check("write", Syscall.call(Nr.WRITE, fd, memory.address(), bytes.length));
  }

  /** What {@code read(2)} brings, at most 4096 bytes; blocks. */
  String read(int fd) throws LinuxException {
    long length = Syscall.call(Nr.READ, fd, memory.address(), 4096);
    return text(memory.address(), (int) LinuxException.check("read", length));
  }

  static void shutdownWriting(int fd) throws LinuxException {
    LinuxException.check("shutdown", Syscall.call(Nr.SHUTDOWN, fd, SHUT_WR));
  }

  static long threadId() {
    return Syscall.call(Nr.GETTID, 0);
  }

  /** Returns when the thread {@code tid} of this process is inside system call {@code nr}. */
  static void awaitInside(long tid, int nr) {
    long end = System.nanoTime() + Rings.PATIENCE_NANOS;
    Path path = Path.of("/proc/self/task/" + tid + "/syscall");
    try {
      while (!Files.readString(path).startsWith(nr + " ")) {
        if (System.nanoTime() > end) {
          throw new AssertionError("thread " + tid + " never entered call " + nr);
        }
        Thread.onSpinWait();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    open.forEach(Fd::close);
    memory.close();
  }
}
