// SPDX-License-Identifier: Apache-2.0
#include "pattern.h"

static char pattern[PATTERN_PERIOD + PATTERN_RUN];

void pattern_fill(void) {
  uint32_t state = 1;
  for (size_t i = 0; i < PATTERN_PERIOD; i++) {
    state = state * 1664525 + 1013904223;  // any sequence will do that does not repeat itself soon
    pattern[i] = (char)(state >> 24);
  }
  for (size_t i = PATTERN_PERIOD; i < sizeof pattern; i++) pattern[i] = pattern[i - PATTERN_PERIOD];
}

const char *pattern_at(uint64_t position) {
  return pattern + position % PATTERN_PERIOD;
}
