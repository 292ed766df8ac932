// SPDX-License-Identifier: Apache-2.0
// What every program of native/bench shares: options, a listening socket, counters, the control channel.
#ifndef OURO_BENCH_COMMON_H
#define OURO_BENCH_COMMON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Options of a server. A negative cpu means that the program is not pinned.
struct server_options {
  int port;
  int cpu;
  size_t buffer_bytes;
};

// What a server counts. system_calls are the calls that it makes itself, by its own count.
struct counters {
  uint64_t echoed_bytes;
  uint64_t system_calls;
};

// Prints "PROGRAM: WHAT: strerror(errno)" on stderr and exits with status 1.
_Noreturn void die(const char *what);
_Noreturn void die_errno(const char *what, int error);

uint64_t now_nanos(void);

// Parses a number of at least `least`, with the suffix k or m allowed; exits with status 2 on anything else.
long parse_number(const char *option, const char *text, long least);

// Understands --port, --cpu, --buffer and --help. The caller presets the defaults.
void parse_server_options(int argc, char **argv, struct server_options *options);

void pin_to_cpu(int cpu);

// SIGTERM and SIGINT end the process at once with status 0; SIGPIPE is ignored.
void exit_cleanly_on_signals(void);

// Lifts the soft limit on descriptors to the hard one.
void raise_descriptor_limit(void);

// A listening socket on 127.0.0.1. Accepted sockets inherit its TCP_NODELAY.
int listen_on_loopback(int port, bool nonblocking);

// Prints the line "listening PORT", by which the caller knows that connecting works.
void announce(int listener);

// The control channel is stdin, when that is a pipe, a socket or a terminal: else -1.
int control_fd(void);

// Fills in the counters as they are now.
typedef void (*counters_source)(struct counters *);

// Reads what has come on the control channel and answers each line "stats" with a line of JSON.
// Returns false at end of file, on which a server exits.
bool serve_control(int fd, counters_source source);

#endif
