// SPDX-License-Identifier: Apache-2.0
package dev.ouro.testing;

import dev.ouro.linux.LinuxException;
import dev.ouro.linux.Socket;
import java.util.ArrayList;
import java.util.List;

/**
 * Two connected sockets of which one has a given number, which somebody else has just closed. The
 * lowest free number is the next one's, but a thread of the JVM's may have that for a moment, or a
 * lower one may have become free: so pairs are opened until one has it.
 */
public final class NextOwner {
  private NextOwner() {}

  /** The pair: first the socket that has {@code number}, then its other end. */
  public static Socket[] of(int number) throws LinuxException {
    List<Socket> others = new ArrayList<>();
    try {
      while (true) {
        Socket[] pair = Socket.pair();
        if (pair[0].fd().number() == number) {
          return pair;
        }
        if (pair[1].fd().number() == number) {
          return new Socket[] {pair[1], pair[0]};
        }
        others.addAll(List.of(pair));
      }
    } finally {
      others.forEach(Socket::close);
    }
  }
}
