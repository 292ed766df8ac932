// SPDX-License-Identifier: Apache-2.0
// sched_setaffinity(2), clone3(2), futex(2), membarrier(2).
#define _GNU_SOURCE
#include <linux/futex.h>
#include <linux/membarrier.h>
#include <sched.h>
