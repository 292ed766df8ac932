// SPDX-License-Identifier: Apache-2.0
// pidfd_open(2), waitid(2), posix_spawn(3).
#define _GNU_SOURCE
#include <spawn.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
