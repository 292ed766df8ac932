// SPDX-License-Identifier: Apache-2.0
// The options of the load client.
#ifndef OURO_BENCH_ECHO_CLIENT_H
#define OURO_BENCH_ECHO_CLIENT_H

#include <stdbool.h>
#include <stdint.h>

struct client_options {
  int port;
  int cpu;  // negative: not pinned
  long connections;
  long depth;
  long size_bytes;
  long sources;
  uint64_t warm_up_nanos;
  uint64_t measure_nanos;
  uint64_t spin_nanos;
  bool blocking;
  bool idle;
  bool hold;
};

// Exits with status 2 on a wrong option.
void parse_client_options(int argc, char **argv, struct client_options *options);

#endif
