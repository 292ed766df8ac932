// SPDX-License-Identifier: Apache-2.0
// Counts the system calls that a process makes, seen from outside, in all its threads: from the line
// "counting", which it prints, to end of file on stdin.
//
// Where the tracepoint raw_syscalls:sys_enter may be used (mostly: as root) it costs the process next to
// nothing. Else ptrace stops the process at each call: the count is right, the pace is not.
// Prints one line of JSON that names the method.
#define _GNU_SOURCE
#include "syscount.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/perf_event.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common.h"

static const char *const TRACEFS = "/sys/kernel/tracing";

static long read_tracepoint_id(void) {
  char path[128];
  snprintf(path, sizeof path, "%s/events/raw_syscalls/sys_enter/id", TRACEFS);
  FILE *file = fopen(path, "re");
  if (file == NULL) return -1;
  long id;
  if (fscanf(file, "%ld", &id) != 1) id = -1;
  fclose(file);
  return id;
}

// Where nothing has mounted tracefs yet, mounts it in a mount namespace of this process alone.
static long tracepoint_id(void) {
  long id = read_tracepoint_id();
  if (id >= 0) return id;
  if (unshare(CLONE_NEWNS) < 0) return -1;
  if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0) return -1;
  if (mount("tracefs", TRACEFS, "tracefs", 0, NULL) < 0) return -1;
  return read_tracepoint_id();
}

void announce_counting(void) {
  printf("counting\n");
  fflush(stdout);
}

void await_end_of_input(void) {
  char byte;
  ssize_t count;
  do {
    count = read(STDIN_FILENO, &byte, 1);
  } while (count > 0 || (count < 0 && errno == EINTR));
}

int list_threads(pid_t process, pid_t *threads, int capacity) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/task", process);
  DIR *directory = opendir(path);
  if (directory == NULL) die(path);
  int count = 0;
  for (struct dirent *entry; (entry = readdir(directory)) != NULL && count < capacity;) {
    if (entry->d_name[0] != '.') threads[count++] = atoi(entry->d_name);
  }
  closedir(directory);
  return count;
}

// Returns false where counting this way is not allowed.
static bool count_by_tracepoint(pid_t process, uint64_t *calls) {
  long id = tracepoint_id();
  if (id < 0) return false;
  // inherit: threads that start in the meantime count too.
  struct perf_event_attr attributes = {.type = PERF_TYPE_TRACEPOINT,
                                       .size = sizeof attributes,
                                       .config = (uint64_t)id,
                                       .disabled = 1,
                                       .inherit = 1};
  pid_t threads[MOST_THREADS];
  int events[MOST_THREADS];
  int count = list_threads(process, threads, MOST_THREADS);
  int opened = 0;
  for (int i = 0; i < count; i++) {
    int fd = (int)syscall(__NR_perf_event_open, &attributes, threads[i], -1, -1, PERF_FLAG_FD_CLOEXEC);
    if (fd >= 0) {
      events[opened++] = fd;
    } else if (errno != ESRCH) {
      return false;
    }
  }
  for (int i = 0; i < opened; i++) ioctl(events[i], PERF_EVENT_IOC_ENABLE, 0);
  announce_counting();
  await_end_of_input();
  *calls = 0;
  for (int i = 0; i < opened; i++) {
    uint64_t value;
    ioctl(events[i], PERF_EVENT_IOC_DISABLE, 0);
    if (read(events[i], &value, sizeof value) != sizeof value) die("read of a perf event");
    *calls += value;
  }
  return opened > 0;
}

int main(int argc, char **argv) {
  if (argc != 2) {
    fprintf(stderr, "usage: syscount PID\n");
    return 2;
  }
  pid_t process = (pid_t)parse_number("pid", argv[1], 1);
  uint64_t calls;
  const char *method = "tracepoint";
  if (!count_by_tracepoint(process, &calls)) {
    method = "ptrace";
    calls = count_by_ptrace(process);
  }
  printf("{\"method\":\"%s\",\"system_calls\":%" PRIu64 "}\n", method, calls);
  fflush(stdout);
  // Not return: a ptraced process goes on as soon as this one is gone.
  _exit(0);
}
