// SPDX-License-Identifier: Apache-2.0
package dev.ouro.poll;

/** A send that may leave no completion when it succeeds: {@link RingEngine} reports it then. */
abstract class RingQuickSend extends RingOperation {
  RingQuickSend(RingEngine engine) {
    super(engine);
  }

  /** What a send that left no completion has sent: its result. */
  abstract int length();
}
