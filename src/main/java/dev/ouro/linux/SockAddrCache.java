// SPDX-License-Identifier: Apache-2.0
package dev.ouro.linux;

import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.SocketAddress;

/**
 * {@link SockAddr} with a memory: the address objects of the last peers, and their bytes. Reading
 * and writing an address that it knows allocates nothing, and answers the same object again.
 *
 * <p>It remembers up to some 10,000 addresses in each direction; one that finds no room displaces
 * another. One thread only.
 */
public final class SockAddrCache {
  private AddressTable byBytes;
  private AddressTable byAddress;
  private AddressTable.Entry lastRead;
  private AddressTable.Entry lastWritten;

  /** An empty one, which takes memory with the first address. */
  public SockAddrCache() {}

  /**
   * {@link SockAddr#read}.
   *
   * @param length at most {@link SockAddr#SIZE_BYTES}; up to seven bytes behind are read as well,
   *     and ignored
   */
  public SocketAddress read(long from, int length) {
    if (length <= 0) {
      return null;
    }
    if (lastRead != null && lastRead.hasBytes(from, length)) {
      return lastRead.address();
    }
    if (byBytes == null) {
      byBytes = new AddressTable();
    }
    int hash = AddressTable.hash(from, length);
    AddressTable.Entry entry = byBytes.find(hash, from, length);
    if (entry == null) {
      SocketAddress address = SockAddr.read(from, length);
      if (address == null) {
        return null;
      }
      entry = new AddressTable.Entry(hash, address, from, length);
      byBytes.add(entry);
    }
    lastRead = entry;
    return entry.address();
  }

  /** {@link SockAddr#write}. */
  public int write(SocketAddress address, long to) {
    AddressTable.Entry entry = lastWritten;
    if (entry == null || !isSame(entry.address(), address)) {
      if (byAddress == null) {
        byAddress = new AddressTable();
      }
      int hash = address.hashCode();
      entry = byAddress.find(hash, address);
      if (entry == null) {
        entry = new AddressTable.Entry(hash, address, to, SockAddr.write(address, to));
        byAddress.add(entry);
      }
      lastWritten = entry;
    }
    return entry.copyBytes(to);
  }

  /** Equal, and of the same scope, which the JDK does not compare. */
  @SuppressWarnings("ReferenceEquality") // mostly it is the very object, which is faster to tell
  static boolean isSame(SocketAddress one, SocketAddress other) {
    if (one == other) {
      return true;
    }
    return one.equals(other) && scope(one) == scope(other);
  }

  private static int scope(SocketAddress address) {
    return address instanceof InetSocketAddress inet
            && inet.getAddress() instanceof Inet6Address six
        ? six.getScopeId()
        : 0;
  }
}
