// SPDX-License-Identifier: Apache-2.0
// The least of io_uring that the reference programs need, by raw system calls.
#ifndef OURO_BENCH_RING_H
#define OURO_BENCH_RING_H

#include <linux/io_uring.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ring {
  int fd;
  int enter_fd;  // the index of the registered descriptor, with ENTER_REGISTERED_RING in enter_flags
  unsigned enter_flags;
  unsigned setup_flags;

  struct io_uring_sqe *sqes;
  unsigned *sq_head;
  unsigned *sq_tail;
  unsigned sq_entries;
  unsigned sqe_tail;  // prepared, and not yet shown to the kernel

  struct io_uring_cqe *cqes;
  unsigned *cq_head;
  unsigned *cq_tail;
  unsigned cq_mask;
  unsigned cq_entries;

  uint64_t system_calls;
};

// A ring of the calling thread: SINGLE_ISSUER, DEFER_TASKRUN, and the fd registered. Exits with a clear
// line where the kernel or a sandbox refuses io_uring, or is older than DEFER_TASKRUN (6.1).
void ring_open(struct ring *ring, unsigned entries, unsigned cq_entries);

// The next free submission entry, zeroed. Submits when the queue is full.
struct io_uring_sqe *ring_sqe(struct ring *ring);

// Submits all that is prepared and waits until wait_count completions are there. Returns false when
// completions must be taken first, because so many are there that the kernel takes no submission.
bool ring_enter(struct ring *ring, unsigned wait_count);

// A ring of buffers that the kernel picks receive buffers from.
struct buffer_ring {
  struct io_uring_buf_ring *shared;
  char *memory;
  unsigned size_bytes;
  unsigned count;  // a power of two
  uint16_t tail;
};

void buffer_ring_open(struct buffer_ring *buffers, struct ring *ring, unsigned group, unsigned count,
                      unsigned size_bytes);

static inline char *buffer_at(struct buffer_ring *buffers, unsigned id) {
  return buffers->memory + (size_t)id * buffers->size_bytes;
}

// Hands a buffer to the kernel. buffer_ring_publish makes all that were handed over since visible.
static inline void buffer_ring_add(struct buffer_ring *buffers, unsigned id) {
  struct io_uring_buf *slot = &buffers->shared->bufs[buffers->tail++ & (buffers->count - 1)];
  slot->addr = (uint64_t)(uintptr_t)buffer_at(buffers, id);
  slot->len = buffers->size_bytes;
  slot->bid = (uint16_t)id;
}

static inline void buffer_ring_publish(struct buffer_ring *buffers) {
  __atomic_store_n(&buffers->shared->tail, buffers->tail, __ATOMIC_RELEASE);
}

#endif
