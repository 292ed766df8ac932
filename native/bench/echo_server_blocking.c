// SPDX-License-Identifier: Apache-2.0
// The blocking reference: a thread per connection, recv and send, nothing else.
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common.h"

enum { DEFAULT_BUFFER_BYTES = 64 * 1024 };

// Counted by the connection's thread alone, read by the one that answers "stats": relaxed stores suffice.
struct connection {
  int fd;
  _Atomic uint64_t echoed_bytes;
  _Atomic uint64_t system_calls;
  struct connection *next;
};

static size_t buffer_bytes;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct connection *connections;

static void add(_Atomic uint64_t *counter, uint64_t amount) {
  uint64_t before = atomic_load_explicit(counter, memory_order_relaxed);
  atomic_store_explicit(counter, before + amount, memory_order_relaxed);
}

static bool send_all(struct connection *connection, const char *data, size_t count) {
  for (size_t sent = 0; sent < count;) {
    ssize_t result = send(connection->fd, data + sent, count - sent, MSG_NOSIGNAL);
    add(&connection->system_calls, 1);
    if (result < 0 && errno != EINTR) return false;
    if (result > 0) sent += (size_t)result;
  }
  add(&connection->echoed_bytes, count);
  return true;
}

static void *echo(void *argument) {
  struct connection *connection = argument;
  char *buffer = malloc(buffer_bytes);
  if (buffer == NULL) die("malloc");
  for (;;) {
    ssize_t count = recv(connection->fd, buffer, buffer_bytes, 0);
    add(&connection->system_calls, 1);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0 || !send_all(connection, buffer, (size_t)count)) break;
  }
  close(connection->fd);
  free(buffer);
  return NULL;
}

static void sum_counters(struct counters *sum) {
  pthread_mutex_lock(&lock);
  for (struct connection *each = connections; each != NULL; each = each->next) {
    sum->echoed_bytes += atomic_load_explicit(&each->echoed_bytes, memory_order_relaxed);
    sum->system_calls += atomic_load_explicit(&each->system_calls, memory_order_relaxed);
  }
  pthread_mutex_unlock(&lock);
}

static void *answer_control(void *argument) {
  (void)argument;
  int control = control_fd();
  if (control < 0) return NULL;
  while (serve_control(control, sum_counters)) {
  }
  exit(0);
}

static void start(pthread_t *thread, void *(*body)(void *), void *argument) {
  int error = pthread_create(thread, NULL, body, argument);
  if (error != 0) die_errno("pthread_create", error);
  pthread_detach(*thread);
}

int main(int argc, char **argv) {
  struct server_options options = {.cpu = -1, .buffer_bytes = DEFAULT_BUFFER_BYTES};
  parse_server_options(argc, argv, &options);
  pin_to_cpu(options.cpu);
  exit_cleanly_on_signals();
  raise_descriptor_limit();
  buffer_bytes = options.buffer_bytes;

  int listener = listen_on_loopback(options.port, false);
  announce(listener);
  pthread_t thread;
  start(&thread, answer_control, NULL);
  for (;;) {
    int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    if (fd < 0) {
      if (errno == EINTR || errno == ECONNABORTED) continue;
      die("accept4");
    }
    // Kept after the connection ends, for its counts.
    struct connection *connection = calloc(1, sizeof *connection);
    if (connection == NULL) die("calloc");
    connection->fd = fd;
    pthread_mutex_lock(&lock);
    connection->next = connections;
    connections = connection;
    pthread_mutex_unlock(&lock);
    start(&thread, echo, connection);
  }
}
