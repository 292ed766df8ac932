// SPDX-License-Identifier: Apache-2.0
package dev.ouro.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SockAddrCacheTest {
  private final SockAddrCache cache = new SockAddrCache();
  private final Mapping memory = map();

  private static Mapping map() {
    try {
      return Mapping.anonymous(4096);
    } catch (LinuxException e) {
      throw new AssertionError(e);
    }
  }

  @AfterEach
  void close() {
    memory.close();
  }

  private SocketAddress readBack(SocketAddress address) {
    int length = SockAddr.write(address, memory.address());
    // What is behind is none of the address.
    NativeMemory.putByte(memory.address() + length, (byte) 0x55);
    return cache.read(memory.address(), length);
  }

  private SocketAddress writeBack(SocketAddress address) {
    NativeMemory.putLong(memory.address(), -1);
    int length = cache.write(address, memory.address());
    return SockAddr.read(memory.address(), length);
  }

  private static SocketAddress inet(int i) throws Exception {
    byte[] host = {10, (byte) (i >> 16), (byte) (i >> 8), (byte) i};
    return new InetSocketAddress(InetAddress.getByAddress(host), 1000 + i % 50_000);
  }

  private static Inet6Address six(int scope) throws Exception {
    byte[] host = new byte[16];
    host[0] = (byte) 0xfe;
    host[1] = (byte) 0x80;
    host[15] = 1;
    return Inet6Address.getByAddress(null, host, scope);
  }

  private static List<SocketAddress> ofEveryKind() throws Exception {
    return List.of(
        inet(1),
        new InetSocketAddress(six(0), 5),
        new InetSocketAddress(six(3), 5),
        UnixAddress.of("/a/path"),
        UnixAddress.of("/a/path/of sixteen"),
        UnixAddress.of("\0abstract"),
        UnixAddress.of(new byte[0]));
  }

  @Test
  void shouldAnswerTheSameObjectWhenItHasReadTheBytesBefore() throws Exception {
    List<SocketAddress> first = new ArrayList<>();
    for (SocketAddress each : ofEveryKind()) {
      first.add(readBack(each));
    }

    assertThat(first).isEqualTo(ofEveryKind());
    for (int i = 0; i < first.size(); i++) {
      assertThat(readBack(ofEveryKind().get(i))).isSameAs(first.get(i));
    }
  }

  @Test
  void shouldWriteWhatSockAddrWritesWhenAskedAgain() throws Exception {
    for (int round = 0; round < 3; round++) {
      for (SocketAddress each : ofEveryKind()) {
        assertThat(writeBack(each)).isEqualTo(each);
      }
    }
  }

  /** The JDK's equality leaves the scope out. */
  @Test
  void shouldTellScopesApart() throws Exception {
    for (int scope : new int[] {1, 2, 1, 2}) {
      InetSocketAddress address = new InetSocketAddress(six(scope), 7);

      InetSocketAddress read = (InetSocketAddress) readBack(address);
      InetSocketAddress written = (InetSocketAddress) writeBack(address);

      assertThat(((Inet6Address) read.getAddress()).getScopeId()).isEqualTo(scope);
      assertThat(((Inet6Address) written.getAddress()).getScopeId()).isEqualTo(scope);
    }
  }

  @Test
  void shouldStayRightWhenThereAreMoreThanItRemembers() throws Exception {
    for (int round = 0; round < 2; round++) {
      for (int i = 0; i < 40_000; i++) {
        SocketAddress address = inet(i);
        assertThat(readBack(address)).isEqualTo(address);
        assertThat(writeBack(address)).isEqualTo(address);
      }
    }
  }

  /** Of a few whose hashes meet, two displaced each other, datagram after datagram. */
  @Test
  void shouldForgetNoneWhenFewMeet() throws Exception {
    Random random = new Random(40);
    for (int round = 0; round < 2000; round++) {
      SockAddrCache fresh = new SockAddrCache();
      int[] ports = random.ints(40, 32_768, 61_000).distinct().toArray();
      List<SocketAddress> first = new ArrayList<>();
      for (int port : ports) {
        first.add(readLoopback(fresh, port));
      }

      for (int i = 0; i < ports.length; i++) {
        assertThat(readLoopback(fresh, ports[i])).isSameAs(first.get(i));
      }
    }
  }

  private SocketAddress readLoopback(SockAddrCache from, int port) {
    SocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    return from.read(memory.address(), SockAddr.write(address, memory.address()));
  }

  @Test
  void shouldRememberThousands() throws Exception {
    List<SocketAddress> first = new ArrayList<>();
    for (int i = 0; i < 4000; i++) {
      first.add(readBack(inet(i)));
    }

    int same = 0;
    for (int i = 0; i < 4000; i++) {
      same += readBack(inet(i)) == first.get(i) ? 1 : 0;
    }

    assertThat(same).isGreaterThan(3900);
  }

  @Test
  void shouldAnswerAsSockAddrWhenThereIsNothingToRemember() throws Exception {
    NativeMemory.putShort(memory.address(), (short) 77);

    assertThat(cache.read(memory.address(), 0)).isNull();
    assertThat(cache.read(memory.address(), 16)).isNull();
    assertThatThrownBy(
            () -> cache.write(InetSocketAddress.createUnresolved("host", 1), memory.address()))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(writeBack(inet(1))).isEqualTo(inet(1));
  }

  /** {@code unix(7)}: a path may fill {@code sun_path}, and the kernel then counts a NUL behind. */
  @Test
  void shouldReadAndWritePathThatLeavesNoRoomForItsNul() {
    byte[] path = new byte[UnixAddress.MAX_LENGTH_BYTES];
    Arrays.fill(path, (byte) 'p');
    NativeMemory.putShort(memory.address(), (short) SocketConstants.AF_UNIX);
    NativeMemory.copyFrom(path, 0, memory.address() + 2, path.length);

    UnixAddress address = (UnixAddress) cache.read(memory.address(), 2 + path.length + 1);

    assertThat(address.bytes()).isEqualTo(path);
    assertThat(SockAddr.write(address, memory.address())).isEqualTo(2 + path.length);
    assertThat(SockAddr.read(memory.address(), 2 + path.length)).isEqualTo(address);
  }
}
