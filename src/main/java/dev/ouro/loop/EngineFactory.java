// SPDX-License-Identifier: Apache-2.0
package dev.ouro.loop;

import dev.ouro.linux.LinuxException;
import dev.ouro.poll.Completions;
import dev.ouro.poll.Engine;

/** Opens the engine of an {@link EngineLoop}. For this module; its types are not exported. */
@FunctionalInterface
@SuppressWarnings("exports")
public interface EngineFactory {
  /** Opens an engine that leaves what it completes in {@code completions}. */
  Engine open(Completions completions) throws LinuxException;
}
