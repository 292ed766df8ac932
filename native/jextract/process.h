// SPDX-License-Identifier: Apache-2.0
// pidfd_open(2), waitid(2), posix_spawn(3).
#define _GNU_SOURCE
#include <spawn.h>
#include <sys/pidfd.h>
#include <sys/wait.h>

// These name what lies in unions, and would be replaced where a path leads there.
#undef si_pid
#undef si_uid
#undef si_status
#undef si_utime
#undef si_stime
#undef si_value
#undef si_int
#undef si_ptr
#undef si_addr
#undef si_addr_lsb
#undef si_lower
#undef si_upper
#undef si_pkey
#undef si_band
#undef si_fd
#undef si_timerid
#undef si_overrun
#undef si_call_addr
#undef si_syscall
#undef si_arch
