// SPDX-License-Identifier: Apache-2.0
// errno(3).
#include <errno.h>
