// SPDX-License-Identifier: Apache-2.0
package dev.ouro.uring;

import dev.ouro.linux.LinuxException;
import dev.ouro.linux.Mapping;
import dev.ouro.linux.NativeMemory;

/** What registered files and registered buffers have in common. */
final class ResourceTable {
  private ResourceTable() {}

  /** {@code struct io_uring_rsrc_register} for {@code slots} empty slots. */
  static void registerSparse(Uring ring, String what, int op, int slots) throws LinuxException {
    try (Mapping memory = Mapping.anonymous(Layout.RSRC_REGISTER_SIZE)) {
      NativeMemory.putInt(memory.address(), slots);
      NativeMemory.putInt(
          memory.address() + Layout.RSRC_REGISTER_FLAGS, Register.IORING_RSRC_REGISTER_SPARSE);
      ring.registerChecked(what, op, memory.address(), Layout.RSRC_REGISTER_SIZE);
    }
  }

  /** {@code struct io_uring_rsrc_update2} for one slot. */
  static void update(Uring ring, String what, int op, int slot, long data, long tag)
      throws LinuxException {
    try (Mapping memory = Mapping.anonymous(Layout.RSRC_UPDATE2_SIZE + 8L)) {
      long update = memory.address();
      long tagAddress = update + Layout.RSRC_UPDATE2_SIZE;
      NativeMemory.putLong(tagAddress, tag);
      NativeMemory.putInt(update, slot);
      NativeMemory.putLong(update + Layout.RSRC_UPDATE2_DATA, data);
      NativeMemory.putLong(update + Layout.RSRC_UPDATE2_TAGS, tagAddress);
      NativeMemory.putInt(update + Layout.RSRC_UPDATE2_NR, 1);
      ring.registerChecked(what, op, update, Layout.RSRC_UPDATE2_SIZE);
    }
  }
}
