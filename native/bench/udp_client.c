// SPDX-License-Identifier: Apache-2.0
// The load client of UDP: keeps a number of datagrams under way on each of its sockets, checks every byte
// that comes back, and prints what echo_client prints, and how many datagrams got lost.
//
// A datagram starts with its number. Its latency runs from the send that carries it to the receive that
// brings it back. When nothing comes back for a while, all that are under way are given up and sent anew.
#define _GNU_SOURCE
#include <errno.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "common.h"
#include "echo_client.h"
#include "histogram.h"
#include "pattern.h"

enum { BATCH = 64, LARGEST_BYTES = 65507, EVENTS_PER_TURN = 1024, PATIENCE_MILLIS = 200 };
enum { SOCKET_BUFFER_BYTES = 4 * 1024 * 1024 };

struct sender {
  int fd;
  uint64_t pattern_offset;
  uint64_t first;           // the number of the first datagram that is not given up
  uint64_t next;            // the number of the next one
  uint64_t *started_nanos;  // of those under way, by number modulo depth
  uint64_t *back;           // whether they are back, likewise: the number and 1
};

enum phase { WARMING_UP, MEASURING, OVER };

static struct client_options options;
static struct sender *senders;
static struct histogram latencies;
static enum phase phase = WARMING_UP;
static uint64_t phase_end_nanos, measure_start_nanos, measure_start_cpu_nanos, measured_nanos, lost;
static struct mmsghdr incoming[BATCH], outgoing[BATCH];
static struct iovec incoming_pieces[BATCH], outgoing_pieces[BATCH][2];
static uint64_t numbers[BATCH];

