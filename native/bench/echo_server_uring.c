// SPDX-License-Identifier: Apache-2.0
// The io_uring reference: multishot accept, multishot receives out of one ring of provided buffers, and
// one system call per turn.
//
// A turn sends what came on a connection with one SEND or SENDMSG, straight from the receive buffers. It
// carries MSG_DONTWAIT and CQE_SKIP_SUCCESS: it is done when the enter that submits it returns, and only a
// send that took less than all posts a completion. So the enter that sends also waits for the next data,
// and is not woken by its own sends. The rest of a short send goes out by a send that may wait.
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "common.h"
#include "ring.h"

enum {
  SQ_ENTRIES = 4096,
  CQ_ENTRIES = 16384,
  BUFFER_GROUP = 0,
  DEFAULT_BUFFER_BYTES = 4096,
  POOL_BYTES = 16 * 1024 * 1024,
  LEAST_BUFFERS = 64,
  MOST_BUFFERS = 32768,
  PIECES_PER_SEND = 64,
  NONE = -1,
};

// The low bits of user_data: what has completed. The rest is the connection, which calloc aligns to 16.
enum kind { ACCEPT, CONTROL, RECEIVE, SEND, KIND_MASK = 3 };

struct connection {
  int fd;
  int first, last;         // the queue of buffers to send, by id
  size_t first_offset;     // bytes of the first that are already sent
  bool receiving;          // a receive is under way, or waits for a buffer
  bool waiting;            // a send that may wait is under way
  bool dirty;              // in the list of connections with something new to send
  bool sending;            // in the list of sends that the coming enter finishes
  bool sent_short;         // which one of them did not
  bool ended;
  size_t sending_bytes;
  struct msghdr message;
  struct iovec pieces[PIECES_PER_SEND];
  struct connection *next_dirty, *next_sending, *next_starved;
};

static struct ring ring;
static struct buffer_ring buffers;
static struct counters counters;
static int listener, control;

// Of each buffer that is queued: the bytes in it, and the buffer that follows.
static unsigned lengths[MOST_BUFFERS];
static int followers[MOST_BUFFERS];

static struct connection *dirty, *sending, *starved;

static void copy_counters(struct counters *copy) {
  *copy = counters;
  copy->system_calls += ring.system_calls;
}

static struct io_uring_sqe *prepare(enum kind kind, int opcode, int fd, struct connection *connection) {
  struct io_uring_sqe *sqe = ring_sqe(&ring);
  sqe->opcode = (uint8_t)opcode;
  sqe->fd = fd;
  sqe->user_data = (uint64_t)(uintptr_t)connection | kind;
  return sqe;
}

static void accept_more(void) {
  struct io_uring_sqe *sqe = prepare(ACCEPT, IORING_OP_ACCEPT, listener, NULL);
  sqe->ioprio = IORING_ACCEPT_MULTISHOT;
  sqe->accept_flags = SOCK_CLOEXEC;
}

static void await_control(void) {
  prepare(CONTROL, IORING_OP_POLL_ADD, control, NULL)->poll32_events = POLLIN;
}

static void receive_more(struct connection *connection) {
  struct io_uring_sqe *sqe = prepare(RECEIVE, IORING_OP_RECV, connection->fd, connection);
  sqe->ioprio = IORING_RECV_MULTISHOT;
  sqe->flags = IOSQE_BUFFER_SELECT;
  sqe->buf_group = BUFFER_GROUP;
  connection->receiving = true;
}

static void queue(struct connection *connection, int id, unsigned length) {
  lengths[id] = length;
  followers[id] = NONE;
  if (connection->first == NONE) {
    connection->first = id;
  } else {
    followers[connection->last] = id;
  }
  connection->last = id;
  if (!connection->dirty) {
    connection->dirty = true;
    connection->next_dirty = dirty;
    dirty = connection;
  }
}

