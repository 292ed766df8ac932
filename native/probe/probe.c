// SPDX-License-Identifier: Apache-2.0
// What the C compiler says of each expression in the file ROWS, one ROW(expression) a line, under the
// header FACILITY: a line "value expression" each. Without CROSS this is a program that prints them;
// with CROSS they stand in the assembly after "->", so that nothing need run on the other machine.
#include FACILITY

#include <stddef.h>
#include <stdio.h>

#ifdef CROSS
#define ROW(expression) __asm__ volatile("\n->%0 " #expression : : "i"((long long)(expression)))
#else
#define ROW(expression) printf("%lld %s\n", (long long)(expression), #expression)
#endif

int main(void) {
#include ROWS
  return 0;
}
