// SPDX-License-Identifier: Apache-2.0
// clock_gettime(2).
#define _GNU_SOURCE
#include <time.h>
