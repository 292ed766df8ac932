// SPDX-License-Identifier: Apache-2.0
package dev.ouro.contract;

import dev.ouro.linux.Socket;
import dev.ouro.loop.Future;
import dev.ouro.testing.CancelEverywhere;

/** An operation on one of two connected sockets. */
abstract class PairOperation implements CancelEverywhere.Operation {
  Socket[] pair;

  @Override
  public final Future<?> start() throws Exception {
    pair = Socket.pair();
    return begin();
  }

  abstract Future<?> begin() throws Exception;

  @Override
  public final void end(Future<?> future) throws Exception {
    check(future);
    pair[0].close();
    pair[1].close();
  }

  abstract void check(Future<?> future) throws Exception;
}
