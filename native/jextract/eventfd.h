// SPDX-License-Identifier: Apache-2.0
// eventfd(2).
#include <sys/eventfd.h>
