// SPDX-License-Identifier: Apache-2.0
package dev.ouro.contract;

/** Bytes to send, of which no two neighbourhoods are alike. */
final class Bytes {
  private Bytes() {}

  static byte[] pattern(int length) {
    byte[] bytes = new byte[length];
    long state = length;
    for (int i = 0; i < length; i++) {
      state = state * 6364136223846793005L + 1442695040888963407L;
      bytes[i] = (byte) (state >>> 56);
    }
    return bytes;
  }
}
