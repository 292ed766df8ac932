// SPDX-License-Identifier: Apache-2.0
// socket(7), ip(7), ipv6(7), tcp(7), udp(7), unix(7).
#define _GNU_SOURCE
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
