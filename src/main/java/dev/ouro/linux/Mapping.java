// SPDX-License-Identifier: Apache-2.0
package dev.ouro.linux;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * A range of memory from {@code mmap(2)}: whole pages, zeroed, untouched until used.
 *
 * <p>Owned by whoever made it, from any thread. {@link #close} unmaps it; the owner sees to it that
 * neither Java nor the kernel still uses the range then.
 */
public final class Mapping implements AutoCloseable {
  private static final int PROT_READ = 1;
  private static final int PROT_WRITE = 2;
  private static final int PROT_EXEC = 4;
  private static final int MAP_SHARED = 1;
  private static final int MAP_PRIVATE = 2;
  private static final int MAP_ANONYMOUS = 0x20;
  private static final int MAP_POPULATE = 0x8000;

  private final long address;
  private final long sizeBytes;
  private boolean closed;

  private Mapping(long address, long sizeBytes) {
    this.address = address;
    this.sizeBytes = sizeBytes;
  }

  /**
   * {@code mmap(2)} of anonymous private memory.
   *
   * @throws LinuxException ENOMEM: no memory or no address space; EINVAL: not a positive size
   */
  public static Mapping anonymous(long sizeBytes) throws LinuxException {
    return map(sizeBytes, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  }

  /**
   * {@code mmap(2)} of {@code sizeBytes} of {@code fd} from {@code offset}, shared and populated: a
   * ring's queues.
   *
   * @throws LinuxException as the call says
   */
  public static Mapping shared(Fd fd, long offset, long sizeBytes) throws LinuxException {
    return map(sizeBytes, MAP_SHARED | MAP_POPULATE, fd.number(), offset);
  }

  private static Mapping map(long sizeBytes, int flags, int fd, long offset) throws LinuxException {
    long address = Syscall.call(Nr.MMAP, 0, sizeBytes, PROT_READ | PROT_WRITE, flags, fd, offset);
    return new Mapping(LinuxException.check("mmap", address), sizeBytes);
  }

  /**
   * {@code mprotect(2)} with PROT_READ and PROT_EXEC: code that was written here can run, and can
   * be written no more. The kernel makes its instructions visible to every processor.
   *
   * @throws LinuxException EACCES: a security module forbids it
   */
  public void makeExecutable() throws LinuxException {
    LinuxException.check(
        "mprotect", Syscall.call(Nr.MPROTECT, address, sizeBytes, PROT_READ | PROT_EXEC));
  }

  /**
   * The first byte's address, a multiple of the page size.
   *
   * @throws IllegalStateException it is closed
   */
  public long address() {
    if (closed) {
      throw new IllegalStateException("the mapping is closed");
    }
    return address;
  }

  /** The size that was asked for. */
  public long sizeBytes() {
    return sizeBytes;
  }

  /**
   * {@link #close} of each of {@code mappings}, by one call for those that lie side by side: a call
   * costs as much as it takes to interrupt all processors on which this process runs.
   */
  public static void closeAll(Collection<Mapping> mappings) {
    List<Mapping> sorted = new ArrayList<>(mappings);
    sorted.removeIf(mapping -> !mapping.markClosed());
    sorted.sort((one, other) -> Long.compareUnsigned(one.address, other.address));
    long from = 0;
    long to = 0;
    for (Mapping mapping : sorted) {
      if (mapping.address != to) {
        unmap(from, to);
        from = mapping.address;
      }
      to = mapping.address + mapping.sizeBytes;
    }
    unmap(from, to);
  }

  private static void unmap(long from, long to) {
    if (from != to) {
      Syscall.call(Nr.MUNMAP, from, to - from);
    }
  }

  private synchronized boolean markClosed() {
    boolean first = !closed;
    closed = true;
    return first;
  }

  /** {@code munmap(2)}; a second call does nothing. */
  @Override
  public void close() {
    if (markClosed()) {
      unmap(address, address + sizeBytes);
    }
  }
}
