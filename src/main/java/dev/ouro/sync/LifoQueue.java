// SPDX-License-Identifier: Apache-2.0
package dev.ouro.sync;

import java.util.ArrayDeque;
import java.util.Collections;

/**
 * A {@link Queue} whose latest item comes out first.
 *
 * @param <T> what is passed on
 */
public final class LifoQueue<T> extends Queue<T> {
  /** Without a limit. */
  public LifoQueue() {
    this(0);
  }

  /** For {@code maxsize} items; without a limit for zero or less. */
  public LifoQueue(int maxsize) {
    super(maxsize, Collections.asLifoQueue(new ArrayDeque<>()));
  }
}
