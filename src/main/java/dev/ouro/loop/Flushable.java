// SPDX-License-Identifier: Apache-2.0
package dev.ouro.loop;

/** Something that a transport leaves to do once, before its loop polls next. */
@FunctionalInterface
public interface Flushable {
  /** Runs on the loop's thread. What it throws goes to the loop's exception handler. */
  void flush();
}
