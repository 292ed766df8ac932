// SPDX-License-Identifier: Apache-2.0
// open(2), openat2(2), fcntl(2), statx(2), splice(2).
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/openat2.h>
#include <linux/stat.h>
#include <sys/ioctl.h>
