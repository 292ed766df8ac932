// SPDX-License-Identifier: Apache-2.0
// getaddrinfo(3), getnameinfo(3).
#define _GNU_SOURCE
#include <netdb.h>
