// SPDX-License-Identifier: Apache-2.0
package dev.ouro.transport;

import dev.ouro.linux.AddressInfo;
import dev.ouro.linux.AddressInfoException;
import dev.ouro.linux.LinuxException;
import dev.ouro.linux.SocketConstants;
import dev.ouro.loop.EngineLoop;
import dev.ouro.loop.Future;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;

/**
 * Finds the addresses of hosts: a number at once, a name by {@code getaddrinfo(3)} off the loop.
 */
final class Resolver {
  private final EngineLoop loop;
  private final int family;
  private final int type;
  private final int protocol;
  private final int flags;

  /** For streams. */
  Resolver(EngineLoop loop, int family, int protocol, int flags) {
    this(loop, family, SocketConstants.SOCK_STREAM, protocol, flags);
  }

  Resolver(EngineLoop loop, int family, int type, int protocol, int flags) {
    this.loop = loop;
    this.family = family;
    this.type = type;
    this.protocol = protocol;
    this.flags = flags;
  }

  /** The addresses of {@code host} (null: of this machine) and {@code port} (null: any). */
  Future<List<AddressInfo>> resolve(String host, Integer port) {
    String service = port == null ? null : Integer.toString(port);
    if (host == null || mayBeNumeric(host)) {
      Future<List<AddressInfo>> known = loop.createFuture();
      try {
        known.setResult(ask(host, service, flags | AddressInfo.AI_NUMERICHOST));
        return known;
      } catch (AddressInfoException e) {
        if (e.code() != AddressInfo.EAI_NONAME) {
          known.setException(e);
          return known;
        }
      } catch (IOException e) {
        known.setException(e);
        return known;
      }
    }
    return loop.runInExecutor(() -> ask(host, service, flags));
  }

  /** The addresses of {@code address}, which may be unresolved, and its host empty for null. */
  Future<List<AddressInfo>> resolve(InetSocketAddress address) {
    // A number that has a scope keeps it in this form.
    String host =
        address.isUnresolved() ? address.getHostString() : address.getAddress().getHostAddress();
    return resolve(host.isEmpty() ? null : host, address.getPort());
  }

  private List<AddressInfo> ask(String host, String service, int withFlags)
      throws LinuxException, AddressInfoException {
    return AddressInfo.resolve(host, service, family, type, protocol, withFlags);
  }

  /** A name has a letter in it, and no colon. */
  static boolean mayBeNumeric(String host) {
    if (host.indexOf(':') >= 0) {
      return true;
    }
    for (int i = 0; i < host.length(); i++) {
      char c = host.charAt(i);
      if (c != '.' && (c < '0' || c > '9')) {
        return false;
      }
    }
    return true;
  }
}
