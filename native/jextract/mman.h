// SPDX-License-Identifier: Apache-2.0
// mmap(2), madvise(2).
#define _GNU_SOURCE
#include <sys/mman.h>
