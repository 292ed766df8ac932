// SPDX-License-Identifier: Apache-2.0
package dev.ouro.transport;

import dev.ouro.linux.Errno;
import dev.ouro.linux.Fd;
import dev.ouro.linux.LinuxException;
import dev.ouro.linux.OpenFile;
import dev.ouro.linux.Pipe;
import dev.ouro.linux.Spawn;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The descriptors of a child that is being made: its three standard ones, those passed by number,
 * and this process's ends of its pipes.
 */
@SuppressWarnings("ReferenceEquality") // of Stdio's constants
final class ChildStdio implements AutoCloseable {
  /** How many descriptors are standard. */
  static final int COUNT = 3;

  private static final int INHERITED = -1;
  private static final Path NULL_DEVICE = Path.of("/dev/null");

  /** What becomes the child's descriptor, or INHERITED. None is below 3, but for a 1 that stays. */
  private final int[] sources = {INHERITED, INHERITED, INHERITED};

  /** This process's ends of pipes; null where there is none. */
  private final Fd[] ours = new Fd[COUNT];

  /** What was opened for the child alone. */
  private final List<Fd> theirs = new ArrayList<>();

  private final SubprocessOptions options;

  private ChildStdio(SubprocessOptions options) {
    this.options = options;
  }

  /**
   * Opens what the options want.
   *
   * @throws LinuxException EBADF: one of the caller's descriptors is not open; EMFILE, ENFILE. Then
   *     nothing is left open
   */
  static ChildStdio open(SubprocessOptions options) throws LinuxException {
    ChildStdio stdio = new ChildStdio(options);
    try {
      stdio.open(0, "stdin", options.stdin());
      stdio.open(1, "stdout", options.stdout());
      if (options.stderr() == Stdio.STDOUT) {
        stdio.sources[2] = stdio.sources[1] == INHERITED ? 1 : stdio.sources[1];
      } else {
        stdio.open(2, "stderr", options.stderr());
      }
      for (int fd : options.passFds()) {
        checkOpen("passFds", fd);
      }
      return stdio;
    } catch (LinuxException e) {
      stdio.close();
      throw e;
    }
  }

  private void open(int number, String name, Stdio stdio) throws LinuxException {
    if (stdio == Stdio.PIPE) {
      openPipe(number);
    } else if (stdio == Stdio.DEVNULL) {
      sources[number] = keep(OpenFile.open(NULL_DEVICE, OpenFile.O_RDWR).fd());
    } else if (stdio.isDescriptor()) {
      int fd = stdio.number();
      checkOpen(name, fd);
      // One of the standard descriptors may be another's target before its turn comes.
      sources[number] = fd >= COUNT ? fd : keep(Fd.duplicate(fd, COUNT));
    }
  }

  private void openPipe(int number) throws LinuxException {
    Pipe pipe = Pipe.create();
    boolean isInput = number == 0;
    ours[number] = isInput ? pipe.writeEnd() : pipe.readEnd();
    sources[number] = keep(isInput ? pipe.readEnd() : pipe.writeEnd());
    if (options.pipesize() != null) {
      pipe.resize(options.pipesize());
    }
  }

  /** Keeps a descriptor for the child, by a number that is no standard one. */
  private int keep(Fd fd) throws LinuxException {
    theirs.add(fd);
    if (fd.number() >= COUNT) {
      return fd.number();
    }
    Fd high = Fd.duplicate(fd.number(), COUNT);
    theirs.add(high);
    return high.number();
  }

  private static void checkOpen(String name, int fd) throws LinuxException {
    if (!Fd.isOpen(fd)) {
      throw LinuxException.of("fcntl", Errno.EBADF, name + ": fd " + fd);
    }
  }

  /** Says what becomes of the descriptors. */
  void prepare(Spawn spawn) throws LinuxException {
    for (int number = 0; number < COUNT; number++) {
      int source = sources[number] == INHERITED ? number : sources[number];
      if (source >= COUNT || Fd.isOpen(source)) {
        spawn.dup2(source, number);
      }
    }
    List<Integer> passed = options.passFds().stream().filter(fd -> fd >= COUNT).toList();
    if (!passed.isEmpty()) {
      pass(spawn, passed);
    } else if (options.closeFds()) {
      spawn.closeFrom(COUNT);
    }
  }

  /**
   * Moves the descriptors, which are in ascending order, down side by side, closes all above, and
   * moves them back: 3 actions for each, however far they lie apart.
   */
  private static void pass(Spawn spawn, List<Integer> passed) throws LinuxException {
    for (int i = 0; i < passed.size(); i++) {
      spawn.dup2(passed.get(i), COUNT + i); // not above it, and below those that follow
    }
    spawn.closeFrom(COUNT + passed.size());
    for (int i = passed.size() - 1; i >= 0; i--) {
      if (passed.get(i) != COUNT + i) {
        spawn.dup2(COUNT + i, passed.get(i));
        spawn.closeDescriptor(COUNT + i);
      }
    }
  }

  /** This process's end of the pipe to the child's {@code number}, which is the caller's now. */
  Fd take(int number) {
    Fd end = ours[number];
    ours[number] = null;
    return end;
  }

  /** Closes what is only for the child, and what nobody took. */
  @Override
  public void close() {
    theirs.forEach(Fd::close);
    for (Fd end : ours) {
      if (end != null) {
        end.close();
      }
    }
  }
}
