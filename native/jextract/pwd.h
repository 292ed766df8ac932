// SPDX-License-Identifier: Apache-2.0
// getpwnam(3), getgrnam(3).
#define _GNU_SOURCE
#include <pwd.h>
#include <grp.h>
