// SPDX-License-Identifier: Apache-2.0
package dev.ouro.examples.fileserver;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ByteRangeTest {
  @ParameterizedTest
  @CsvSource({
    "bytes=0-0, 0, 1",
    "bytes=0-9, 0, 10",
    "bytes=0-99, 0, 10",
    "bytes=3-5, 3, 3",
    "bytes=3-, 3, 7",
    "bytes=9-, 9, 1",
    "bytes=-1, 9, 1",
    "bytes=-10, 0, 10",
    "bytes=-99, 0, 10",
    "Bytes = 3 - 5, 3, 3",
    "bytes=3-99999999999999999999, 3, 7",
    "bytes=-99999999999999999999, 0, 10",
  })
  void shouldFindThePartWhenItIsInTheFile(String field, long offset, long count) {
    assertThat(ByteRange.parse(field, 10)).isEqualTo(new ByteRange(offset, count));
  }

  @ParameterizedTest
  @ValueSource(strings = {"bytes=10-", "bytes=10-20", "bytes=-0", "bytes=99999999999999999999-"})
  void shouldBeUnsatisfiableWhenItIsBehindTheEnd(String field) {
    assertThat(ByteRange.parse(field, 10)).isSameAs(ByteRange.UNSATISFIABLE);
  }

  @ParameterizedTest
  @ValueSource(strings = {"bytes=0-", "bytes=-5", "bytes=0-0"})
  void shouldBeUnsatisfiableWhenTheFileIsEmpty(String field) {
    assertThat(ByteRange.parse(field, 0)).isSameAs(ByteRange.UNSATISFIABLE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "bytes",
        "bytes=",
        "bytes=-",
        "bytes=5-3",
        "bytes=0-1,3-4",
        "bytes=a-b",
        "bytes=0x1-2",
        "bytes=--1",
        "bytes=+1-2",
        "items=0-1",
        "=0-1",
        "0-1",
      })
  void shouldBeIgnoredWhenItIsMalformedOrSeveral(String field) {
    assertThat(ByteRange.parse(field, 10)).isNull();
  }

  @Test
  void shouldNameThePartAndTheSizeWhenAsked() {
    assertThat(new ByteRange(3, 4).contentRange(10)).isEqualTo("bytes 3-6/10");
    assertThat(ByteRange.UNSATISFIABLE.contentRange(10)).isEqualTo("bytes */10");
  }
}
