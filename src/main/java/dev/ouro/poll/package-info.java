// SPDX-License-Identifier: Apache-2.0
/**
 * One completion-shaped set of operations over either engine, io_uring or epoll. Not exported.
 *
 * <p>An {@link dev.ouro.poll.Engine} belongs to one thread, the loop's. Only {@link
 * dev.ouro.poll.Engine#wakeup} may be called from another. What it completes it does not run: it
 * hands a {@link dev.ouro.poll.Ready} to the {@link dev.ouro.poll.Completions} of the loop, which
 * runs it in its turn, in the one place where callbacks run. The listeners of this package are all
 * called from there.
 */
package dev.ouro.poll;
