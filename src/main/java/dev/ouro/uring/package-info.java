// SPDX-License-Identifier: Apache-2.0
/**
 * io_uring without a C library: rings, buffer rings, registered files and buffers, every operation.
 *
 * <p>{@link dev.ouro.uring.Uring} is the ring. It belongs to one platform thread. Hot calls answer
 * ≥ 0 or −errno and allocate nothing; calls that set something up throw {@link
 * dev.ouro.linux.LinuxException}. Constants keep the kernel's names, in {@link dev.ouro.uring.Op},
 * {@link dev.ouro.uring.OpFlag}, {@link dev.ouro.uring.SqeFlag}, {@link dev.ouro.uring.CqeFlag},
 * {@link dev.ouro.uring.Setup}, {@link dev.ouro.uring.Enter} and {@link dev.ouro.uring.Register},
 * so that a man page can be searched for them.
 *
 * <p>Memory whose address an operation carries belongs to the kernel until the operation's last
 * completion, the one without {@link dev.ouro.uring.CqeFlag#IORING_CQE_F_MORE}. An address does not
 * keep an arena alive: the caller does.
 */
package dev.ouro.uring;
