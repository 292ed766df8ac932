// SPDX-License-Identifier: Apache-2.0
package dev.ouro.transport;

import dev.ouro.loop.CallbackLoop;
import dev.ouro.loop.Opening;

/** What the loop's {@code create…} methods and their like answer. */
final class Created<T> extends Opening<T> {
  Created(CallbackLoop loop) {
    super(loop);
  }

  @Override
  protected void close(T result) {
    if (result instanceof Connection<?, ?> connection) {
      connection.transport().close();
    } else if (result instanceof BaseTransport transport) {
      transport.close();
    } else if (result instanceof Server server) {
      server.close();
    } else if (result instanceof AcceptedSocket accepted) {
      accepted.close();
    }
  }
}
