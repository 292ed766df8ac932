// SPDX-License-Identifier: Apache-2.0
package dev.ouro.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ouro.loop.EngineLoop;
import dev.ouro.loop.Future;
import dev.ouro.transport.BaseTransport;
import dev.ouro.transport.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Cancels an operation after every number of turns that it can live, and in every place of a turn.
 * Each time nothing may be left open, in this process or in the kernel, and each protocol that was
 * made is lost once. What goes on in the default executor goes on in turns of the loop here.
 */
public final class CancelEverywhere {
  private static final int ENDLESS_TURNS = 6;
  private static final int TOO_MANY_TURNS = 500;
  private static final int SETTLING_TURNS = 8;

  /** Where in a turn the operation is cancelled. */
  private enum Place {
    BETWEEN_TURNS,
    BEFORE_COMPLETIONS,
    AFTER_COMPLETIONS
  }

  /** An operation with what belongs to it. */
  public interface Operation {
    /** Starts it, from scratch. */
    Future<?> start() throws Exception;

    /** It was cancelled or is done: checks what is left of it, and puts it away. */
    default void end(Future<?> future) throws Exception {}

    /** Whether it ends only when it is cancelled. */
    default boolean isEndless() {
      return false;
    }
  }

  private final NetworkFixture net;
  private final List<Recorder> protocols = new ArrayList<>();
  private boolean prepared;

  public CancelEverywhere(NetworkFixture net) {
    this.net = net;
  }

  /** {@link #watch} of a new one. */
  public Recorder protocol() {
    return watch(new Recorder());
  }

  /** {@link #protocol} of a transport in one direction. */
  public PipeRecorder pipeProtocol() {
    return watch(new PipeRecorder());
  }

  /** {@code protocol}, which must be lost by the end of the operation if it is made. */
  public <R extends Recorder> R watch(R protocol) {
    protocols.add(protocol);
    return protocol;
  }

  /** Closes the result, if there is one. */
  public static void close(Future<?> future) throws Exception {
    if (future.cancelled()) {
      return;
    }
    switch (future.result()) {
      case Connection<?, ?>(BaseTransport transport, var protocol) -> transport.close();
      case AutoCloseable closeable -> closeable.close();
      case null, default -> {}
    }
  }

  /** Lets what is under way for certain come to its end. */
  public void settle() {
    net.runTurns(SETTLING_TURNS);
  }

  /** Lets every protocol that was made be lost. */
  public void awaitLost() {
    net.runUntil(this::areAllLost);
  }

  /** Starts {@code operation} again and again, and cancels it a little later each time. */
  public void cancel(Operation operation) throws Exception {
    if (!prepared) {
      prepared = true;
      net.loop().setDefaultExecutor(new TurnExecutor(net.loop()));
      ((EngineLoop) net.loop()).spares().take(); // else the first connection leaves them open
    }
    for (Place place : Place.values()) {
      boolean done = false;
      for (int turns = 0; !done; turns++) {
        assertThat(turns).as("turns").isLessThan(TOO_MANY_TURNS);
        done = cancelAfter(operation, turns, place);
        done |= operation.isEndless() && turns == ENDLESS_TURNS;
      }
    }
  }

  /** Whether the operation was done before it could be cancelled. */
  private boolean cancelAfter(Operation operation, int turns, Place place) throws Exception {
    settle();
    final Map<Integer, String> open = LeakCheck.openDescriptors();
    final int operations = operations();

    Future<?> future = operation.start();
    for (int i = 0; i < turns && !future.done(); i++) {
      net.runTurns(1);
    }
    boolean[] cancelled = new boolean[1];
    switch (place) {
      case BETWEEN_TURNS -> cancelled[0] = future.cancel();
      case BEFORE_COMPLETIONS -> net.loop().callSoon(() -> cancelled[0] = future.cancel());
      case AFTER_COMPLETIONS -> net.loop().callSoonThreadsafe(() -> cancelled[0] = future.cancel());
      default -> throw new AssertionError(place);
    }
    net.runTurns(1);
    net.runUntil(future::done);

    String when = "cancelled " + place + " after " + turns + " turns";
    assertThat(future.cancelled()).as(when).isEqualTo(cancelled[0]);
    settle();
    operation.end(future);
    awaitNothingLeft(open, operations, when);
    settle();
    for (Recorder protocol : protocols) {
      assertThat(protocol.events().stream().filter("connectionLost"::equals).count())
          .as(when)
          .isEqualTo(protocol.isMade() ? 1 : 0);
    }
    protocols.clear();
    return !future.cancelled();
  }

  /** What the kernel is still ending, or a peer has yet to hear of, may take a while. */
  private void awaitNothingLeft(Map<Integer, String> open, int operations, String when) {
    try {
      net.runUntil(() ->
          areAllLost() && operations() == operations && LeakCheck.openedSince(open).isEmpty());
    } catch (AssertionError never) {
      assertThat(areAllLost()).as("all protocols are lost, " + when).isTrue();
      assertThat(operations()).as("in the kernel, " + when).isEqualTo(operations);
      assertThat(LeakCheck.openedSince(open)).as("left open, " + when).isEmpty();
      throw never;
    }
  }

  private boolean areAllLost() {
    return protocols.stream().allMatch(protocol -> protocol.isLost() == protocol.isMade());
  }

  private int operations() {
    return ((EngineLoop) net.loop()).pollEngine().operations();
  }
}
