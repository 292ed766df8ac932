// SPDX-License-Identifier: Apache-2.0
// A log-linear histogram of nanoseconds: 128 steps to each power of two, so that a value is at most 0.8 %
// off.
#ifndef OURO_BENCH_HISTOGRAM_H
#define OURO_BENCH_HISTOGRAM_H

#include <stdint.h>

enum { HISTOGRAM_STEP_BITS = 7, HISTOGRAM_CELLS = (64 - HISTOGRAM_STEP_BITS + 1) << HISTOGRAM_STEP_BITS };

struct histogram {
  uint64_t count;
  uint64_t max;
  uint64_t cells[HISTOGRAM_CELLS];
};

static inline unsigned histogram_cell(uint64_t value) {
  if (value < (2u << HISTOGRAM_STEP_BITS)) return (unsigned)value;
  int shift = 63 - HISTOGRAM_STEP_BITS - __builtin_clzll(value);
  return ((unsigned)shift << HISTOGRAM_STEP_BITS) + (unsigned)(value >> shift);
}

static inline void histogram_add(struct histogram *histogram, uint64_t value) {
  histogram->cells[histogram_cell(value)]++;
  histogram->count++;
  if (value > histogram->max) histogram->max = value;
}

// The highest value that shares a cell with the one at the quantile, at most the maximum. 0 when empty.
uint64_t histogram_at(const struct histogram *histogram, double quantile);

#endif
