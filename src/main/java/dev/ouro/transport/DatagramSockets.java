// SPDX-License-Identifier: Apache-2.0
package dev.ouro.transport;

import dev.ouro.linux.AddressInfo;
import dev.ouro.linux.LinuxException;
import dev.ouro.linux.Socket;
import dev.ouro.linux.SocketConstants;
import dev.ouro.linux.UnixAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;

/**
 * Opens the socket of a datagram endpoint: bound and connected as its options say, or not at all.
 */
final class DatagramSockets {
  /**
   * What a socket can be.
   *
   * @param family {@code AF_*}
   * @param proto {@code IPPROTO_*}
   * @param local where to bind, or null
   * @param remote where to send, or null
   */
  record Candidate(int family, int proto, SocketAddress local, SocketAddress remote) {}

  private DatagramSockets() {}

  /**
   * Each family and protocol for which there is every address that was asked for, in order.
   *
   * @param local the answers for the local address; null: none was given
   * @param remote the answers for the remote address; null: none was given
   */
  static List<Candidate> candidates(List<AddressInfo> local, List<AddressInfo> remote) {
    List<Candidate> candidates = new ArrayList<>();
    for (AddressInfo info : local == null ? remote : local) {
      boolean known =
          candidates.stream()
              .anyMatch(c -> c.family() == info.family() && c.proto() == info.protocol());
      AddressInfo other = local == null || remote == null ? info : find(remote, info);
      if (!known && other != null) {
        candidates.add(
            new Candidate(
                info.family(),
                info.protocol(),
                local == null ? null : info.address(),
                remote == null ? null : other.address()));
      }
    }
    if (candidates.isEmpty()) {
      throw new IllegalArgumentException("can not get address information");
    }
    return candidates;
  }

  private static AddressInfo find(List<AddressInfo> among, AddressInfo like) {
    for (AddressInfo info : among) {
      if (info.family() == like.family() && info.protocol() == like.protocol()) {
        return info;
      }
    }
    return null;
  }

  /**
   * The socket of the first candidate that can be had.
   *
   * @throws LinuxException the first candidate's error
   */
  static Socket open(Candidate candidate, DatagramOptions options) throws LinuxException {
    Socket socket = Socket.open(candidate.family(), SocketConstants.SOCK_DGRAM, candidate.proto());
    try {
      if (options.reusePort()) {
        socket.setsockopt(SocketConstants.SOL_SOCKET, SocketConstants.SO_REUSEPORT, 1);
      }
      if (options.allowBroadcast()) {
        socket.setsockopt(SocketConstants.SOL_SOCKET, SocketConstants.SO_BROADCAST, 1);
      }
      if (candidate.local() != null) {
        if (candidate.local() instanceof UnixAddress path) {
          UnixFile.removeStale(path);
        }
        socket.bind(candidate.local());
      }
      if (candidate.remote() != null && !options.allowBroadcast()) {
        socket.connect(candidate.remote()); // a datagram socket's is done at once
      }
      return socket;
    } catch (LinuxException | RuntimeException e) {
      socket.close();
      throw e;
    }
  }
}
