// SPDX-License-Identifier: Apache-2.0
// The bytes that the client sends: a stream that repeats after a prime number of bytes, so that a byte that
// is lost, doubled, or out of order shows, whatever the size of the messages.
#ifndef OURO_BENCH_PATTERN_H
#define OURO_BENCH_PATTERN_H

#include <stddef.h>
#include <stdint.h>

enum { PATTERN_PERIOD = 65521, PATTERN_RUN = 256 * 1024 };

void pattern_fill(void);

// At least PATTERN_RUN bytes of the stream, from the position on.
const char *pattern_at(uint64_t position);

#endif
