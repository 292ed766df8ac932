// SPDX-License-Identifier: Apache-2.0
package dev.ouro.uring;

import dev.ouro.linux.Errno;
import dev.ouro.linux.Fd;
import dev.ouro.linux.LinuxException;
import dev.ouro.linux.Mapping;
import dev.ouro.linux.NativeMemory;
import dev.ouro.linux.Nr;
import dev.ouro.linux.Syscall;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * {@code io_uring_setup(2)}, by trial.
 *
 * <p>EINVAL: the next lower rung of {@link #LADDER}. ENOMEM: half the entries, down to {@link
 * #SMALLEST}; rings are charged to RLIMIT_MEMLOCK. Anything else is the caller's to hear. No kernel
 * version is ever asked for.
 */
final class UringSetup {
  /** What is not halved any further on ENOMEM. */
  static final int SMALLEST = 8;

  private static final int ALWAYS =
      Setup.IORING_SETUP_R_DISABLED | Setup.IORING_SETUP_CLAMP | Setup.IORING_SETUP_CQSIZE;

  /** In brackets the first kernel with the rung. */
  private static final int[] LADDER = {
    // 6.6
    Setup.IORING_SETUP_SINGLE_ISSUER
        | Setup.IORING_SETUP_DEFER_TASKRUN
        | Setup.IORING_SETUP_TASKRUN_FLAG
        | Setup.IORING_SETUP_SUBMIT_ALL
        | Setup.IORING_SETUP_NO_SQARRAY,
    // 6.1
    Setup.IORING_SETUP_SINGLE_ISSUER
        | Setup.IORING_SETUP_DEFER_TASKRUN
        | Setup.IORING_SETUP_TASKRUN_FLAG
        | Setup.IORING_SETUP_SUBMIT_ALL,
    // 6.0
    Setup.IORING_SETUP_SINGLE_ISSUER
        | Setup.IORING_SETUP_COOP_TASKRUN
        | Setup.IORING_SETUP_TASKRUN_FLAG
        | Setup.IORING_SETUP_SUBMIT_ALL,
    // 5.19
    Setup.IORING_SETUP_COOP_TASKRUN
        | Setup.IORING_SETUP_TASKRUN_FLAG
        | Setup.IORING_SETUP_SUBMIT_ALL,
    // 5.18
    Setup.IORING_SETUP_SUBMIT_ALL,
    // 5.10
    0
  };

  /** The same without what a ring with a kernel thread refuses. */
  private static final int[] SQPOLL_LADDER = {
    Setup.IORING_SETUP_SINGLE_ISSUER
        | Setup.IORING_SETUP_SUBMIT_ALL
        | Setup.IORING_SETUP_NO_SQARRAY,
    Setup.IORING_SETUP_SINGLE_ISSUER | Setup.IORING_SETUP_SUBMIT_ALL,
    Setup.IORING_SETUP_SUBMIT_ALL,
    0
  };

  private static final int NEEDED =
      Setup.IORING_FEAT_SINGLE_MMAP
          | Setup.IORING_FEAT_NODROP
          | Setup.IORING_FEAT_SUBMIT_STABLE
          | Setup.IORING_FEAT_EXT_ARG;

  final Fd fd;
  final int setupFlags;
  final int features;

  private UringSetup(Fd fd, int setupFlags, int features) {
    this.fd = fd;
    this.setupFlags = setupFlags;
    this.features = features;
  }

  /**
   * Makes a ring; {@code params} then holds what the kernel answered.
   *
   * @param params room for a {@code struct io_uring_params}
   */
  static UringSetup open(UringOptions options, long params) throws LinuxException {
    int entries = options.entries();
    while (true) {
      long result = climbDown(options, entries, params);
      if (result == -Errno.ENOMEM && entries > SMALLEST) {
        entries = Math.max(SMALLEST, entries / 2);
        continue;
      }
      if (result < 0) {
        throw LinuxException.of("io_uring_setup", result, reason((int) -result));
      }
      Fd fd = new Fd((int) result);
      int features = NativeMemory.getInt(params + Layout.PARAMS_FEATURES);
      if ((features & NEEDED) != NEEDED) {
        fd.close();
        throw LinuxException.of(
            "io_uring_setup",
            Errno.ENOSYS,
            "the kernel's io_uring lacks features, it has 0x" + Integer.toHexString(features));
      }
      return new UringSetup(fd, NativeMemory.getInt(params + Layout.PARAMS_FLAGS), features);
    }
  }

  private static long climbDown(UringOptions options, int entries, long params) {
    if (options.setupFlags() != UringOptions.LADDER) {
      return attempt(options, entries, options.setupFlags(), params);
    }
    long result = -Errno.EINVAL;
    for (int rung : options.sqpoll() ? SQPOLL_LADDER : LADDER) {
      result = attempt(options, entries, ALWAYS | rung, params);
      if (result != -Errno.EINVAL) {
        break;
      }
    }
    return result;
  }

  private static long attempt(UringOptions options, int entries, int rung, long params) {
    NativeMemory.zero(params, Layout.PARAMS_SIZE);
    int flags = rung;
    if (options.sqpoll()) {
      flags |= Setup.IORING_SETUP_SQPOLL;
      long idleMillis =
          Math.min(UringOptions.nanos(options.sqpollIdle()) / 1_000_000, Integer.MAX_VALUE);
      NativeMemory.putInt(params + Layout.PARAMS_SQ_THREAD_IDLE, (int) Math.max(1, idleMillis));
      if (options.sqpollCpu() >= 0) {
        flags |= Setup.IORING_SETUP_SQ_AFF;
        NativeMemory.putInt(params + Layout.PARAMS_SQ_THREAD_CPU, options.sqpollCpu());
      }
    }
    if (options.attachWorkersOf() != null) {
      flags |= Setup.IORING_SETUP_ATTACH_WQ;
      NativeMemory.putInt(params + Layout.PARAMS_WQ_FD, options.attachWorkersOf().fd());
    }
    if ((flags & Setup.IORING_SETUP_CQSIZE) != 0) {
      NativeMemory.putInt(params + Layout.PARAMS_CQ_ENTRIES, completionEntries(options, entries));
    }
    NativeMemory.putInt(params + Layout.PARAMS_FLAGS, flags);
    return Syscall.call(Nr.IO_URING_SETUP, entries, params);
  }

  /** In the proportion that was asked for, when the entries had to be lowered. */
  private static int completionEntries(UringOptions options, int entries) {
    long wanted = options.cqEntries() == 0 ? 4L * options.entries() : options.cqEntries();
    return (int) Math.min(1 << 30, Math.max(entries, wanted * entries / options.entries()));
  }

  /** Maps both queues: one mapping, IORING_FEAT_SINGLE_MMAP. */
  static Mapping mapQueues(Fd fd, int setupFlags, long params) throws LinuxException {
    int sqEntries = NativeMemory.getInt(params + Layout.PARAMS_SQ_ENTRIES);
    int cqEntries = NativeMemory.getInt(params + Layout.PARAMS_CQ_ENTRIES);
    int array = NativeMemory.getInt(params + Layout.PARAMS_SQ_OFF + Layout.SQ_OFF_ARRAY);
    int cqes = NativeMemory.getInt(params + Layout.PARAMS_CQ_OFF + Layout.CQ_OFF_CQES);
    boolean hasArray = (setupFlags & Setup.IORING_SETUP_NO_SQARRAY) == 0;
    long arrayEnd = hasArray ? array + 4L * sqEntries : 0;
    long cqesEnd = cqes + (long) cqeSize(setupFlags) * cqEntries;
    Mapping queues = Mapping.shared(fd, Layout.OFF_SQ_RING, Math.max(arrayEnd, cqesEnd));
    if (hasArray) {
      for (int i = 0; i < sqEntries; i++) {
        NativeMemory.putInt(queues.address() + array + 4L * i, i);
      }
    }
    return queues;
  }

  /** Maps the submission entries. */
  static Mapping mapEntries(Fd fd, int setupFlags, long params) throws LinuxException {
    int sqEntries = NativeMemory.getInt(params + Layout.PARAMS_SQ_ENTRIES);
    return Mapping.shared(fd, Layout.OFF_SQES, (long) sqeSize(setupFlags) * sqEntries);
  }

  static SubmissionQueue submissionQueue(int setupFlags, long params, long queues, long sqes) {
    long off = params + Layout.PARAMS_SQ_OFF;
    return new SubmissionQueue(
        queues + NativeMemory.getInt(off + Layout.SQ_OFF_HEAD),
        queues + NativeMemory.getInt(off + Layout.SQ_OFF_TAIL),
        queues + NativeMemory.getInt(off + Layout.SQ_OFF_FLAGS),
        queues + NativeMemory.getInt(off + Layout.SQ_OFF_DROPPED),
        sqes,
        NativeMemory.getInt(params + Layout.PARAMS_SQ_ENTRIES),
        sqeSize(setupFlags));
  }

  static CompletionQueue completionQueue(int setupFlags, long params, long queues) {
    long off = params + Layout.PARAMS_CQ_OFF;
    return new CompletionQueue(
        queues + NativeMemory.getInt(off + Layout.CQ_OFF_HEAD),
        queues + NativeMemory.getInt(off + Layout.CQ_OFF_TAIL),
        queues + NativeMemory.getInt(off + Layout.CQ_OFF_OVERFLOW),
        queues + NativeMemory.getInt(off + Layout.CQ_OFF_FLAGS),
        queues + NativeMemory.getInt(off + Layout.CQ_OFF_CQES),
        NativeMemory.getInt(params + Layout.PARAMS_CQ_ENTRIES),
        cqeSize(setupFlags));
  }

  static int sqeSize(int setupFlags) {
    return (setupFlags & Setup.IORING_SETUP_SQE128) == 0 ? Layout.SQE_SIZE : 2 * Layout.SQE_SIZE;
  }

  static int cqeSize(int setupFlags) {
    return (setupFlags & Setup.IORING_SETUP_CQE32) == 0 ? Layout.CQE_SIZE : 2 * Layout.CQE_SIZE;
  }

  /** Why the kernel may have refused, for a person to read. */
  static String reason(int errno) {
    return switch (errno) {
      case Errno.EPERM -> refusal();
      case Errno.ENOSYS -> "this kernel, or the sandbox around this process, has no io_uring";
      case Errno.ENOMEM -> "too little memory may be locked: RLIMIT_MEMLOCK, see ulimit -l";
      case Errno.EMFILE, Errno.ENFILE -> "no descriptor is free";
      case Errno.EINVAL -> "no set of setup flags that the kernel takes";
      default -> null;
    };
  }

  private static String refusal() {
    String switchedOff = readSwitch();
    return switch (switchedOff) {
      case "1" ->
          "kernel.io_uring_disabled=1: only the group kernel.io_uring_group may use io_uring";
      case "2" -> "kernel.io_uring_disabled=2: nobody may use io_uring";
      default ->
          "kernel.io_uring_disabled is "
              + switchedOff
              + ": most likely a seccomp filter, as containers have by default";
    };
  }

  private static String readSwitch() {
    try {
      return Files.readString(Path.of("/proc/sys/kernel/io_uring_disabled")).strip();
    } catch (IOException e) {
      return "unknown";
    }
  }
}
