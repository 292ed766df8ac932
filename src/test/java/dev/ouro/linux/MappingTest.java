// SPDX-License-Identifier: Apache-2.0
package dev.ouro.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class MappingTest {
  private static final long MARK = 0x6f75726f2d6d6170L;

  /** Whether what this test has written is still there; another thread's memory may be. */
  private static boolean isThere(long address) throws IOException {
    try (RandomAccessFile memory = new RandomAccessFile("/proc/self/mem", "r")) {
      memory.seek(address);
      return Long.reverseBytes(memory.readLong()) == MARK;
    } catch (IOException notMapped) {
      return false;
    }
  }

  @Test
  void shouldUnmapThoseThatAreGivenAndNoOther() throws Exception {
    List<Mapping> given = new ArrayList<>();
    List<Mapping> kept = new ArrayList<>();
    List<Long> addresses = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      Mapping mapping = Mapping.anonymous(i % 3 == 0 ? 4097 : 8192);
      NativeMemory.putLong(mapping.address(), MARK);
      if (i % 5 == 4) {
        kept.add(mapping);
      } else {
        given.add(mapping);
        addresses.add(mapping.address());
      }
    }
    given.getFirst().close();

    Mapping.closeAll(given);
    Mapping.closeAll(given);
    Mapping.closeAll(List.of());

    for (long address : addresses) {
      assertThat(isThere(address)).isFalse();
    }
    assertThat(given)
        .allSatisfy(mapping ->
            assertThatThrownBy(mapping::address).isInstanceOf(IllegalStateException.class));
    for (Mapping mapping : kept) {
      assertThat(isThere(mapping.address())).isTrue();
      mapping.close();
    }
  }
}
