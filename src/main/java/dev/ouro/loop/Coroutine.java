// SPDX-License-Identifier: Apache-2.0
package dev.ouro.loop;

import java.util.concurrent.Callable;

/**
 * Code of a task, with a result: a {@link Callable} that may also go where none is wanted. Lambdas
 * and method references become one; nobody need name it.
 *
 * <p>It is there for method references: of {@code reader::readline}, which also has a form with a
 * charset, the compiler does not know whether it has a result, and so could not choose between a
 * {@link Callable} and a {@link TaskBody}. This one, being both, comes first.
 *
 * {@snippet :
 * byte[] line = Asyncio.waitFor(reader::readline, Duration.ofSeconds(5));
 * }
 *
 * @param <T> the result's type
 */
@FunctionalInterface
public interface Coroutine<T> extends Callable<T>, TaskBody {
  @Override
  T call() throws Exception;

  /** {@link #call} without its result. */
  @Override
  default void run() throws Exception {
    call();
  }
}
