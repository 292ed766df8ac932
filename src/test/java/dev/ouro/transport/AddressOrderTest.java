// SPDX-License-Identifier: Apache-2.0
package dev.ouro.transport;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ouro.linux.AddressInfo;
import dev.ouro.linux.SocketConstants;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** asyncio-behaviours 146. */
class AddressOrderTest {
  /** Each address by a letter: IPv6 ones are capitals. */
  @ParameterizedTest
  @CsvSource({
    "0, ABCxyz, ABCxyz",
    "1, ABCxyz, AxByCz",
    "2, ABCxyz, ABxCyz",
    "3, ABCxyz, ABCxyz",
    "9, ABCxyz, ABCxyz",
    "1, xyzAB, xAyBz",
    "1, xAyB, xAyB",
    "2, xAyB, xyAB",
    "1, ABC, ABC",
    "1, A, A",
    "1, '', ''",
  })
  void shouldAlternateFamilies(int firstFamilyCount, String addresses, String expected) {
    List<AddressInfo> ordered =
        AddressOrder.interleave(
            addresses.chars().mapToObj(AddressOrderTest::address).toList(), firstFamilyCount);

    assertThat(names(ordered)).isEqualTo(expected);
  }

  private static AddressInfo address(int letter) {
    boolean six = Character.isUpperCase(letter);
    return new AddressInfo(
        six ? SocketConstants.AF_INET6 : SocketConstants.AF_INET,
        SocketConstants.SOCK_STREAM,
        0,
        Character.toString(letter),
        new InetSocketAddress(six ? "::1" : "127.0.0.1", letter));
  }

  private static String names(List<AddressInfo> addresses) {
    return String.join(
        "", Stream.of(addresses).flatMap(List::stream).map(AddressInfo::canonicalName).toList());
  }
}
