// SPDX-License-Identifier: Apache-2.0
// timerfd_create(2).
#include <sys/timerfd.h>
