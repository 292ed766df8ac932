// SPDX-License-Identifier: Apache-2.0
package dev.ouro.linux;

import java.util.function.Consumer;

/** Hands over a batch of signals, which are read already: what one costs, the others must not. */
final class SignalDelivery {
  private final Consumer<? super SignalInfo> consumer;
  private int count;
  private Throwable thrown;

  SignalDelivery(Consumer<? super SignalInfo> consumer) {
    this.consumer = consumer;
  }

  void handOver(SignalInfo info) {
    count++;
    try {
      consumer.accept(info);
    } catch (RuntimeException | Error e) {
      if (thrown == null) {
        thrown = e;
      } else if (!thrown.equals(e)) {
        thrown.addSuppressed(e);
      }
    }
  }

  /** How many there were; throws what the consumer has thrown. */
  int end() {
    if (thrown instanceof Error error) {
      throw error;
    } else if (thrown instanceof RuntimeException exception) {
      throw exception;
    }
    return count;
  }
}
