// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
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

static pthread_t tracer;

static void interrupt(int signal) {
  (void)signal;
}

// Again and again, should the first signal come before the tracer waits.
static void *end_the_wait(void *argument) {
  (void)argument;
  await_end_of_input();
  over = 1;
  const struct timespec pause = {.tv_nsec = 1000000};
  while (over) {
    pthread_kill(tracer, SIGUSR1);
    nanosleep(&pause, NULL);
  }
  return NULL;
}

static void end_with_the_input(void) {
  // No SA_RESTART: the signal ends the wait.
  struct sigaction action = {.sa_handler = interrupt};
  sigaction(SIGUSR1, &action, NULL);
  tracer = pthread_self();
  pthread_t thread;
  int error = pthread_create(&thread, NULL, end_the_wait, NULL);
  if (error != 0) die_errno("pthread_create", error);
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

uint64_t count_by_ptrace(pid_t process) {
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
  announce_counting();
  end_with_the_input();
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
