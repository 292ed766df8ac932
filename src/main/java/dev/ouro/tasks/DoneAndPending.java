// SPDX-License-Identifier: Apache-2.0
package dev.ouro.tasks;

import dev.ouro.loop.Future;
import java.util.Set;

/**
 * What {@code wait} answers: asyncio's pair {@code (done, pending)}.
 *
 * @param done those that are done, in the order in which they were given
 * @param pending the others
 */
public record DoneAndPending<F extends Future<?>>(Set<F> done, Set<F> pending) {}
