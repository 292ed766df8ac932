// SPDX-License-Identifier: Apache-2.0
// io_uring(7), from the kernel's headers alone: glibc has nothing of it.
#include <linux/io_uring.h>
#if __has_include(<linux/io_uring/query.h>)
#include <linux/io_uring/query.h>
#endif
