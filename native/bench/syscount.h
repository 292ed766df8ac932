// SPDX-License-Identifier: Apache-2.0
#ifndef OURO_BENCH_SYSCOUNT_H
#define OURO_BENCH_SYSCOUNT_H

#include <stdint.h>
#include <sys/types.h>

enum { MOST_THREADS = 1024 };

// The ids of the threads of a process. Returns their count, capacity at most.
int list_threads(pid_t process, pid_t *threads, int capacity);

// Stops each thread at each of its system calls for that time. Exits where it is not allowed to.
uint64_t count_by_ptrace(pid_t process, uint64_t nanos);

#endif
