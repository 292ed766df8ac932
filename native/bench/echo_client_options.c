// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "common.h"
#include "echo_client.h"

static const char usage[] =
    "usage: echo_client --port PORT [options]\n"
    "  --connections N  1 when not given\n"
    "  --depth N        messages under way on each connection: 1 when not given\n"
    "  --size BYTES     of a message: 64 when not given; the suffixes k and m are understood\n"
    "  --warm-up MS     before the measurement: 500 when not given\n"
    "  --measure MS     3000 when not given\n"
    "  --cpu N          the processor to run on\n"
    "  --blocking       one connection, with blocking calls instead of epoll\n"
    "  --spin-us N      poll for that long before blocking: 0 when not given\n"
    "  --sources N      connect from so many addresses, 127.0.0.1 and up\n"
    "  --idle           use each connection once, print \"connected N\", hold them until end of file on stdin\n"
    "  --hold           after the result, hold the connections until end of file on stdin\n";

static const uint64_t NANOS_PER_MILLI = 1000000;

static void set(int choice, const char *name, const char *text, struct client_options *options) {
  switch (choice) {
    case 'p':
      options->port = (int)parse_number(name, text, 1);
      break;
    case 'c':
      options->connections = parse_number(name, text, 1);
      break;
    case 'd':
      options->depth = parse_number(name, text, 1);
      break;
    case 's':
      options->size_bytes = parse_number(name, text, 1);
      break;
    case 'w':
      options->warm_up_nanos = (uint64_t)parse_number(name, text, 0) * NANOS_PER_MILLI;
      break;
    case 'm':
      options->measure_nanos = (uint64_t)parse_number(name, text, 1) * NANOS_PER_MILLI;
      break;
    case 'u':
      options->cpu = (int)parse_number(name, text, -1);
      break;
    case 'n':
      options->spin_nanos = (uint64_t)parse_number(name, text, 0) * 1000;
      break;
    case 'a':
      options->sources = parse_number(name, text, 1);
      break;
    case 'b':
      options->blocking = true;
      break;
    case 'i':
      options->idle = true;
      break;
    case 'o':
      options->hold = true;
      break;
    default:
      fputs(usage, stderr);
      exit(choice == 'h' ? 0 : 2);
  }
}

void parse_client_options(int argc, char **argv, struct client_options *options) {
  static const struct option known[] = {
      {"port", required_argument, NULL, 'p'},    {"connections", required_argument, NULL, 'c'},
      {"depth", required_argument, NULL, 'd'},   {"size", required_argument, NULL, 's'},
      {"warm-up", required_argument, NULL, 'w'}, {"measure", required_argument, NULL, 'm'},
      {"cpu", required_argument, NULL, 'u'},     {"spin-us", required_argument, NULL, 'n'},
      {"sources", required_argument, NULL, 'a'}, {"blocking", no_argument, NULL, 'b'},
      {"idle", no_argument, NULL, 'i'},          {"hold", no_argument, NULL, 'o'},
      {"help", no_argument, NULL, 'h'},          {0}};
  *options = (struct client_options){.cpu = -1,
                                     .connections = 1,
                                     .depth = 1,
                                     .size_bytes = 64,
                                     .sources = 1,
                                     .warm_up_nanos = 500 * NANOS_PER_MILLI,
                                     .measure_nanos = 3000 * NANOS_PER_MILLI};
  int choice, index = 0;
  while ((choice = getopt_long(argc, argv, "", known, &index)) != -1) {
    set(choice, known[index].name, optarg, options);
  }
  if (options->port == 0 || options->port > 65535 || optind < argc) set('?', NULL, NULL, options);
  if (options->blocking && options->connections > 1) {
    fprintf(stderr, "%s: --blocking takes one connection\n", program_invocation_short_name);
    exit(2);
  }
}
