// SPDX-License-Identifier: Apache-2.0
#ifndef OURO_BENCH_SYSCOUNT_H
#define OURO_BENCH_SYSCOUNT_H

#include <stdint.h>
#include <sys/types.h>

enum { MOST_THREADS = 1024 };

// The ids of the threads of a process. Returns their count, capacity at most.
int list_threads(pid_t process, pid_t *threads, int capacity);

// Prints the line "counting".
void announce_counting(void);

// Returns at end of file on stdin.
void await_end_of_input(void);

// Stops each thread at each of its system calls until then. Exits where it is not allowed to.
uint64_t count_by_ptrace(pid_t process);

#endif
