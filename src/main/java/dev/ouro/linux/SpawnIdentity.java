// SPDX-License-Identifier: Apache-2.0
package dev.ouro.linux;

import java.lang.foreign.Arena;

/**
 * The umask, user and groups that a child gets from the thread which makes it. For the kernel they
 * belong to a thread (libc alone pretends that they are the process's), so a new thread takes them
 * by the bare system calls, makes the child, and ends: a thread that gave up its user cannot have
 * it back.
 *
 * <p>The thread makes no object and loads no class, for its user may not be allowed to read the
 * class path; the caller turns its errno into an exception. It waits for the thread by {@code
 * futex(2)} and not in Java, so that a virtual thread does not give its place to another meanwhile.
 */
final class SpawnIdentity {
  private static final int CLONE_FS = 0x200;
  private static final int PR_GET_DUMPABLE = 3;
  private static final int PR_SET_DUMPABLE = 4;
  private static final int FUTEX_WAIT_PRIVATE = 128;
  private static final int FUTEX_WAKE_PRIVATE = 129;
  private static final int UNCHANGED = -1;

  private final long done;
  private final long groupsAddress;
  private final int groupsCount;
  private final int umask;
  private final int user;
  private final int group;
  private String call;
  private long error;

  /**
   * What the thread shall take; null for what stays.
   *
   * @param arena has the memory until the child was made
   */
  SpawnIdentity(Arena arena, Integer umask, Integer user, Integer group, int[] groups) {
    this.done = arena.allocate(Integer.BYTES, Integer.BYTES).address();
    this.umask = umask == null ? UNCHANGED : umask;
    this.user = user == null ? UNCHANGED : user;
    this.group = group == null ? UNCHANGED : group;
    this.groupsCount = groups == null ? UNCHANGED : groups.length;
    long groupsSize = Math.max(1, groupsCount) * (long) Integer.BYTES;
    this.groupsAddress = arena.allocate(groupsSize, Integer.BYTES).address();
    for (int i = 0; i < groupsCount; i++) {
      NativeMemory.putInt(groupsAddress + i * (long) Integer.BYTES, groups[i]);
    }
  }

  /** Makes the child, on a thread that has the identity: 0, or its errno. */
  interface Body {
    int run();
  }

  /**
   * Runs {@code body} on such a thread, and waits for it.
   *
   * @return what it answered
   * @throws LinuxException EPERM: this process may not give itself that identity
   */
  int run(Body body) throws LinuxException {
    NativeMemory.putInt(done, 0);
    call = null;
    Thread.ofPlatform()
        .name("ouro-spawn")
        .daemon()
        .inheritInheritableThreadLocals(false)
        .start(() -> become(body));
    while (NativeMemory.getIntAcquire(done) == 0) {
      Syscall.call(Nr.FUTEX, done, FUTEX_WAIT_PRIVATE, 0, 0);
    }
    if (call != null) {
      throw LinuxException.of(call, error);
    }
    return (int) error;
  }

  private void become(Body body) {
    long dumpable = Syscall.call(Nr.PRCTL, PR_GET_DUMPABLE, 0, 0, 0);
    try {
      if (takeAll()) {
        error = body.run();
      }
    } finally {
      // A change of user makes the kernel forbid to dump and trace the whole process.
      Syscall.call(Nr.PRCTL, PR_SET_DUMPABLE, dumpable, 0, 0);
      NativeMemory.putIntRelease(done, 1);
      Syscall.call(Nr.FUTEX, done, FUTEX_WAKE_PRIVATE, 1, 0);
    }
  }

  /** In Python's order: what needs the privileges before the user, who has them, goes. */
  private boolean takeAll() {
    if (umask != UNCHANGED) {
      if (!took("unshare", Syscall.call(Nr.UNSHARE, CLONE_FS))) {
        return false;
      }
      Syscall.call(Nr.UMASK, umask);
    }
    return (groupsCount == UNCHANGED
            || took("setgroups", Syscall.call(Nr.SETGROUPS, groupsCount, groupsAddress)))
        && (group == UNCHANGED
            || took("setresgid", Syscall.call(Nr.SETRESGID, group, group, group)))
        && (user == UNCHANGED || took("setresuid", Syscall.call(Nr.SETRESUID, user, user, user)));
  }

  private boolean took(String name, long result) {
    if (result < 0) {
      call = name;
      error = result;
    }
    return result >= 0;
  }
}
