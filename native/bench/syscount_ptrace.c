// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <time.h>

#include "common.h"
#include "syscount.h"

enum { SYSCALL_STOP = SIGTRAP | 0x80 };

static volatile sig_atomic_t over;

static void end(int signal) {
  (void)signal;
  over = 1;
}

static void end_after(uint64_t nanos) {
  // No SA_RESTART: the signal ends the wait.
  struct sigaction action = {.sa_handler = end};
  sigaction(SIGALRM, &action, NULL);
  timer_t timer;
  struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGALRM};
  if (timer_create(CLOCK_MONOTONIC, &event, &timer) < 0) die("timer_create");
  // Repeated, should the first come before the wait begins.
  struct itimerspec when = {.it_interval.tv_nsec = 1000000};
  when.it_value.tv_sec = (time_t)(nanos / 1000000000u);
  when.it_value.tv_nsec = (long)(nanos % 1000000000u);
  if (timer_settime(timer, 0, &when, NULL) < 0) die("timer_settime");
}

static bool is_entry(pid_t thread) {
  struct __ptrace_syscall_info info;
  memset(&info, 0, sizeof info);
  ptrace(PTRACE_GET_SYSCALL_INFO, thread, (void *)sizeof info, &info);
  return info.op == PTRACE_SYSCALL_INFO_ENTRY;
}

// The signal that a stopped thread is to get when it goes on.
static int signal_to_deliver(int status) {
  int stop = WSTOPSIG(status);
  bool event = status >> 16 != 0;
  return event || stop == SYSCALL_STOP ? 0 : stop;
}

uint64_t count_by_ptrace(pid_t process, uint64_t nanos) {
  pid_t threads[MOST_THREADS];
  int count = list_threads(process, threads, MOST_THREADS);
  for (int i = 0; i < count; i++) {
    long options = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACECLONE;
    if (ptrace(PTRACE_SEIZE, threads[i], NULL, (void *)options) < 0) {
      if (errno == ESRCH) continue;
      die("ptrace");
    }
    ptrace(PTRACE_INTERRUPT, threads[i], NULL, NULL);
  }
  uint64_t calls = 0;
  end_after(nanos);
  while (!over) {
    int status;
    pid_t thread = waitpid(-1, &status, __WALL);
    if (thread < 0) {
      if (errno == EINTR) continue;
      die("waitpid");
    }
    if (!WIFSTOPPED(status)) continue;
    if (WSTOPSIG(status) == SYSCALL_STOP && is_entry(thread)) calls++;
    ptrace(PTRACE_SYSCALL, thread, NULL, (void *)(long)signal_to_deliver(status));
  }
  return calls;
}