static void give_back_first(struct connection *connection) {
  int id = connection->first;
  connection->first = followers[id];
  connection->first_offset = 0;
  buffer_ring_add(&buffers, (unsigned)id);
}

// Takes sent bytes off the front of the queue and hands the buffers that are through to the kernel.
static void consume(struct connection *connection, size_t sent) {
  counters.echoed_bytes += sent;
  while (sent > 0) {
    size_t rest = lengths[connection->first] - connection->first_offset;
    if (sent < rest) {
      connection->first_offset += sent;
      return;
    }
    sent -= rest;
    give_back_first(connection);
  }
}

// Points the pieces at what is queued. Returns how many there are.
static int gather(struct connection *connection) {
  size_t offset = connection->first_offset;
  int count = 0;
  connection->sending_bytes = 0;
  for (int id = connection->first; id != NONE && count < PIECES_PER_SEND; id = followers[id]) {
    struct iovec *piece = &connection->pieces[count++];
    piece->iov_base = buffer_at(&buffers, (unsigned)id) + offset;
    piece->iov_len = lengths[id] - offset;
    connection->sending_bytes += piece->iov_len;
    offset = 0;
  }
  return count;
}

static void send_queue(struct connection *connection, bool may_wait) {
  int count = gather(connection);
  struct io_uring_sqe *sqe =
      prepare(SEND, count == 1 ? IORING_OP_SEND : IORING_OP_SENDMSG, connection->fd, connection);
  if (count == 1) {
    sqe->addr = (uint64_t)(uintptr_t)connection->pieces[0].iov_base;
    sqe->len = (uint32_t)connection->pieces[0].iov_len;
  } else {
    connection->message.msg_iov = connection->pieces;
    connection->message.msg_iovlen = (size_t)count;
    sqe->addr = (uint64_t)(uintptr_t)&connection->message;
    sqe->len = 1;
  }
  sqe->msg_flags = MSG_NOSIGNAL | MSG_WAITALL | (may_wait ? 0 : MSG_DONTWAIT);
  sqe->flags = may_wait ? 0 : IOSQE_CQE_SKIP_SUCCESS;
  connection->waiting = may_wait;
  if (!may_wait) {
    connection->sending = true;
    connection->next_sending = sending;
    sending = connection;
  }
}

static void release_if_over(struct connection *connection) {
  bool busy =
      connection->receiving || connection->waiting || connection->dirty || connection->sending;
  if (!connection->ended || busy || connection->first != NONE) return;
  close(connection->fd);
  counters.system_calls++;
  free(connection);
}

static void abandon(struct connection *connection) {
  connection->ended = true;
  while (connection->first != NONE) give_back_first(connection);
  shutdown(connection->fd, SHUT_RDWR);
  counters.system_calls++;
}

static void on_accept(const struct io_uring_cqe *cqe) {
  if (!(cqe->flags & IORING_CQE_F_MORE)) accept_more();
  if (cqe->res == -ECONNABORTED) return;
  if (cqe->res < 0) die_errno("accept", -cqe->res);
  struct connection *connection = calloc(1, sizeof *connection);
  if (connection == NULL) die("calloc");
  connection->fd = cqe->res;
  connection->first = connection->last = NONE;
  receive_more(connection);
}

static void on_receive(struct connection *connection, const struct io_uring_cqe *cqe) {
  connection->receiving = cqe->flags & IORING_CQE_F_MORE;
  if (cqe->flags & IORING_CQE_F_BUFFER) {
    int id = (int)(cqe->flags >> IORING_CQE_BUFFER_SHIFT);
    if (cqe->res > 0 && !connection->ended) {
      queue(connection, id, (unsigned)cqe->res);
    } else {
      buffer_ring_add(&buffers, (unsigned)id);
    }
  }
  if (cqe->res == -ENOBUFS) {
    connection->receiving = true;
    connection->next_starved = starved;
    starved = connection;
  } else if (cqe->res <= 0) {
    connection->ended = true;
  } else if (!connection->receiving) {
    receive_more(connection);
  }
  release_if_over(connection);
}