static uint64_t cpu_nanos(void) {
  struct timespec time;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static _Noreturn void fail(const char *what) {
  fprintf(stderr, "udp_client: %s\n", what);
  exit(1);
}

static void prepare_messages(void) {
  size_t stride = (size_t)options.size_bytes + 128;
  char *memory = malloc(BATCH * stride);
  if (memory == NULL) die("malloc");
  for (int i = 0; i < BATCH; i++) {
    incoming_pieces[i] = (struct iovec){memory + (size_t)i * stride, stride};
    incoming[i].msg_hdr = (struct msghdr){.msg_iov = &incoming_pieces[i], .msg_iovlen = 1};
    outgoing_pieces[i][0] = (struct iovec){&numbers[i], sizeof numbers[i]};
    outgoing[i].msg_hdr = (struct msghdr){.msg_iov = outgoing_pieces[i], .msg_iovlen = 2};
  }
}

static void connect_all(void) {
  senders = calloc((size_t)options.connections, sizeof *senders);
  if (senders == NULL) die("calloc");
  struct sockaddr_in address = {.sin_family = AF_INET,
                                .sin_port = htons((uint16_t)options.port),
                                .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  for (long i = 0; i < options.connections; i++) {
    struct sender *sender = &senders[i];
    sender->fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (sender->fd < 0) die("socket");
    int bytes = SOCKET_BUFFER_BYTES;
    if (setsockopt(sender->fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes) < 0) die("SO_RCVBUF");
    if (connect(sender->fd, (struct sockaddr *)&address, sizeof address) < 0) die("connect");
    sender->pattern_offset = (uint64_t)i * 7919;  // tells one socket's datagrams from another's
    sender->started_nanos = calloc((size_t)options.depth, sizeof(uint64_t));
    sender->back = calloc((size_t)options.depth, sizeof(uint64_t));
    if (sender->started_nanos == NULL || sender->back == NULL) die("calloc");
  }
}

static const char *payload(const struct sender *sender, uint64_t number) {
  return pattern_at(sender->pattern_offset + number * 31);
}

static void send_batch(struct sender *sender, int count, uint64_t now) {
  for (int i = 0; i < count; i++) {
    uint64_t number = sender->next++;
    numbers[i] = number;
    outgoing_pieces[i][1] = (struct iovec){(void *)payload(sender, number),
                                           (size_t)options.size_bytes - sizeof number};
    sender->started_nanos[number % (uint64_t)options.depth] = now;
  }
  for (int sent = 0; sent < count;) {
    int result = sendmmsg(sender->fd, outgoing + sent, (unsigned)(count - sent), MSG_NOSIGNAL);
    if (result < 0 && errno != EINTR) die("sendmmsg");
    if (result > 0) sent += result;
  }
}

static void send_new(struct sender *sender, long count, uint64_t now) {
  while (count > 0) {
    int batch = count > BATCH ? BATCH : (int)count;
    send_batch(sender, batch, now);
    count -= batch;
  }
}

// Whether the datagram is one that is waited for. One that was given up and comes late is none.
static bool take(struct sender *sender, const struct mmsghdr *message, uint64_t now) {
  const char *bytes = message->msg_hdr.msg_iov->iov_base;
  uint64_t number;
  if (message->msg_len != (size_t)options.size_bytes) fail("a datagram came back in another length");
  memcpy(&number, bytes, sizeof number);
  if (number >= sender->next) fail("a datagram came back that was never sent");
  if (memcmp(bytes + sizeof number, payload(sender, number), (size_t)options.size_bytes - sizeof number) != 0) {
    fail("the bytes that came back are not those sent");
  }
  uint64_t slot = number % (uint64_t)options.depth;
  if (number < sender->first) return false;
  if (sender->back[slot] == number + 1) fail("a datagram came back twice");
  sender->back[slot] = number + 1;
  if (phase == MEASURING) histogram_add(&latencies, now - sender->started_nanos[slot]);
  return true;
}

static void enter_phase(uint64_t now) {
  if (phase == WARMING_UP) {
    phase = MEASURING;
    lost = 0;
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

// Takes one batch, and sends as many anew. Returns how many there were; 0 when none was there.
static int serve(struct sender *sender, int flags) {
  int count = recvmmsg(sender->fd, incoming, BATCH, flags, NULL);
  if (count < 0) {
    if (errno == EAGAIN || errno == EINTR) return 0;
    die("recvmmsg");
  }
  uint64_t now = now_nanos();
  int expected = 0;
  for (int i = 0; i < count; i++) expected += take(sender, &incoming[i], now);
  send_new(sender, expected, now);
  if (now >= phase_end_nanos) enter_phase(now);
  return count;
}

static void give_up_all(void) {
  uint64_t now = now_nanos();
  for (long i = 0; i < options.connections; i++) {
    struct sender *sender = &senders[i];
    for (uint64_t number = sender->first; number < sender->next; number++) {
      if (sender->next - number > (uint64_t)options.depth) continue;
      lost += sender->back[number % (uint64_t)options.depth] != number + 1;
    }
    sender->first = sender->next;
    send_new(sender, options.depth, now);
  }
  if (now >= phase_end_nanos) enter_phase(now);
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
  return epoll_wait(epoll, events, EVENTS_PER_TURN, PATIENCE_MILLIS);
}

static void run_many(void) {
  int epoll = epoll_create1(EPOLL_CLOEXEC);
  if (epoll < 0) die("epoll_create1");
  for (long i = 0; i < options.connections; i++) {
    struct epoll_event event = {.events = EPOLLIN | EPOLLET, .data.ptr = &senders[i]};
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, senders[i].fd, &event) < 0) die("epoll_ctl");
    send_new(&senders[i], options.depth, now_nanos());
  }
  static struct epoll_event events[EVENTS_PER_TURN];
  while (phase != OVER) {
    int count = wait_for_events(epoll, events);
    if (count < 0 && errno != EINTR) die("epoll_wait");
    if (count == 0) give_up_all();
    for (int i = 0; i < count; i++) {
      while (serve(events[i].data.ptr, MSG_DONTWAIT) == BATCH) {
      }
    }
  }
}

// One socket without epoll: the least that a client can do.
static void run_blocking(void) {
  struct timeval patience = {.tv_usec = PATIENCE_MILLIS * 1000};
  if (setsockopt(senders[0].fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) < 0) die("SO_RCVTIMEO");
  send_new(&senders[0], options.depth, now_nanos());
  while (phase != OVER) {
    uint64_t until = options.spin_nanos > 0 ? now_nanos() + options.spin_nanos : 0;
    int count = 0;
    while (until > 0 && count == 0 && now_nanos() < until) count = serve(&senders[0], MSG_DONTWAIT);
    if (count == 0) count = serve(&senders[0], MSG_WAITFORONE);
    if (count == 0) give_up_all();
  }
}

static void print_result(void) {
  uint64_t cpu = cpu_nanos() - measure_start_cpu_nanos;
  double seconds = (double)measured_nanos / 1e9;
  printf("{\"connections\":%ld,\"depth\":%ld,\"size_bytes\":%ld,\"seconds\":%.6f,"
         "\"round_trips\":%" PRIu64 ",\"round_trips_per_second\":%.1f,\"cpu_nanos\":%" PRIu64
         ",\"lost\":%" PRIu64 ",\"latency_nanos\":{\"p50\":%" PRIu64 ",\"p99\":%" PRIu64
         ",\"p99_9\":%" PRIu64 ",\"max\":%" PRIu64 "}}\n",
         options.connections, options.depth, options.size_bytes, seconds, latencies.count,
         (double)latencies.count / seconds, cpu, lost, histogram_at(&latencies, 0.5),
         histogram_at(&latencies, 0.99), histogram_at(&latencies, 0.999), latencies.max);
  fflush(stdout);
}

int main(int argc, char **argv) {
  parse_client_options(argc, argv, &options);
  if (options.size_bytes < (long)sizeof(uint64_t) || options.size_bytes > LARGEST_BYTES || options.idle ||
      options.hold) {
    fail("--size takes 8 to 65507 bytes, --idle and --hold are for echo_client");
  }
  pin_to_cpu(options.cpu);
  exit_cleanly_on_signals();
  raise_descriptor_limit();
  pattern_fill();
  prepare_messages();
  connect_all();
  phase_end_nanos = now_nanos() + options.warm_up_nanos;
  if (options.blocking) {
    run_blocking();
  } else {
    run_many();
  }
  print_result();
}
