// SPDX-License-Identifier: Apache-2.0
// The UDP reference: one socket, edge-triggered; recvmmsg takes up to 64 datagrams, sendmmsg sends them back
// from where they lie, and a batch that is not full ends the drain.
#define _GNU_SOURCE
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "common.h"

// The stride is no multiple of a page: else the starts of all datagrams share the same few cache lines.
enum { BATCH = 64, DEFAULT_BUFFER_BYTES = 64 * 1024 + 128, RECEIVE_BUFFER_BYTES = 4 * 1024 * 1024 };

static struct counters counters;
static struct mmsghdr messages[BATCH];
static struct iovec pieces[BATCH];
static struct sockaddr_storage peers[BATCH];
static size_t buffer_bytes;

static void prepare(int count) {
  for (int i = 0; i < count; i++) {
    messages[i].msg_hdr.msg_namelen = sizeof peers[i];
    pieces[i].iov_len = buffer_bytes;
  }
}

static void send_back(int fd, int count) {
  int sent = 0;
  while (sent < count) {
    int result = sendmmsg(fd, messages + sent, (unsigned)(count - sent), MSG_DONTWAIT | MSG_NOSIGNAL);
    counters.system_calls++;
    if (result >= 0) {
      for (int i = sent; i < sent + result; i++) counters.echoed_bytes += pieces[i].iov_len;
      sent += result;
    } else if (errno == EAGAIN) {
      struct pollfd room = {.fd = fd, .events = POLLOUT};
      poll(&room, 1, -1);
      counters.system_calls++;
    } else if (errno != EINTR) {
      sent++;  // an error of this datagram's
    }
  }
}

static void echo(int fd) {
  for (;;) {
    int count = recvmmsg(fd, messages, BATCH, MSG_DONTWAIT, NULL);
    counters.system_calls++;
    if (count < 0) {
      if (errno == EINTR) continue;
      if (errno == EAGAIN) return;
      die("recvmmsg");
    }
    for (int i = 0; i < count; i++) pieces[i].iov_len = messages[i].msg_len;
    send_back(fd, count);
    prepare(count);
    if (count < BATCH) return;
  }
}

static int bind_to_loopback(int port) {
  int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) die("socket");
  int bytes = RECEIVE_BUFFER_BYTES;
  if (setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes) < 0) die("SO_RCVBUF");
  struct sockaddr_in address = {.sin_family = AF_INET,
                                .sin_port = htons((uint16_t)port),
                                .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0) die("bind");
  return fd;
}

static void copy_counters(struct counters *copy) {
  *copy = counters;
}

static void watch(int epoll, int fd, uint32_t events) {
  struct epoll_event event = {.events = events, .data.fd = fd};
  if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) < 0) die("epoll_ctl");
}

int main(int argc, char **argv) {
  struct server_options options = {.cpu = -1, .buffer_bytes = DEFAULT_BUFFER_BYTES};
  parse_server_options(argc, argv, &options);
  pin_to_cpu(options.cpu);
  exit_cleanly_on_signals();
  buffer_bytes = options.buffer_bytes;
  char *buffers = malloc(BATCH * buffer_bytes);
  if (buffers == NULL) die("malloc");
  for (int i = 0; i < BATCH; i++) {
    pieces[i].iov_base = buffers + (size_t)i * buffer_bytes;
    messages[i].msg_hdr = (struct msghdr){.msg_name = &peers[i], .msg_iov = &pieces[i], .msg_iovlen = 1};
  }
  prepare(BATCH);

  int socket = bind_to_loopback(options.port);
  int control = control_fd();
  int epoll = epoll_create1(EPOLL_CLOEXEC);
  if (epoll < 0) die("epoll_create1");
  watch(epoll, socket, EPOLLIN | EPOLLET);
  if (control >= 0) watch(epoll, control, EPOLLIN);
  announce(socket);

  for (;;) {
    struct epoll_event events[2];
    int count = epoll_wait(epoll, events, 2, -1);
    counters.system_calls++;
    if (count < 0 && errno != EINTR) die("epoll_wait");
    for (int i = 0; i < count; i++) {
      if (events[i].data.fd == socket) {
        echo(socket);
      } else if (!serve_control(control, copy_counters)) {
        return 0;
      }
    }
  }
}
