// SPDX-License-Identifier: Apache-2.0
package dev.ouro.linux;

import java.lang.foreign.Arena;
import java.lang.invoke.MethodHandle;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/**
 * {@code posix_spawn(3)}: a new process that runs another program. What the child shall do before,
 * it does in the order of the calls here.
 *
 * <p>The calling thread waits until the child runs the program, or cannot: mostly 0.1 to 0.2 ms. No
 * memory is copied, however large this process is. Used by one thread, once; closed, it refuses
 * what would use its memory with an {@link IllegalStateException}.
 *
 * {@snippet :
 * try (Spawn spawn = Spawn.create()) {
 *   int pid =
 *       spawn
 *           .dup2(out.writeEnd().number(), 1)
 *           .closeFrom(3)
 *           .signalMask(SignalSet.EMPTY)
 *           .start("/bin/date".getBytes(UTF_8), List.of("date".getBytes(UTF_8)), null);
 *   PidFd child = PidFd.open(pid);
 * }
 * }
 */
public final class Spawn implements AutoCloseable {
  private static final int POSIX_SPAWN_SETPGROUP = 0x02;
  private static final int POSIX_SPAWN_SETSIGDEF = 0x04;
  private static final int POSIX_SPAWN_SETSIGMASK = 0x08;
  private static final int POSIX_SPAWN_SETSID = 0x80;
  private static final int ACTIONS_SIZE = 80;
  private static final int ATTRIBUTES_SIZE = 336;

  /** {@code posix_spawn_file_actions_addclosefrom_np}; null where libc has none. */
  private final MethodHandle addCloseFrom;

  private final Arena arena = Arena.ofConfined();
  private final long actions = arena.allocate(ACTIONS_SIZE, Long.BYTES).address();
  private final long attributes = arena.allocate(ATTRIBUTES_SIZE, Long.BYTES).address();
  private final BitSet duplicates = new BitSet();
  private int flags;
  private Integer umask;
  private Integer user;
  private Integer group;
  private int[] groups;
  private boolean closed;

  private Spawn(MethodHandle addCloseFrom) throws LinuxException {
    this.addCloseFrom = addCloseFrom;
    try {
      call("posix_spawn_file_actions_init", SpawnCalls.ACTIONS_INIT, actions, 0, 0);
      call("posix_spawnattr_init", SpawnCalls.ATTRIBUTES_INIT, attributes, 0, 0);
    } catch (LinuxException e) {
      arena.close();
      throw e;
    }
  }

  /**
   * A child of which nothing has been said yet.
   *
   * @throws LinuxException ENOMEM
   */
  public static Spawn create() throws LinuxException {
    return new Spawn(SpawnCalls.ADD_CLOSE_FROM);
  }

  /** {@link #create} as where libc has no {@code posix_spawn_file_actions_addclosefrom_np}. */
  static Spawn createWithoutCloseFrom() throws LinuxException {
    return new Spawn(null);
  }

  /**
   * Descriptor {@code from} becomes {@code to} as well, and stays open in the program; also when
   * they are the same.
   *
   * @throws LinuxException EBADF: {@code to} is negative or over the limit; ENOMEM
   */
  public Spawn dup2(int from, int to) throws LinuxException {
    checkOpen();
    call("posix_spawn_file_actions_adddup2", SpawnCalls.ADD_DUP2, actions, from, to);
    duplicates.set(to);
    return this;
  }

  /**
   * Closes a descriptor, which need not be open.
   *
   * @throws LinuxException EBADF: it is negative or over the limit; ENOMEM
   */
  public Spawn closeDescriptor(int fd) throws LinuxException {
    checkOpen();
    call("posix_spawn_file_actions_addclose", SpawnCalls.ADD_CLOSE, actions, fd, 0);
    return this;
  }

  /**
   * Closes every descriptor from {@code lowest} on.
   *
   * @throws LinuxException EBADF: it is negative; ENOMEM
   */
  public Spawn closeFrom(int lowest) throws LinuxException {
    checkOpen();
    if (addCloseFrom == null) {
      closeEach(lowest);
    } else {
      call("posix_spawn_file_actions_addclosefrom_np", addCloseFrom, actions, lowest, 0);
    }
    return this;
  }

  /** For glibc before 2.34, and musl: those that are open now, and those that the child opened. */
  private void closeEach(int lowest) throws LinuxException {
    if (lowest < 0) {
      throw LinuxException.of("posix_spawn_file_actions_addclose", Errno.EBADF);
    }
    BitSet open = SpawnCalls.openDescriptors();
    open.or(duplicates);
    for (int fd = open.nextSetBit(lowest); fd >= 0; fd = open.nextSetBit(fd + 1)) {
      closeDescriptor(fd);
    }
  }

  /**
   * Changes the working directory.
   *
   * @param path without a NUL
   * @throws LinuxException ENOMEM
   */
  public Spawn chdir(byte[] path) throws LinuxException {
    call("posix_spawn_file_actions_addchdir", SpawnCalls.ADD_CHDIR, actions, string(path), 0);
    return this;
  }

  /** Becomes the leader of a new session. */
  public Spawn setsid() {
    flags |= POSIX_SPAWN_SETSID;
    return this;
  }

  /**
   * Joins process group {@code pgid}; 0: a new one of its own.
   *
   * @throws LinuxException as the call says
   */
  public Spawn processGroup(int pgid) throws LinuxException {
    checkOpen();
    call("posix_spawnattr_setpgroup", SpawnCalls.SET_PROCESS_GROUP, attributes, pgid, 0);
    flags |= POSIX_SPAWN_SETPGROUP;
    return this;
  }

