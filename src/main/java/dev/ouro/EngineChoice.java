// SPDX-License-Identifier: Apache-2.0
package dev.ouro;

/**
 * Which kernel interface a loop stands on, and why.
 *
 * @param name {@code io_uring} or {@code epoll}
 * @param reason in a few words: what was asked for, what the machine refused
 * @param description how the engine was set up
 */
public record EngineChoice(String name, String reason, String description) {
  @Override
  public String toString() {
    return name + " (" + reason + "; " + description + ")";
  }
}
