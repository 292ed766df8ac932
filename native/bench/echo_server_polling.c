// SPDX-License-Identifier: Apache-2.0
// The ceiling for one connection across two processors: asks for data without ever waiting for it, and sends
// it back. It owns a processor and serves one connection at a time; nothing that a server could do about its
// own waiting makes a round trip shorter than this.
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common.h"

enum { DEFAULT_BUFFER_BYTES = 64 * 1024 };

// Counted by the thread that serves alone, read by the one that answers "stats".
static _Atomic uint64_t echoed_bytes, system_calls;

static void add(_Atomic uint64_t *counter, uint64_t amount) {
  uint64_t before = atomic_load_explicit(counter, memory_order_relaxed);
  atomic_store_explicit(counter, before + amount, memory_order_relaxed);
}

// What a call that may answer EAGAIN did: the count, 0 for "not yet"; negative: the connection is over.
static ssize_t outcome(ssize_t result) {
  add(&system_calls, 1);
  if (result >= 0) return result;
  return errno == EAGAIN || errno == EINTR ? 0 : -1;
}

static bool send_all(int fd, const char *data, size_t count) {
  for (size_t sent = 0; sent < count;) {
    ssize_t result = outcome(send(fd, data + sent, count - sent, MSG_NOSIGNAL | MSG_DONTWAIT));
    if (result < 0) return false;
    sent += (size_t)result;
  }
  add(&echoed_bytes, count);
  return true;
}

static void echo(int fd, char *buffer, size_t buffer_bytes) {
  for (;;) {
    ssize_t result = recv(fd, buffer, buffer_bytes, MSG_DONTWAIT);
    ssize_t count = outcome(result);
    if (count < 0 || result == 0) return;
    if (count > 0 && !send_all(fd, buffer, (size_t)count)) return;
  }
}

static void read_counters(struct counters *counters) {
  counters->echoed_bytes = atomic_load_explicit(&echoed_bytes, memory_order_relaxed);
  counters->system_calls = atomic_load_explicit(&system_calls, memory_order_relaxed);
}

static void *answer_control(void *argument) {
  (void)argument;
  int control = control_fd();
  if (control < 0) return NULL;
  while (serve_control(control, read_counters)) {
  }
  exit(0);
}

int main(int argc, char **argv) {
  struct server_options options = {.cpu = -1, .buffer_bytes = DEFAULT_BUFFER_BYTES};
  parse_server_options(argc, argv, &options);
  pin_to_cpu(options.cpu);
  exit_cleanly_on_signals();
  char *buffer = malloc(options.buffer_bytes);
  if (buffer == NULL) die("malloc");

  int listener = listen_on_loopback(options.port, false);
  announce(listener);
  pthread_t thread;
  int error = pthread_create(&thread, NULL, answer_control, NULL);
  if (error != 0) die_errno("pthread_create", error);
  pthread_detach(thread);
  for (;;) {
    int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    if (fd < 0) {
      if (errno == EINTR || errno == ECONNABORTED) continue;
      die("accept4");
    }
    echo(fd, buffer, options.buffer_bytes);
    close(fd);
  }
}
