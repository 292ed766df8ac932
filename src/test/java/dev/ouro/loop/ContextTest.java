// SPDX-License-Identifier: Apache-2.0
package dev.ouro.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ContextTest {
  private static final ContextVar<String> NAME = new ContextVar<>("name");
  private static final ContextVar<Integer> AGE = new ContextVar<>("age", 7);

  @Test
  void shouldAnswerTheDefaultWhereAVariableIsNotSet() {
    assertThat(AGE.get()).isEqualTo(7);
    assertThat(AGE.get(8)).isEqualTo(8);
    assertThat(NAME.get("fallback")).isEqualTo("fallback");
    assertThatThrownBy(NAME::get)
        .isInstanceOf(NoSuchElementException.class)
        .hasMessageContaining("name");
  }

  @Test
  void shouldKeepWhatIsSetInsideToTheContext() throws Exception {
    Context context = new Context();

    context.run(() -> {
      NAME.set("ada");
      AGE.set(null);
    });

    assertThat(NAME.get("unset")).isEqualTo("unset");
    assertThat(context.get(NAME)).isEqualTo("ada");
    assertThat(context.get(AGE)).isNull();
    assertThat(context.contains(AGE)).isTrue();
    assertThat(context.size()).isEqualTo(2);
    assertThat(context.asMap()).containsExactly(entry(NAME, "ada"), entry(AGE, null));
    assertThat(context.<String>call(NAME::get)).isEqualTo("ada");
  }

  @Test
  void shouldNotAnswerTheDefaultForAContext() {
    Context context = new Context();

    assertThat(context.contains(AGE)).isFalse();
    assertThat(context.get(AGE, 9)).isEqualTo(9);
    assertThatThrownBy(() -> context.get(AGE)).isInstanceOf(NoSuchElementException.class);
  }

  @Test
  void shouldSeparateACopyFromItsOriginal() {
    Context original = new Context();
    original.run(() -> NAME.set("ada"));

    Context copy = original.copy();
    copy.run(() -> NAME.set("grace"));

    assertThat(original.get(NAME)).isEqualTo("ada");
    assertThat(copy.get(NAME)).isEqualTo("grace");
    original.run(() -> {
      Context current = Context.copyContext();
      NAME.set("changed");
      assertThat(current.get(NAME)).isEqualTo("ada");
    });
  }

  @Test
  void shouldNestDifferentContextsButNotOne() {
    Context outer = new Context();
    Context inner = new Context();

    outer.run(() -> {
      NAME.set("outer");
      inner.run(() -> NAME.set("inner"));
      assertThat(NAME.get()).isEqualTo("outer");
      assertThatThrownBy(() -> outer.run(() -> {}))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("already entered");
    });

    assertThat(inner.get(NAME)).isEqualTo("inner");
  }

  @Test
  void shouldLeaveTheContextWhenTheBodyThrows() {
    Context context = new Context();
    IOException failure = new IOException();

    assertThatThrownBy(() ->
            context.call(() -> {
              throw failure;
            }))
        .isSameAs(failure);

    context.run(() -> NAME.set("works"));
    assertThat(context.get(NAME)).isEqualTo("works");
  }

  @Test
  void shouldUndoASet() {
    Context context = new Context();

    context.run(() -> {
      ContextVar.Token<String> first = NAME.set("first");
      ContextVar.Token<String> second = NAME.set("second");
      assertThat(first.hadValue()).isFalse();
      assertThat(second.oldValue()).isEqualTo("first");
      assertThat(second.var()).isSameAs(NAME);

      NAME.reset(second);
      assertThat(NAME.get()).isEqualTo("first");
      assertThatThrownBy(() -> NAME.reset(second))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("used once");
      NAME.reset(first);
      assertThat(NAME.get("unset")).isEqualTo("unset");
    });
    assertThat(context.size()).isZero();
  }

  @Test
  void shouldRefuseATokenOfAnotherContextOrVariable() {
    Context context = new Context();
    ContextVar<String> other = new ContextVar<>("other");
    List<ContextVar.Token<String>> tokens = new ArrayList<>();
    context.run(() -> tokens.add(NAME.set("ada")));

    assertThatThrownBy(() -> NAME.reset(tokens.getFirst()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("different context");
    context.run(() ->
        assertThatThrownBy(() -> other.reset(tokens.getFirst()))
            .isInstanceOf(IllegalArgumentException.class));
  }

  @Test
  void shouldGiveEveryThreadAContextOfItsOwn() throws Exception {
    Context context = new Context();
    List<String> seen = Collections.synchronizedList(new ArrayList<>());

    context.run(() -> {
      NAME.set("here");
      join(Thread.ofPlatform().start(() -> seen.add(NAME.get("nothing"))));
      join(Thread.ofVirtual().start(() -> seen.add(NAME.get("nothing"))));
    });

    assertThat(seen).containsExactly("nothing", "nothing");
  }

  private static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void shouldKeepManyVariablesApart() {
    List<ContextVar<Integer>> variables = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      variables.add(new ContextVar<>("v" + i));
    }
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      order.add(i);
    }
    Collections.shuffle(order, new Random(3));
    Context context = new Context();

    context.run(() -> order.forEach(i -> variables.get(i).set(i)));

    for (int i = 0; i < 100; i++) {
      assertThat(context.get(variables.get(i))).isEqualTo(i);
    }
    assertThat(context.size()).isEqualTo(100);
  }
}
