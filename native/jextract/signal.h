// SPDX-License-Identifier: Apache-2.0
// sigaction(2), signalfd(2).
#define _GNU_SOURCE
#include <signal.h>
#include <sys/signalfd.h>

// These name what lies in unions, and would be replaced where a path leads there.
#undef sa_handler
#undef sa_sigaction
