// SPDX-License-Identifier: Apache-2.0
/**
 * The callback loop: ready queue, timers, wake-up from other threads, futures, contexts, errors.
 *
 * <p>{@link dev.ouro.loop.CallbackLoop} is the half of asyncio's event loop that needs no
 * transport; {@code dev.ouro.EventLoop} adds the other half.
 */
package dev.ouro.loop;
