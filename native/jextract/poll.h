// SPDX-License-Identifier: Apache-2.0
// poll(2).
#define _GNU_SOURCE
#include <poll.h>
