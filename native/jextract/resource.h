// SPDX-License-Identifier: Apache-2.0
// getrlimit(2), getrusage(2).
#define _GNU_SOURCE
#include <sys/resource.h>