  /**
   * Blocks these signals and no other. Without it the child blocks what the calling thread does:
   * one of the JVM blocks SIGQUIT.
   *
   * @throws LinuxException as the call says
   */
  public Spawn signalMask(SignalSet blocked) throws LinuxException {
    call("posix_spawnattr_setsigmask", SpawnCalls.SET_MASK, attributes, set(blocked), 0);
    flags |= POSIX_SPAWN_SETSIGMASK;
    return this;
  }

  /**
   * Does the default about these signals, even if this process ignores them. Those that it handles
   * get the default anyway.
   *
   * @throws LinuxException as the call says
   */
  public Spawn defaultActions(SignalSet signals) throws LinuxException {
    // Else glibc has a child ignore its own two.
    SignalSet all = new SignalSet(signals.bits() | ~SignalSet.ALL.bits());
    call("posix_spawnattr_setsigdefault", SpawnCalls.SET_DEFAULT, attributes, set(all), 0);
    flags |= POSIX_SPAWN_SETSIGDEF;
    return this;
  }

  /**
   * Has this umask. It, the user and the groups are the thread's that makes the child: {@link
   * #start} makes one for it then, which takes about as long again as the child itself. This
   * process is not concerned.
   */
  public Spawn umask(int mask) {
    umask = mask;
    return this;
  }

  /** Is this user: real, effective and saved. */
  public Spawn user(int uid) {
    user = uid;
    return this;
  }

  /** Is of this group: real, effective and saved. */
  public Spawn group(int gid) {
    group = gid;
    return this;
  }

  /** Has these supplementary groups. */
  public Spawn groups(int... gids) {
    groups = gids.clone();
    return this;
  }

  /**
   * {@code posix_spawn(3)}.
   *
   * @param path the program's file, relative to the child's working directory, without a NUL
   * @param args the program's arguments, the first of which is its name, without NULs
   * @param environment {@code NAME=value} each, without NULs; null: this process's
   * @return the child's process number, which is its own until it was waited for
   * @throws LinuxException what failed in the child: ENOENT, EACCES, ENOTDIR, ENOEXEC, E2BIG …;
   *     EAGAIN: as many processes as are allowed; ENOMEM; EPERM: the user or a group may not be
   *     taken
   */
  public int start(byte[] path, List<byte[]> args, List<byte[]> environment) throws LinuxException {
    checkOpen();
    call("posix_spawnattr_setflags", SpawnCalls.SET_FLAGS, attributes, flags, 0);
    long pid = arena.allocate(Integer.BYTES, Integer.BYTES).address();
    long environ = environment == null ? SpawnCalls.environ() : strings(environment);
    if (environ == 0) {
      environ = strings(SpawnCalls.environmentOfTheJvm());
    }
    long file = string(path);
    long argv = strings(args);
    long envp = environ;
    int error =
        umask == null && user == null && group == null && groups == null
            ? spawn(pid, file, argv, envp)
            : new SpawnIdentity(arena, umask, user, group, groups)
                .run(() -> spawn(pid, file, argv, envp));
    if (error != 0) {
      throw LinuxException.of("posix_spawn", error, SpawnCalls.text(path));
    }
    return NativeMemory.getInt(pid);
  }

  private int spawn(long pid, long file, long argv, long envp) {
    try {
      return (int)
          (long) SpawnCalls.SPAWN.invokeExact(pid, file, actions, attributes, argv, envp, 0L);
    } catch (Throwable t) {
      throw Syscall.unreachable(t);
    }
  }

  private static void call(String name, MethodHandle function, long a, long b, long c)
      throws LinuxException {
    int error;
    try {
      error = (int) (long) function.invokeExact(a, b, c, 0L, 0L, 0L, 0L);
    } catch (Throwable t) {
      throw Syscall.unreachable(t);
    }
    if (error != 0) {
      throw LinuxException.of(name, error);
    }
  }

  private long set(SignalSet signals) {
    long set = arena.allocate(SignalSet.SIZE, Long.BYTES).address();
    signals.write(set);
    return set;
  }

  private long string(byte[] bytes) {
    byte[] terminated = Arrays.copyOf(bytes, bytes.length + 1);
    long address = arena.allocate(terminated.length).address();
    NativeMemory.copyFrom(terminated, 0, address, terminated.length);
    return address;
  }

  private long strings(List<byte[]> strings) {
    long array = arena.allocate((strings.size() + 1L) * Long.BYTES, Long.BYTES).address();
    for (int i = 0; i < strings.size(); i++) {
      NativeMemory.putLong(array + i * (long) Long.BYTES, string(strings.get(i)));
    }
    NativeMemory.putLong(array + strings.size() * (long) Long.BYTES, 0);
    return array;
  }

  private void checkOpen() {
    if (closed) {
      throw new IllegalStateException("the spawn is closed");
    }
  }

  /** Frees what was prepared; the child is not concerned. A second call does nothing. */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    try {
      call("posix_spawn_file_actions_destroy", SpawnCalls.ACTIONS_DESTROY, actions, 0, 0);
      call("posix_spawnattr_destroy", SpawnCalls.ATTRIBUTES_DESTROY, attributes, 0, 0);
    } catch (LinuxException e) {
      throw new AssertionError(e); // EINVAL only, for what was never initialised
    } finally {
      arena.close();
    }
  }
}
