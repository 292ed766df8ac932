// SPDX-License-Identifier: Apache-2.0
package dev.ouro.poll;

/** Hears how an {@link Operation} ended. */
@FunctionalInterface
public interface OperationListener {
  /** Called once, from the ready queue, with a result ≥ 0 or −errno. */
  void completed(int result);
}
