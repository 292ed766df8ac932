// SPDX-License-Identifier: Apache-2.0
package dev.ouro.transport;

/** What cannot go on without its loop. */
interface LoopOwned {
  /**
   * The loop is closed, and with it the engine: from now on nothing may be asked of either. The
   * program may still hold this; its methods do nothing any more. No callback is called: there is
   * nobody to call it.
   */
  void loopClosed();
}
