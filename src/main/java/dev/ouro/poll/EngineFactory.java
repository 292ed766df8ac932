// SPDX-License-Identifier: Apache-2.0
package dev.ouro.poll;

import dev.ouro.linux.LinuxException;

/** Opens the engine of a loop. */
@FunctionalInterface
public interface EngineFactory {
  /** Opens an engine that leaves what it completes in {@code completions}. */
  Engine open(Completions completions) throws LinuxException;
}
