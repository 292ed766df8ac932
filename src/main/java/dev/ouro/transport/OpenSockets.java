// SPDX-License-Identifier: Apache-2.0
package dev.ouro.transport;

import dev.ouro.linux.Fd;
import dev.ouro.linux.Socket;
import dev.ouro.loop.EngineLoop;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * The descriptors that a loop's servers and transports own. When the loop closes, those that nobody
 * closed are closed here: not every one has an operation that the engine would know it by.
 */
final class OpenSockets {
  private final EngineLoop loop;

  /** Each with whom it belongs to. */
  private final Map<Fd, Object> descriptors = new HashMap<>();

  OpenSockets(EngineLoop loop) {
    this.loop = loop;
  }

  void add(Fd fd, Object owner) {
    loop.ownDescriptor(fd);
    descriptors.put(fd, owner);
  }

  void add(Socket socket, Object owner) {
    add(socket.fd(), owner);
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

  /** Whom they belong to, each once. */
  Set<Object> owners() {
    return new LinkedHashSet<>(descriptors.values());
  }

  /** The loop is closed: their owners are told. */
  void tellClosed() {
    for (Object owner : owners()) {
      if (owner instanceof LoopOwned owned) {
        owned.loopClosed();
      }
    }
  }

  /** Closes them: the engine has let go of them. */
  void closeAll() {
    descriptors.keySet().forEach(Fd::close);
    descriptors.clear();
  }
}
