// SPDX-License-Identifier: Apache-2.0
package dev.ouro.loop;

import java.lang.ref.Cleaner;

/** The thread that hears of garbage; made when first needed, for the life of the process. */
final class LoopCleaner {
  static final Cleaner CLEANER =
      Cleaner.create(Thread.ofPlatform().name("ouro-cleaner").daemon().factory());

  private LoopCleaner() {}
}