// A send that could not wait has completed only if it took less than all; one that may wait, always.
static void on_send(struct connection *connection, const struct io_uring_cqe *cqe) {
  bool was_full = !connection->waiting && cqe->res == -EAGAIN;
  connection->sent_short = !connection->waiting;
  connection->waiting = false;
  if (cqe->res > 0) consume(connection, (size_t)cqe->res);
  if (cqe->res < 0 && !was_full) {
    abandon(connection);
  } else if (connection->first != NONE) {
    send_queue(connection, true);
  }
  release_if_over(connection);
}

static void on_control(void) {
  if (!serve_control(control, copy_counters)) exit(0);
  await_control();
}

static void drain_completions(void) {
  unsigned head = *ring.cq_head;
  unsigned tail = __atomic_load_n(ring.cq_tail, __ATOMIC_ACQUIRE);
  while (head != tail) {
    const struct io_uring_cqe *cqe = &ring.cqes[head++ & ring.cq_mask];
    struct connection *connection = (void *)(uintptr_t)(cqe->user_data & ~(uint64_t)KIND_MASK);
    switch ((enum kind)(cqe->user_data & KIND_MASK)) {
      case ACCEPT:
        on_accept(cqe);
        break;
      case CONTROL:
        on_control();
        break;
      case RECEIVE:
        on_receive(connection, cqe);
        break;
      default:
        on_send(connection, cqe);
    }
  }
  __atomic_store_n(ring.cq_head, head, __ATOMIC_RELEASE);
}

// The sends that the last enter submitted are done, but for those that said otherwise.
static void settle_sends(void) {
  while (sending != NULL) {
    struct connection *connection = sending;
    sending = connection->next_sending;
    connection->sending = false;
    if (!connection->sent_short) consume(connection, connection->sending_bytes);
    connection->sent_short = false;
    // More than one message's worth of pieces, or data that came in between.
    if (connection->first != NONE && !connection->waiting && !connection->dirty) {
      connection->dirty = true;
      connection->next_dirty = dirty;
      dirty = connection;
    }
    release_if_over(connection);
  }
}

static void send_what_came(void) {
  while (dirty != NULL) {
    struct connection *connection = dirty;
    dirty = connection->next_dirty;
    connection->dirty = false;
    if (connection->first != NONE && !connection->waiting) send_queue(connection, false);
    release_if_over(connection);
  }
}

static void feed_starved(void) {
  struct connection *connection = starved;
  for (starved = NULL; connection != NULL; connection = connection->next_starved) {
    receive_more(connection);
  }
}

static unsigned buffers_for(size_t size_bytes) {
  unsigned count = LEAST_BUFFERS;
  while (count < MOST_BUFFERS && (size_t)count * 2 * size_bytes <= POOL_BYTES) count *= 2;
  return count;
}

int main(int argc, char **argv) {
  struct server_options options = {.cpu = -1, .buffer_bytes = DEFAULT_BUFFER_BYTES};
  parse_server_options(argc, argv, &options);
  pin_to_cpu(options.cpu);
  exit_cleanly_on_signals();
  raise_descriptor_limit();

  ring_open(&ring, SQ_ENTRIES, CQ_ENTRIES);
  unsigned count = buffers_for(options.buffer_bytes);
  buffer_ring_open(&buffers, &ring, BUFFER_GROUP, count, (unsigned)options.buffer_bytes);
  listener = listen_on_loopback(options.port, false);
  control = control_fd();
  accept_more();
  if (control >= 0) await_control();
  announce(listener);

  for (;;) {
    bool all_submitted = ring_enter(&ring, 1);
    uint16_t before = buffers.tail;
    drain_completions();
    if (all_submitted) {
      settle_sends();
      send_what_came();
    }
    if (buffers.tail != before) {
      buffer_ring_publish(&buffers);
      feed_starved();
    }
  }
}
