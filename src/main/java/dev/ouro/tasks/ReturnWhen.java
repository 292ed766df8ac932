// SPDX-License-Identifier: Apache-2.0
package dev.ouro.tasks;

/** When {@code wait} returns: asyncio's constants. */
public enum ReturnWhen {
  /** When one of them is done, in whatever way. */
  FIRST_COMPLETED,
  /** When one ends with an exception; without one, when all are done. */
  FIRST_EXCEPTION,
  /** When all are done. */
  ALL_COMPLETED
}
