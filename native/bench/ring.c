// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "ring.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common.h"

// Since Linux 6.6: newer than the 6.1 headers of Debian 12.
#ifndef IORING_SETUP_NO_SQARRAY
#define IORING_SETUP_NO_SQARRAY (1U << 16)
#endif

static int setup(unsigned entries, struct io_uring_params *params) {
  return (int)syscall(__NR_io_uring_setup, entries, params);
}

static int register_with(int fd, unsigned operation, void *argument, unsigned count) {
  return (int)syscall(__NR_io_uring_register, fd, operation, argument, count);
}

static _Noreturn void refuse(void) {
  const char *why = errno == ENOSYS   ? "this kernel or sandbox has no io_uring"
                    : errno == EPERM  ? "io_uring is forbidden (kernel.io_uring_disabled, or seccomp)"
                    : errno == EINVAL ? "this kernel is older than DEFER_TASKRUN (Linux 6.1)"
                                      : strerror(errno);
  fprintf(stderr, "%s: io_uring_setup: %s\n", program_invocation_short_name, why);
  exit(1);
}

static void *map(int fd, size_t size, off_t offset) {
  void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd, offset);
  if (memory == MAP_FAILED) die("mmap");
  return memory;
}

static void register_ring_fd(struct ring *ring) {
  ring->enter_fd = ring->fd;
  struct io_uring_rsrc_update update = {.offset = -1U, .data = (uint64_t)ring->fd};
  if (register_with(ring->fd, IORING_REGISTER_RING_FDS, &update, 1) == 1) {
    ring->enter_fd = (int)update.offset;
    ring->enter_flags = IORING_ENTER_REGISTERED_RING;
  }
}

void ring_open(struct ring *ring, unsigned entries, unsigned cq_entries) {
  memset(ring, 0, sizeof *ring);
  struct io_uring_params params;
  unsigned flags = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN | IORING_SETUP_SUBMIT_ALL |
                   IORING_SETUP_CLAMP | IORING_SETUP_CQSIZE | IORING_SETUP_NO_SQARRAY;
  for (;; flags &= ~IORING_SETUP_NO_SQARRAY) {
    params = (struct io_uring_params){.flags = flags, .cq_entries = cq_entries};
    ring->fd = setup(entries, &params);
    if (ring->fd >= 0) break;
    if (errno != EINVAL || !(flags & IORING_SETUP_NO_SQARRAY)) refuse();
  }
  ring->setup_flags = flags;

  // One mapping holds both queues (FEAT_SINGLE_MMAP, older than DEFER_TASKRUN).
  size_t sq_bytes = params.sq_off.array + params.sq_entries * sizeof(unsigned);
  size_t cq_bytes = params.cq_off.cqes + params.cq_entries * sizeof(struct io_uring_cqe);
  char *queues = map(ring->fd, sq_bytes > cq_bytes ? sq_bytes : cq_bytes, IORING_OFF_SQ_RING);
  ring->sqes = map(ring->fd, params.sq_entries * sizeof(struct io_uring_sqe), IORING_OFF_SQES);
  ring->sq_head = (unsigned *)(queues + params.sq_off.head);
  ring->sq_tail = (unsigned *)(queues + params.sq_off.tail);
  ring->sq_entries = params.sq_entries;
  ring->cq_head = (unsigned *)(queues + params.cq_off.head);
  ring->cq_tail = (unsigned *)(queues + params.cq_off.tail);
  ring->cqes = (struct io_uring_cqe *)(queues + params.cq_off.cqes);
  ring->cq_entries = params.cq_entries;
  ring->cq_mask = params.cq_entries - 1;
  if (!(flags & IORING_SETUP_NO_SQARRAY)) {
    unsigned *array = (unsigned *)(queues + params.sq_off.array);
    for (unsigned i = 0; i < params.sq_entries; i++) array[i] = i;
  }
  register_ring_fd(ring);
}

struct io_uring_sqe *ring_sqe(struct ring *ring) {
  if (ring->sqe_tail - __atomic_load_n(ring->sq_head, __ATOMIC_ACQUIRE) == ring->sq_entries) {
    ring_enter(ring, 0);
  }
  struct io_uring_sqe *sqe = &ring->sqes[ring->sqe_tail++ & (ring->sq_entries - 1)];
  memset(sqe, 0, sizeof *sqe);
  return sqe;
}

bool ring_enter(struct ring *ring, unsigned wait_count) {
  __atomic_store_n(ring->sq_tail, ring->sqe_tail, __ATOMIC_RELEASE);
  for (;;) {
    unsigned pending = ring->sqe_tail - __atomic_load_n(ring->sq_head, __ATOMIC_ACQUIRE);
    unsigned flags = ring->enter_flags | (wait_count > 0 ? IORING_ENTER_GETEVENTS : 0);
    long result = syscall(__NR_io_uring_enter, ring->enter_fd, pending, wait_count, flags, NULL, 0);
    ring->system_calls++;
    if (result >= 0) {
      if ((unsigned)result == pending) return true;
    } else if (errno == EBUSY && wait_count > 0) {
      return false;
    } else if (errno != EINTR && errno != EAGAIN) {
      die("io_uring_enter");
    }
  }
}

void buffer_ring_open(struct buffer_ring *buffers, struct ring *ring, unsigned group, unsigned count,
                      unsigned size_bytes) {
  const int protection = PROT_READ | PROT_WRITE;
  const int kind = MAP_PRIVATE | MAP_ANONYMOUS;
  void *shared = mmap(NULL, count * sizeof(struct io_uring_buf), protection, kind, -1, 0);
  void *memory = mmap(NULL, (size_t)count * size_bytes, protection, kind, -1, 0);
  if (shared == MAP_FAILED || memory == MAP_FAILED) die("mmap");
  *buffers = (struct buffer_ring){
      .shared = shared, .memory = memory, .size_bytes = size_bytes, .count = count};
  struct io_uring_buf_reg registration = {
      .ring_addr = (uint64_t)(uintptr_t)shared, .ring_entries = count, .bgid = (uint16_t)group};
  if (register_with(ring->fd, IORING_REGISTER_PBUF_RING, &registration, 1) < 0) {
    die("IORING_REGISTER_PBUF_RING");
  }
  for (unsigned id = 0; id < count; id++) buffer_ring_add(buffers, id);
  buffer_ring_publish(buffers);
}
