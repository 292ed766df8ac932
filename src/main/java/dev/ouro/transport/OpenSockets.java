// SPDX-License-Identifier: Apache-2.0
package dev.ouro.transport;

import dev.ouro.linux.Fd;
import dev.ouro.linux.Socket;
import java.util.HashSet;
import java.util.Set;

/**
 * The descriptors that a loop's servers and transports own. When the loop closes, those that nobody
 * closed are closed here: not every one has an operation that the engine would know it by.
 */
final class OpenSockets {
  private final Set<Fd> descriptors = new HashSet<>();

  void add(Fd fd) {
    descriptors.add(fd);
  }

  void add(Socket socket) {
    add(socket.fd());
  }

  void remove(Fd fd) {
    descriptors.remove(fd);
  }

  void remove(Socket socket) {
    remove(socket.fd());
  }

  /** How many there are. */
  int size() {
    return descriptors.size();
  }

  void closeAll() {
    descriptors.forEach(Fd::close);
    descriptors.clear();
  }
}
