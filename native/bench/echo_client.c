// SPDX-License-Identifier: Apache-2.0
// The load client: keeps a number of messages under way on each connection, checks every byte that comes
// back, and prints round trips per second and latencies as one line of JSON.
//
// A round trip is one message echoed. Its latency runs from the send that carries it (a message of a
// replenished window: from the receive that made room for it) to the receive that completes it.
#define _GNU_SOURCE
#include "echo_client.h"

#include <errno.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "common.h"
#include "histogram.h"
#include "pattern.h"

enum { EVENTS_PER_TURN = 1024 };

// Positions are those of the stream of all messages of the connection.
struct connection {
  int fd;
  uint64_t pattern_offset;
  uint64_t received;
  uint64_t sent;
  uint64_t to_send;
  uint64_t completed_messages;
  uint64_t *started_nanos;  // of the messages under way, by message number modulo depth
};

enum phase { WARMING_UP, MEASURING, OVER };

static struct client_options options;
static struct connection *connections;
static struct histogram latencies;
static enum phase phase = WARMING_UP;
static uint64_t phase_end_nanos, measure_start_nanos, measure_start_cpu_nanos, measured_nanos;
static char received[PATTERN_RUN];

static uint64_t cpu_nanos(void) {
  struct timespec time;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static _Noreturn void fail(const char *what) {
  fprintf(stderr, "echo_client: %s\n", what);
  exit(1);
}

static int connect_one(long number) {
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) die("socket");
  int on = 1;
  if (setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) < 0) die("TCP_NODELAY");
  struct sockaddr_in address = {.sin_family = AF_INET};
  if (options.sources > 1) {
    // Leaves the choice of the port to connect(2), so that only the pair must be unique.
    if (setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on) < 0) {
      die("IP_BIND_ADDRESS_NO_PORT");
    }
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK + (uint32_t)(number % options.sources));
    if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0) die("bind");
  }
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons((uint16_t)options.port);
  while (connect(fd, (struct sockaddr *)&address, sizeof address) < 0) {
    if (errno != EINTR) die("connect");
  }
  return fd;
}

static void connect_all(void) {
  connections = calloc((size_t)options.connections, sizeof *connections);
  if (connections == NULL) die("calloc");
  for (long i = 0; i < options.connections; i++) {
    struct connection *connection = &connections[i];
    connection->fd = connect_one(i);
    connection->pattern_offset = (uint64_t)i * 7919;  // tells one connection's bytes from another's
    connection->started_nanos = calloc((size_t)options.depth, sizeof(uint64_t));
    if (connection->started_nanos == NULL) die("calloc");
  }
}

static void enter_phase(uint64_t now) {
  if (phase == WARMING_UP) {
    phase = MEASURING;
    measure_start_nanos = now;
    measure_start_cpu_nanos = cpu_nanos();
    phase_end_nanos = now + options.measure_nanos;
    printf("measuring\n");
    fflush(stdout);
  } else {
    phase = OVER;
    measured_nanos = now - measure_start_nanos;
  }
}

static void flush_sends(struct connection *connection) {
  while (connection->sent < connection->to_send) {
    uint64_t count = connection->to_send - connection->sent;
    if (count > PATTERN_RUN) count = PATTERN_RUN;
    const char *bytes = pattern_at(connection->pattern_offset + connection->sent);
    ssize_t result = send(connection->fd, bytes, count, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (result < 0) {
      if (errno == EINTR) continue;
      if (errno == EAGAIN) return;
      die("send");
    }
    connection->sent += (uint64_t)result;
  }
}

static void start_messages(struct connection *connection, uint64_t count, uint64_t now) {
  uint64_t first = connection->to_send / (uint64_t)options.size_bytes;
  for (uint64_t i = 0; i < count; i++) {
    connection->started_nanos[(first + i) % (uint64_t)options.depth] = now;
  }
  connection->to_send += count * (uint64_t)options.size_bytes;
  flush_sends(connection);
}

static void on_received(struct connection *connection, size_t count, uint64_t now) {
  const char *expected = pattern_at(connection->pattern_offset + connection->received);
  if (connection->received + count > connection->sent) fail("more came back than was sent");
  if (memcmp(received, expected, count) != 0) fail("the bytes that came back are not those sent");
  connection->received += count;
  uint64_t complete = connection->received / (uint64_t)options.size_bytes;
  uint64_t news = complete - connection->completed_messages;
  if (news == 0) return;
  if (phase == MEASURING) {
    for (uint64_t i = connection->completed_messages; i < complete; i++) {
      histogram_add(&latencies, now - connection->started_nanos[i % (uint64_t)options.depth]);
    }
  }
  connection->completed_messages = complete;
  start_messages(connection, news, now);
}

// Takes what is there; with edges, a short read ends the drain. Returns the time of the last receive.
static uint64_t drain(struct connection *connection) {
  for (;;) {
    ssize_t count = recv(connection->fd, received, sizeof received, MSG_DONTWAIT);
    uint64_t now = now_nanos();
    if (count < 0) {
      if (errno == EINTR) continue;
      if (errno == EAGAIN) return now;
      die("recv");
    }
    if (count == 0) fail("the server closed a connection");
    on_received(connection, (size_t)count, now);
    if ((size_t)count < sizeof received) return now;
  }
}

// Polls for the spin time, then blocks.
static int wait_for_events(int epoll, struct epoll_event *events) {
  if (options.spin_nanos > 0) {
    uint64_t until = now_nanos() + options.spin_nanos;
    do {
      int count = epoll_wait(epoll, events, EVENTS_PER_TURN, 0);
      if (count != 0) return count;
    } while (now_nanos() < until);
  }
  return epoll_wait(epoll, events, EVENTS_PER_TURN, 10000);
}

static void run_many(void) {
  int epoll = epoll_create1(EPOLL_CLOEXEC);
  if (epoll < 0) die("epoll_create1");
  for (long i = 0; i < options.connections; i++) {
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLET, .data.ptr = &connections[i]};
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, connections[i].fd, &event) < 0) die("epoll_ctl");
    start_messages(&connections[i], (uint64_t)options.depth, now_nanos());
  }
  static struct epoll_event events[EVENTS_PER_TURN];
  while (phase != OVER) {
    int count = wait_for_events(epoll, events);
    if (count < 0 && errno != EINTR) die("epoll_wait");
    if (count == 0) fail("nothing came back for 10 s");
    uint64_t now = 0;
    for (int i = 0; i < count; i++) {
      struct connection *connection = events[i].data.ptr;
      if (events[i].events & EPOLLOUT) flush_sends(connection);
      if (events[i].events & (EPOLLIN | EPOLLERR | EPOLLHUP)) now = drain(connection);
    }
    if (now >= phase_end_nanos) enter_phase(now);
  }
}

