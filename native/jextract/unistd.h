// SPDX-License-Identifier: Apache-2.0
// The numbers of the system calls: from the kernel's headers, which know more than glibc's.
#include <asm/unistd.h>
