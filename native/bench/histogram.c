// SPDX-License-Identifier: Apache-2.0
#include "histogram.h"

static uint64_t highest_in_cell(unsigned cell) {
  unsigned shift = cell >> HISTOGRAM_STEP_BITS;
  if (shift < 2) return cell;
  shift--;
  uint64_t steps = cell - (shift << HISTOGRAM_STEP_BITS);
  return ((steps + 1) << shift) - 1;
}

uint64_t histogram_at(const struct histogram *histogram, double quantile) {
  if (histogram->count == 0) return 0;
  uint64_t rank = (uint64_t)(quantile * (double)histogram->count);
  if (rank >= histogram->count) rank = histogram->count - 1;
  unsigned cell = 0;
  for (uint64_t seen = 0; (seen += histogram->cells[cell]) <= rank;) cell++;
  uint64_t value = highest_in_cell(cell);
  return value < histogram->max ? value : histogram->max;
}
