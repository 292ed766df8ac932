// SPDX-License-Identifier: Apache-2.0
package dev.ouro.uring;

import dev.ouro.linux.LinuxException;
import dev.ouro.linux.Mapping;
import dev.ouro.linux.NativeMemory;

/**
 * What the kernel has, by its own word: {@code IORING_REGISTER_PROBE} and, from 6.18 on, {@code
 * IORING_REGISTER_QUERY}. Never by its version.
 */
public final class UringProbe {
  private static final int OPS = 256;
  private static final int PROBE_SIZE = 16;
  private static final int PROBE_OP_SIZE = 8;
  private static final int PROBE_OP_FLAGS = 2;
  private static final int IO_URING_OP_SUPPORTED = 1;
  private static final int QUERY_OFFSET = 4096 - 256;
  private static final int QUERY_SIZE = 48;

  private final boolean[] supported = new boolean[OPS];
  private boolean queried;
  private int registerOps;
  private long features;
  private long setupFlags;
  private long enterFlags;

  private UringProbe() {}

  static UringProbe of(Uring ring) {
    UringProbe probe = new UringProbe();
    try (Mapping memory = Mapping.anonymous(4096)) {
      long at = memory.address();
      if (ring.register(Register.IORING_REGISTER_PROBE, at, OPS) >= 0) {
        for (int op = 0; op < OPS; op++) {
          short flags =
              NativeMemory.getShort(at + PROBE_SIZE + (long) op * PROBE_OP_SIZE + PROBE_OP_FLAGS);
          probe.supported[op] = (flags & IO_URING_OP_SUPPORTED) != 0;
        }
      }
      probe.query(ring, at + QUERY_OFFSET);
    } catch (LinuxException e) {
      throw new IllegalStateException("no memory to ask the kernel with", e);
    }
    return probe;
  }

  /** {@code struct io_uring_query_hdr}, and behind it {@code struct io_uring_query_opcode}. */
  private void query(Uring ring, long header) {
    long answer = header + 64;
    NativeMemory.zero(header, 64 + QUERY_SIZE);
    NativeMemory.putLong(header + 8, answer);
    NativeMemory.putInt(header + 20, QUERY_SIZE);
    if (ring.register(Register.IORING_REGISTER_QUERY, header, 0) < 0
        || NativeMemory.getInt(header + 24) < 0) {
      features = ring.features();
      setupFlags = ring.setupFlags();
      return;
    }
    queried = true;
    registerOps = NativeMemory.getInt(answer + 4);
    features = NativeMemory.getLong(answer + 8);
    setupFlags = NativeMemory.getLong(answer + 16);
    enterFlags = NativeMemory.getLong(answer + 24);
  }

  /** Whether the kernel has the operation {@code op}: {@link Op}. */
  public boolean supports(int op) {
    return op >= 0 && op < OPS && supported[op];
  }

  /** Whether the kernel answered {@code IORING_REGISTER_QUERY}. */
  public boolean queried() {
    return queried;
  }

  /**
   * How many operations of {@code io_uring_register(2)} there are; 0 where not {@link #queried}.
   */
  public int registerOps() {
    return registerOps;
  }

  /**
   * Whether incremental buffer groups ({@code IOU_PBUF_RING_INC}) work here: tried once per
   * process, on a small ring of its own.
   */
  public boolean incrementalBuffers() {
    return IncrementalSelfTest.passed();
  }

  /** {@code IORING_FEAT_*}. */
  public long features() {
    return features;
  }

  /** Every setup flag that the kernel knows; those of the ring where not {@link #queried}. */
  public long setupFlags() {
    return setupFlags;
  }

  /** Every enter flag that the kernel knows; 0 where not {@link #queried}. */
  public long enterFlags() {
    return enterFlags;
  }
}
