// SPDX-License-Identifier: Apache-2.0
package dev.ouro.uring;

import dev.ouro.linux.NativeMemory;
import java.util.ArrayList;
import java.util.List;

/**
 * What a ring may do, for rings that are handed to code that is not trusted: everything else is
 * refused. Immutable.
 *
 * {@snippet :
 * Uring ring = Uring.open(UringOptions.entries(64).withStartDisabled(true));
 * ring.registerRestrictions(
 *     Restrictions.NOTHING.allowOp(Op.IORING_OP_READ).allowOp(Op.IORING_OP_WRITE));
 * ring.enable();
 * }
 *
 * <p>{@link Register#IORING_REGISTER_SYNC_CANCEL} is always allowed: {@link Uring#close} ends with
 * it what the ring still runs.
 *
 * @see RegisterOperations#registerRestrictions
 */
public final class Restrictions {
  /** No operation is allowed. */
  public static final Restrictions NOTHING =
      new Restrictions(List.of())
          .with(
              Register.IORING_RESTRICTION_REGISTER_OP,
              "registerOp",
              Register.IORING_REGISTER_SYNC_CANCEL);

  /** What is allowed, {@code IORING_RESTRICTION_*}, and which. */
  private record Entry(int opcode, int value) {}

  private final List<Entry> entries;

  private Restrictions(List<Entry> entries) {
    this.entries = entries;
  }

  private Restrictions with(int opcode, String name, int value) {
    if (value < 0 || value > 0xff) {
      throw new IllegalArgumentException(name + ": " + value);
    }
    List<Entry> more = new ArrayList<>(entries);
    more.add(new Entry(opcode, value));
    return new Restrictions(List.copyOf(more));
  }

  /** {@link Register#IORING_RESTRICTION_SQE_OP}: {@code op} is allowed, {@link Op}. */
  public Restrictions allowOp(int op) {
    return with(Register.IORING_RESTRICTION_SQE_OP, "op", op);
  }

  /**
   * {@link Register#IORING_RESTRICTION_REGISTER_OP}: {@code registerOp} is allowed, {@link
   * Register}.
   */
  public Restrictions allowRegisterOp(int registerOp) {
    return with(Register.IORING_RESTRICTION_REGISTER_OP, "registerOp", registerOp);
  }

  /**
   * {@link Register#IORING_RESTRICTION_SQE_FLAGS_ALLOWED}: entries may have {@code sqeFlags},
   * {@link SqeFlag}, and no others. A second call replaces the first.
   */
  public Restrictions allowFlags(int sqeFlags) {
    return with(Register.IORING_RESTRICTION_SQE_FLAGS_ALLOWED, "sqeFlags", sqeFlags);
  }

  /**
   * {@link Register#IORING_RESTRICTION_SQE_FLAGS_REQUIRED}: every entry must have {@code sqeFlags},
   * which are allowed thereby. A second call replaces the first.
   */
  public Restrictions requireFlags(int sqeFlags) {
    return with(Register.IORING_RESTRICTION_SQE_FLAGS_REQUIRED, "sqeFlags", sqeFlags);
  }

  int count() {
    return entries.size();
  }

  /** Writes so many {@code struct io_uring_restriction}. */
  void write(long to) {
    long at = to;
    for (Entry entry : entries) {
      NativeMemory.putShort(at, (short) entry.opcode);
      NativeMemory.putByte(at + Layout.RESTRICTION_VALUE, (byte) entry.value);
      at += Layout.RESTRICTION_SIZE;
    }
  }
}
