// SPDX-License-Identifier: Apache-2.0
package dev.ouro.loop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ouro.testing.FakeLoop;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class InboxTest {
  private final FakeLoop loop = FakeLoop.create();
  private final Inbox inbox = new Inbox();

  @Test
  void shouldGiveBackEverythingInOrder() {
    Handle first = new Handle(() -> {}, loop, null);
    Handle second = new Handle(() -> {}, loop, null);
    inbox.add(first);
    inbox.add(second);
    assertThat(inbox.isEmpty()).isFalse();

    Handle taken = inbox.takeAll();

    assertThat(taken).isSameAs(first);
    assertThat(taken.next).isSameAs(second);
    assertThat(second.next).isNull();
    assertThat(inbox.isEmpty()).isTrue();
    assertThat(inbox.takeAll()).isNull();
  }

  @Test
  void shouldLoseNothingAndKeepEachThreadsOrderWhenManyAdd() throws Exception {
    int threads = 4;
    int each = 20_000;
    int[] last = new int[threads];
    List<Thread> adders = new ArrayList<>();
    for (int t = 0; t < threads; t++) {
      int thread = t;
      adders.add(
          Thread.ofPlatform()
              .start(() -> {
                for (int i = 1; i <= each; i++) {
                  int number = i;
                  inbox.add(new Handle(() -> step(last, thread, number), loop, null));
                }
              }));
    }

    int taken = 0;
    while (taken < threads * each) {
      Handle handle = inbox.takeAll();
      while (handle != null) {
        Handle following = handle.next;
        handle.run();
        taken++;
        handle = following;
      }
      Thread.onSpinWait();
    }
    for (Thread adder : adders) {
      adder.join();
    }

    assertThat(last).containsOnly(each);
    assertThat(inbox.isEmpty()).isTrue();
  }

  private static void step(int[] last, int thread, int number) {
    if (last[thread] == number - 1) {
      last[thread] = number;
    }
  }
}
