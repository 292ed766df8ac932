// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "common.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { BACKLOG = 4096 };

void die_errno(const char *what, int error) {
  fprintf(stderr, "%s: %s: %s\n", program_invocation_short_name, what, strerror(error));
  exit(1);
}

void die(const char *what) {
  die_errno(what, errno);
}

static uint64_t read_clock(clockid_t clock) {
  struct timespec time;
  clock_gettime(clock, &time);
  return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

uint64_t now_nanos(void) {
  return read_clock(CLOCK_MONOTONIC);
}

long parse_number(const char *option, const char *text, long least) {
  char *end;
  errno = 0;
  long number = strtol(text, &end, 10);
  long unit = *end == 'k' ? 1024 : *end == 'm' ? 1024 * 1024 : 1;
  if (unit > 1) end++;
  if (errno != 0 || end == text || *end != '\0' || __builtin_mul_overflow(number, unit, &number) ||
      number < least) {
    fprintf(stderr, "%s: --%s %s: a number of at least %ld is needed\n",
            program_invocation_short_name, option, text, least);
    exit(2);
  }
  return number;
}

void parse_server_options(int argc, char **argv, struct server_options *options) {
  static const struct option known[] = {{"port", required_argument, NULL, 'p'},
                                        {"cpu", required_argument, NULL, 'c'},
                                        {"buffer", required_argument, NULL, 'b'},
                                        {"help", no_argument, NULL, 'h'},
                                        {0}};
  int choice, index;
  while ((choice = getopt_long(argc, argv, "", known, &index)) != -1) {
    switch (choice) {
      case 'p':
        options->port = (int)parse_number("port", optarg, 0);
        break;
      case 'c':
        options->cpu = (int)parse_number("cpu", optarg, -1);
        break;
      case 'b':
        options->buffer_bytes = (size_t)parse_number("buffer", optarg, 64);
        break;
      default:
        fprintf(stderr,
                "usage: %s [--port N] [--cpu N] [--buffer BYTES]\n"
                "Prints \"listening PORT\", echoes until SIGTERM or end of file on stdin,\n"
                "and answers the line \"stats\" on stdin with its counters as JSON.\n",
                program_invocation_short_name);
        exit(choice == 'h' ? 0 : 2);
    }
  }
}

void pin_to_cpu(int cpu) {
  if (cpu < 0) return;
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(cpu, &set);
  if (sched_setaffinity(0, sizeof set, &set) < 0) die("sched_setaffinity");
}

static void exit_now(int signal) {
  (void)signal;
  _exit(0);
}

void exit_cleanly_on_signals(void) {
  struct sigaction action = {.sa_handler = exit_now};
  sigaction(SIGTERM, &action, NULL);
  sigaction(SIGINT, &action, NULL);
  signal(SIGPIPE, SIG_IGN);
}

void raise_descriptor_limit(void) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) < 0) die("getrlimit");
  limit.rlim_cur = limit.rlim_max;
  if (setrlimit(RLIMIT_NOFILE, &limit) < 0) die("setrlimit");
}

int listen_on_loopback(int port, bool nonblocking) {
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | (nonblocking ? SOCK_NONBLOCK : 0), 0);
  if (fd < 0) die("socket");
  int on = 1;
  if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) < 0) die("SO_REUSEADDR");
  if (setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) < 0) die("TCP_NODELAY");
  struct sockaddr_in address = {.sin_family = AF_INET,
                                .sin_port = htons((uint16_t)port),
                                .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0) die("bind");
  if (listen(fd, BACKLOG) < 0) die("listen");
  return fd;
}

void announce(int listener) {
  struct sockaddr_in address;
  socklen_t size = sizeof address;
  if (getsockname(listener, (struct sockaddr *)&address, &size) < 0) die("getsockname");
  printf("listening %d\n", ntohs(address.sin_port));
  fflush(stdout);
}

int control_fd(void) {
  struct stat status;
  if (fstat(STDIN_FILENO, &status) < 0) return -1;
  bool talks = S_ISFIFO(status.st_mode) || S_ISSOCK(status.st_mode) || isatty(STDIN_FILENO);
  return talks ? STDIN_FILENO : -1;
}

static void print_stats(counters_source source) {
  struct counters counters = {0};
  source(&counters);
  printf("{\"echoed_bytes\":%" PRIu64 ",\"system_calls\":%" PRIu64 ",\"cpu_nanos\":%" PRIu64 "}\n",
         counters.echoed_bytes, counters.system_calls, read_clock(CLOCK_PROCESS_CPUTIME_ID));
  fflush(stdout);
}

bool serve_control(int fd, counters_source source) {
  char text[256];
  ssize_t count = read(fd, text, sizeof text - 1);
  if (count < 0) return errno == EINTR || errno == EAGAIN;
  text[count] = '\0';
  for (char *line = text; (line = strstr(line, "stats\n")) != NULL; line++) print_stats(source);
  return count > 0;
}
