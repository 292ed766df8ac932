// SPDX-License-Identifier: Apache-2.0
package dev.ouro.uring;

/**
 * How a ring polls network devices while it waits: {@code struct io_uring_napi}.
 *
 * @param busyPollMicros for how long, in microseconds; 0 not at all
 * @param preferBusyPoll whether the devices' interrupts are put off for it, {@code
 *     SO_PREFER_BUSY_POLL}
 * @param tracking whose devices: {@link #IO_URING_NAPI_TRACKING_DYNAMIC}, {@link
 *     #IO_URING_NAPI_TRACKING_STATIC}; {@link #IO_URING_NAPI_TRACKING_INACTIVE} is what the kernel
 *     tells of a ring that has none
 * @see RegisterOperations#registerNapi
 */
public record Napi(int busyPollMicros, boolean preferBusyPoll, int tracking) {
  /** Those that sockets of the ring's polls have received from. */
  public static final int IO_URING_NAPI_TRACKING_DYNAMIC = 0;

  /** Those that {@link RegisterOperations#addNapiId} names. */
  public static final int IO_URING_NAPI_TRACKING_STATIC = 1;

  /** None: there is no busy polling. */
  public static final int IO_URING_NAPI_TRACKING_INACTIVE = 255;

  static final int IO_URING_NAPI_REGISTER_OP = 0;
  static final int IO_URING_NAPI_STATIC_ADD_ID = 1;
  static final int IO_URING_NAPI_STATIC_DEL_ID = 2;

  /**
   * Checks the numbers.
   *
   * @throws IllegalArgumentException a negative time, or no such way of tracking
   */
  public Napi {
    if (busyPollMicros < 0) {
      throw new IllegalArgumentException("busyPollMicros: " + busyPollMicros);
    } else if (tracking < 0 || tracking > IO_URING_NAPI_TRACKING_INACTIVE) {
      throw new IllegalArgumentException("tracking: " + tracking);
    }
  }

  /** Polling for {@code busyPollMicros} the devices that the ring's sockets receive from. */
  public static Napi of(int busyPollMicros) {
    return new Napi(busyPollMicros, false, IO_URING_NAPI_TRACKING_DYNAMIC);
  }
}