static ssize_t receive_blocking(int fd) {
  ssize_t count = -1;
  errno = EAGAIN;
  if (options.spin_nanos > 0) {
    uint64_t until = now_nanos() + options.spin_nanos;
    do {
      count = recv(fd, received, sizeof received, MSG_DONTWAIT);
    } while (count < 0 && errno == EAGAIN && now_nanos() < until);
  }
  while (count < 0 && (errno == EAGAIN || errno == EINTR)) {
    count = recv(fd, received, sizeof received, 0);
  }
  if (count < 0) die("recv");
  if (count == 0) fail("the server closed the connection");
  return count;
}

// One connection without epoll: send and recv only, the least that a client can do.
static void run_blocking(void) {
  struct connection *connection = &connections[0];
  start_messages(connection, (uint64_t)options.depth, now_nanos());
  while (phase != OVER) {
    if (connection->sent < connection->to_send) {
      struct pollfd poll_fd = {.fd = connection->fd, .events = POLLIN | POLLOUT};
      if (poll(&poll_fd, 1, -1) < 0 && errno != EINTR) die("poll");
      flush_sends(connection);
      if (!(poll_fd.revents & POLLIN)) continue;
    }
    ssize_t count = receive_blocking(connection->fd);
    uint64_t now = now_nanos();
    on_received(connection, (size_t)count, now);
    if (now >= phase_end_nanos) enter_phase(now);
  }
}

// The connections close when this process ends.
static void await_end_of_input(void) {
  char byte;
  while (read(STDIN_FILENO, &byte, 1) > 0) {
  }
}

// Uses each connection once, so that the server has taken it, and then leaves it alone.
static void use_once(void) {
  size_t size = (size_t)options.size_bytes;
  if (size > PATTERN_RUN) fail("--idle takes messages of 256 KiB at most");
  for (long i = 0; i < options.connections; i++) {
    if (send(connections[i].fd, pattern_at(0), size, MSG_NOSIGNAL) != (ssize_t)size) die("send");
  }
  for (long i = 0; i < options.connections; i++) {
    ssize_t count = recv(connections[i].fd, received, size, MSG_WAITALL);
    if (count != (ssize_t)size || memcmp(received, pattern_at(0), size) != 0) fail("no echo");
  }
  printf("connected %ld\n", options.connections);
  fflush(stdout);
}

static void print_result(void) {
  uint64_t cpu = cpu_nanos() - measure_start_cpu_nanos;
  double seconds = (double)measured_nanos / 1e9;
  printf("{\"connections\":%ld,\"depth\":%ld,\"size_bytes\":%ld,\"seconds\":%.6f,"
         "\"round_trips\":%" PRIu64 ",\"round_trips_per_second\":%.1f,\"cpu_nanos\":%" PRIu64
         ",\"latency_nanos\":{\"p50\":%" PRIu64 ",\"p99\":%" PRIu64 ",\"p99_9\":%" PRIu64
         ",\"max\":%" PRIu64 "}}\n",
         options.connections, options.depth, options.size_bytes, seconds, latencies.count,
         (double)latencies.count / seconds, cpu, histogram_at(&latencies, 0.5),
         histogram_at(&latencies, 0.99), histogram_at(&latencies, 0.999), latencies.max);
  fflush(stdout);
}

int main(int argc, char **argv) {
  parse_client_options(argc, argv, &options);
  pin_to_cpu(options.cpu);
  exit_cleanly_on_signals();
  raise_descriptor_limit();
  pattern_fill();
  connect_all();
  if (options.idle) {
    use_once();
    await_end_of_input();
    return 0;
  }
  phase_end_nanos = now_nanos() + options.warm_up_nanos;
  if (options.blocking) {
    run_blocking();
  } else {
    run_many();
  }
  print_result();
  if (options.hold) await_end_of_input();
}
