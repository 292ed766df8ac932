// SPDX-License-Identifier: Apache-2.0
package dev.ouro.transport;

import dev.ouro.linux.Socket;
import java.util.HashSet;
import java.util.Set;

/**
 * The sockets that a loop's servers and connections own. When the loop closes, those that nobody
 * closed are closed here: not every one has an operation that the engine would know it by.
 */
final class OpenSockets {
  private final Set<Socket> sockets = new HashSet<>();

  void add(Socket socket) {
    sockets.add(socket);
  }

  void remove(Socket socket) {
    sockets.remove(socket);
  }

  void closeAll() {
    sockets.forEach(Socket::close);
    sockets.clear();
  }
}
