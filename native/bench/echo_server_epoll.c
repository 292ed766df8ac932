// SPDX-License-Identifier: Apache-2.0
// The epoll reference: edge-triggered and registered once, each receive drains until a short read, each
// echo is sent at once, and only a full socket makes it wait for EPOLLOUT.
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common.h"

enum { EVENTS_PER_TURN = 1024, DEFAULT_BUFFER_BYTES = 64 * 1024 };

struct connection {
  int fd;
  // The end of an echo that the socket did not take: while it is there, nothing more is read.
  char *unsent;
  size_t unsent_bytes;
};

static struct counters counters;
static char *buffer;
static size_t buffer_bytes;

static void close_connection(struct connection *connection) {
  close(connection->fd);
  counters.system_calls++;
  free(connection->unsent);
  free(connection);
}

// Sends until all is gone or the socket is full. Returns the bytes sent, or -1 when the peer is gone.
static ssize_t send_some(int fd, const char *data, size_t count) {
  size_t sent = 0;
  while (sent < count) {
    ssize_t result = send(fd, data + sent, count - sent, MSG_NOSIGNAL | MSG_DONTWAIT);
    counters.system_calls++;
    if (result < 0) {
      if (errno == EINTR) continue;
      if (errno == EAGAIN) break;
      return -1;
    }
    sent += (size_t)result;
  }
  counters.echoed_bytes += sent;
  return (ssize_t)sent;
}

static void keep_unsent(struct connection *connection, const char *data, size_t count) {
  if (connection->unsent == NULL) connection->unsent = malloc(buffer_bytes);
  if (connection->unsent == NULL) die("malloc");
  memcpy(connection->unsent, data, count);
  connection->unsent_bytes = count;
}

static bool flush_unsent(struct connection *connection) {
  ssize_t sent = send_some(connection->fd, connection->unsent, connection->unsent_bytes);
  if (sent < 0) return false;
  connection->unsent_bytes -= (size_t)sent;
  memmove(connection->unsent, connection->unsent + sent, connection->unsent_bytes);
  return true;
}

// Echoes until the socket is dry or full. A short read ends the drain: what comes later is a new edge.
// After RDHUP there is no later edge, so that the drain goes on to the end of the stream.
static bool echo(struct connection *connection, bool peer_closed) {
  for (;;) {
    ssize_t count = recv(connection->fd, buffer, buffer_bytes, MSG_DONTWAIT);
    counters.system_calls++;
    if (count < 0) {
      if (errno == EINTR) continue;
      return errno == EAGAIN;
    }
    if (count == 0) return false;
    ssize_t sent = send_some(connection->fd, buffer, (size_t)count);
    if (sent < 0) return false;
    if (sent < count) {
      keep_unsent(connection, buffer + sent, (size_t)(count - sent));
      return true;
    }
    if ((size_t)count < buffer_bytes && !peer_closed) return true;
  }
}

static void serve(struct connection *connection, uint32_t events) {
  bool alive = !(events & EPOLLERR);
  if (alive && connection->unsent_bytes > 0) alive = flush_unsent(connection);
  if (alive && connection->unsent_bytes == 0) {
    alive = echo(connection, events & (EPOLLRDHUP | EPOLLHUP));
  }
  if (!alive) close_connection(connection);
}

static void accept_all(int epoll, int listener) {
  for (;;) {
    int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    counters.system_calls++;
    if (fd < 0) {
      if (errno == EINTR || errno == ECONNABORTED) continue;
      if (errno == EAGAIN) return;
      die("accept4");
    }
    struct connection *connection = calloc(1, sizeof *connection);
    if (connection == NULL) die("calloc");
    connection->fd = fd;
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET,
                                .data.ptr = connection};
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) < 0) die("epoll_ctl");
    counters.system_calls++;
  }
}

static void copy_counters(struct counters *copy) {
  *copy = counters;
}

static void watch(int epoll, int fd, void *key) {
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = key};
  if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) < 0) die("epoll_ctl");
}

int main(int argc, char **argv) {
  struct server_options options = {.cpu = -1, .buffer_bytes = DEFAULT_BUFFER_BYTES};
  parse_server_options(argc, argv, &options);
  pin_to_cpu(options.cpu);
  exit_cleanly_on_signals();
  raise_descriptor_limit();
  buffer_bytes = options.buffer_bytes;
  buffer = malloc(buffer_bytes);
  if (buffer == NULL) die("malloc");

  int listener = listen_on_loopback(options.port, true);
  int control = control_fd();
  int epoll = epoll_create1(EPOLL_CLOEXEC);
  if (epoll < 0) die("epoll_create1");
  watch(epoll, listener, &listener);
  if (control >= 0) watch(epoll, control, &control);
  announce(listener);

  static struct epoll_event events[EVENTS_PER_TURN];
  for (;;) {
    int count = epoll_wait(epoll, events, EVENTS_PER_TURN, -1);
    counters.system_calls++;
    if (count < 0 && errno != EINTR) die("epoll_wait");
    for (int i = 0; i < count; i++) {
      void *key = events[i].data.ptr;
      if (key == &listener) {
        accept_all(epoll, listener);
      } else if (key == &control) {
        if (!serve_control(control, copy_counters)) return 0;
      } else {
        serve(key, events[i].events);
      }
    }
  }
}
