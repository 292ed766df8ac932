// SPDX-License-Identifier: Apache-2.0
// Submits NOPs in batches and takes their completions: what a ring costs without any I/O.
// Prints the median over rounds, as one line of JSON.
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>

#include "common.h"
#include "ring.h"

enum { ROUNDS = 21, DEFAULT_BATCH = 32, DEFAULT_OPERATIONS = 1 << 20 };

static void run_batch(struct ring *ring, unsigned batch) {
  for (unsigned i = 0; i < batch; i++) {
    struct io_uring_sqe *sqe = ring_sqe(ring);
    sqe->opcode = IORING_OP_NOP;
    sqe->user_data = i;
  }
  ring_enter(ring, batch);
  unsigned head = *ring->cq_head;
  unsigned tail = __atomic_load_n(ring->cq_tail, __ATOMIC_ACQUIRE);
  for (unsigned i = 0; head != tail; head++, i++) {
    const struct io_uring_cqe *cqe = &ring->cqes[head & ring->cq_mask];
    if (cqe->res != 0 || cqe->user_data != i) die_errno("NOP", -cqe->res);
  }
  __atomic_store_n(ring->cq_head, head, __ATOMIC_RELEASE);
}

static int compare(const void *left, const void *right) {
  double difference = *(const double *)left - *(const double *)right;
  return (difference > 0) - (difference < 0);
}

int main(int argc, char **argv) {
  unsigned batch = argc > 1 ? (unsigned)parse_number("batch", argv[1], 1) : DEFAULT_BATCH;
  long operations = argc > 2 ? parse_number("operations", argv[2], batch) : DEFAULT_OPERATIONS;
  if (argc > 3) pin_to_cpu((int)parse_number("cpu", argv[3], -1));
  struct ring ring;
  ring_open(&ring, 256, 512);
  if (batch > ring.sq_entries) {
    fprintf(stderr, "ring_nop: a batch of at most %u fits the ring\n", ring.sq_entries);
    return 2;
  }
  long batches = operations / batch;
  double nanos[ROUNDS];
  for (int round = -1; round < ROUNDS; round++) {
    uint64_t start = now_nanos();
    for (long i = 0; i < batches; i++) run_batch(&ring, batch);
    // Round -1 warms up.
    if (round >= 0) nanos[round] = (double)(now_nanos() - start) / (double)(batches * batch);
  }
  qsort(nanos, ROUNDS, sizeof *nanos, compare);
  printf("{\"batch\":%u,\"nanos_per_operation\":%.2f}\n", batch, nanos[ROUNDS / 2]);
}
