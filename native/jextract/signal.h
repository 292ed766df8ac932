// SPDX-License-Identifier: Apache-2.0
// sigaction(2), signalfd(2).
#define _GNU_SOURCE
#include <signal.h>
#include <sys/signalfd.h>
