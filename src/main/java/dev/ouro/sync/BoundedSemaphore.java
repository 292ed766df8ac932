// SPDX-License-Identifier: Apache-2.0
package dev.ouro.sync;

/** A {@link Semaphore} that is not released more often than it was acquired. */
public final class BoundedSemaphore extends Semaphore {
  private final int bound;

  /** For one task at a time. */
  public BoundedSemaphore() {
    this(1);
  }

  /**
   * For {@code value} tasks at a time.
   *
   * @throws IllegalArgumentException {@code value} is negative
   */
  public BoundedSemaphore(int value) {
    super(value);
    this.bound = value;
  }

  /**
   * Lets the next task in.
   *
   * @throws IllegalArgumentException nobody is in
   */
  @Override
  public void release() {
    enter();
    if (value() >= bound) {
      throw new IllegalArgumentException("BoundedSemaphore released too many times");
    }
    super.release();
  }
}
