// SPDX-License-Identifier: Apache-2.0
// epoll(7), from the kernel's headers: glibc 2.36 has no ioctl for busy polling.
#include <linux/eventpoll.h>
#include <linux/ioctl.h>

// jextract takes no macro that holds a sizeof, but it takes an enumerator.
#ifdef EPIOCSPARAMS
enum { ouro_EPIOCSPARAMS = EPIOCSPARAMS, ouro_EPIOCGPARAMS = EPIOCGPARAMS };
#undef EPIOCSPARAMS
#undef EPIOCGPARAMS
enum { EPIOCSPARAMS = ouro_EPIOCSPARAMS, EPIOCGPARAMS = ouro_EPIOCGPARAMS };
#endif
