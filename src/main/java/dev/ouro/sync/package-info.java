// SPDX-License-Identifier: Apache-2.0

/**
 * What the tasks of one loop use to wait for each other: asyncio's locks and queues. They are not
 * for threads; {@code java.util.concurrent} is, and works in tasks, too.
 */
package dev.ouro.sync;
