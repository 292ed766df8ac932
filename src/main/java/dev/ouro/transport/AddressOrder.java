// SPDX-License-Identifier: Apache-2.0
package dev.ouro.transport;

import dev.ouro.linux.AddressInfo;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;

/** In what order addresses are tried: RFC 8305, section 4. */
final class AddressOrder {
  private AddressOrder() {}

  /**
   * {@code addresses} with families alternating, after {@code firstFamilyCount} of the first one's;
   * in their order for 0. Within a family the order stays.
   */
  static List<AddressInfo> interleave(List<AddressInfo> addresses, int firstFamilyCount) {
    if (firstFamilyCount == 0 || addresses.isEmpty()) {
      return addresses;
    }
    Map<Integer, Queue<AddressInfo>> families = new LinkedHashMap<>();
    for (AddressInfo address : addresses) {
      families.computeIfAbsent(address.family(), family -> new ArrayDeque<>()).add(address);
    }
    List<AddressInfo> ordered = new ArrayList<>();
    Queue<AddressInfo> first = families.get(addresses.getFirst().family());
    while (ordered.size() < firstFamilyCount - 1 && !first.isEmpty()) {
      ordered.add(first.remove());
    }
    while (ordered.size() < addresses.size()) {
      for (Queue<AddressInfo> family : families.values()) {
        if (!family.isEmpty()) {
          ordered.add(family.remove());
        }
      }
    }
    return ordered;
  }
}
