// SPDX-License-Identifier: Apache-2.0
package dev.ouro;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.function.Supplier;

/**
 * Makes a loop, or fails as the loops' constructors do. It is a {@link Supplier}, too, so that
 * {@link RunnerOptions#withLoopFactory(LoopFactory)} takes a lambda or constructor that fits both.
 */
@FunctionalInterface
@SuppressWarnings("FunctionalInterfaceMethodChanged") // of the two only what is thrown differs
public interface LoopFactory extends Supplier<EventLoop> {
  /**
   * Makes a loop.
   *
   * @throws IOException the kernel refuses
   */
  EventLoop open() throws IOException;

  /**
   * {@link #open}.
   *
   * @throws UncheckedIOException what that throws
   */
  @Override
  default EventLoop get() {
    try {
      return open();
    } catch (IOException refused) {
      throw new UncheckedIOException(refused);
    }
  }
}
