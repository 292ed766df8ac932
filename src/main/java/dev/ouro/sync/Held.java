// SPDX-License-Identifier: Apache-2.0
package dev.ouro.sync;

/** What is held until the end of a {@code try} block: what {@code async with} is in Python. */
@FunctionalInterface
public interface Held extends AutoCloseable {
  /** Gives it back. */
  @Override
  void close();
}
