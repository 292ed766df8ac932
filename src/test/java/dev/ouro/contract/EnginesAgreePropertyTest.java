// SPDX-License-Identifier: Apache-2.0
package dev.ouro.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ouro.BaseEventLoop;
import dev.ouro.ProactorEventLoop;
import dev.ouro.SelectorEventLoop;
import dev.ouro.linux.ConnectionException;
import dev.ouro.linux.LinuxException;
import dev.ouro.linux.Socket;
import dev.ouro.loop.WaitStrategy;
import dev.ouro.transport.ConnectionOptions;
import dev.ouro.transport.Protocol;
import dev.ouro.transport.Transport;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/**
 * Behaviour 266: both engines call the protocols of a connection alike, whatever its two ends do.
 *
 * <p>Compared is what a program can rely on: the order of the calls about reading, and of those
 * about writing; how many bytes have arrived, and how the transports are, whenever nothing moves
 * any more. Not compared is what the kernel leaves open: into how many pieces the bytes fall, and
 * how many of them an aborted end has still sent.
 */
class EnginesAgreePropertyTest {
  private static final int SMALL = 10;
  private static final int MEDIUM = 3_000;
  private static final int MORE_THAN_THE_KERNEL_TAKES = 2_000_000;
  private static final int QUIET_TURNS = 12;

  private enum Action {
    WRITE_SMALL,
    WRITE_MEDIUM,
    WRITE_HUGE,
    WRITE_LINES,
    PAUSE_READING,
    RESUME_READING,
    WRITE_EOF,
    NO_BUFFER,
    CLOSE,
    ABORT,
    SETTLE;

    /** What ends a connection. */
    boolean ends() {
      return this == CLOSE || this == ABORT || this == SETTLE;
    }
  }

  private record Step(boolean first, Action action) {}

  private record Scenario(boolean firstKeepsOpen, boolean secondKeepsOpen, List<Step> steps) {}

  @Provide
  Arbitrary<Scenario> scenarios() {
    Arbitrary<Boolean> either = Arbitraries.of(true, false);
    Arbitrary<Step> step = Combinators.combine(either, Arbitraries.of(Action.class)).as(Step::new);
    return Combinators.combine(either, either, step.list().ofMaxSize(14)).as(Scenario::new);
  }

  /**
   * The same scenarios in each run; who takes the seed away, and gives more tries, finds others.
   */
  @Property(tries = 300, seed = "266")
  void shouldCallTheProtocolsAlikeOnBothEngines(@ForAll("scenarios") Scenario scenario)
      throws LinuxException {
    Assume.that(isAvailable());

    List<String> onEpoll;
    List<String> onRing;
    try (BaseEventLoop loop = new SelectorEventLoop(WaitStrategy.blocking())) {
      onEpoll = new Run(loop, scenario).trace();
    }
    try (BaseEventLoop loop = new ProactorEventLoop(WaitStrategy.blocking())) {
      onRing = new Run(loop, scenario).trace();
    }

    assertThat(onRing).isEqualTo(onEpoll);
  }

  /** Whether this machine has rings; in CI it must. */
  private static boolean isAvailable() throws LinuxException {
    try (BaseEventLoop loop = new ProactorEventLoop(WaitStrategy.blocking())) {
      return !loop.isClosed();
    } catch (LinuxException e) {
      if ("true".equals(System.getenv("CI"))) {
        throw e;
      }
      System.out.println("io_uring is missing here: " + e.getMessage());
      return false;
    }
  }

  /** One scenario on one loop. */
  private static final class Run {
    private final BaseEventLoop loop;
    private final End first;
    private final End second;
    private final List<String> trace = new ArrayList<>();
    private long events;

    Run(BaseEventLoop loop, Scenario scenario) throws LinuxException {
      this.loop = loop;
      this.first = new End(scenario.firstKeepsOpen());
      this.second = new End(scenario.secondKeepsOpen());
      loop.setExceptionHandler((source, context) -> trace.add("error " + context.message()));
      Socket[] pair = Socket.pair();
      for (int i = 0; i < 2; i++) {
        End end = i == 0 ? first : second;
        loop.runUntilComplete(loop.createConnection(() -> end, ConnectionOptions.of(pair[i])));
      }
      first.peer = second;
      second.peer = first;
      settle();
      for (Step step : scenario.steps()) {
        End end = step.first() ? first : second;
        // Else the kernel decides how far it had come when it ended, and what of it the peer hears.
        if (step.action().ends() || end.peer.transport.isClosing()) {
          settle();
        }
        apply(end, step.action());
      }
      settle();
      apply(first, Action.RESUME_READING);
      apply(second, Action.RESUME_READING);
      settle();
      apply(first, Action.CLOSE);
      settle();
      apply(second, Action.ABORT);
      settle();
      trace.add("first reads " + first.reading + ", writes " + first.writing);
      trace.add("second reads " + second.reading + ", writes " + second.writing);
      assertThat(first.lost + second.lost).isEqualTo(2);
    }

    List<String> trace() {
      return trace;
    }

    private void settle() {
      for (int quiet = 0; quiet < QUIET_TURNS; quiet++) {
        long before = events;
        if (!first.willBreak() && !second.willBreak()) {
          loop.stop(); // else a thread of the kernel may have the send: it ends when it ends
        }
        loop.runForever();
        if (events != before) {
          quiet = -1;
        }
      }
      trace.add("first " + first.state() + ", second " + second.state());
    }

    private void apply(End end, Action action) {
      Transport transport = end.transport;
      try {
        switch (action) {
          case WRITE_SMALL -> end.write(SMALL);
          case WRITE_MEDIUM -> end.write(MEDIUM);
          case WRITE_HUGE -> end.write(MORE_THAN_THE_KERNEL_TAKES);
          case WRITE_LINES -> {
            transport.writelines(List.of(ByteBuffer.allocate(SMALL), ByteBuffer.allocate(MEDIUM)));
            end.written += SMALL + MEDIUM;
          }
          case PAUSE_READING -> transport.pauseReading();
          case RESUME_READING -> transport.resumeReading();
          case WRITE_EOF -> transport.writeEof();
          case NO_BUFFER -> transport.setWriteBufferLimits(0);
          case CLOSE -> {
            end.leaves();
            transport.close();
          }
          case ABORT -> {
            end.leaves();
            end.abandons();
            transport.abort();
          }
          case SETTLE -> {}
          default -> throw new AssertionError(action);
        }
      } catch (IllegalStateException refused) {
        trace.add(action + ": " + refused.getMessage());
      }
    }

    /** One end of the connection. */
    private final class End implements Protocol {
      private final boolean keepsOpen;
      private final List<String> reading = new ArrayList<>();
      private final List<String> writing = new ArrayList<>();
      private Transport transport;
      private End peer;
      private long received;
      private long written;
      private boolean leavesUnread;
      private boolean receivedIsOpen;
      private int lost;

      End(boolean keepsOpen) {
        this.keepsOpen = keepsOpen;
      }

      void write(int sizeBytes) {
        transport.write(new byte[sizeBytes]);
        written += sizeBytes;
      }

      /**
       * What it has not read is dropped. What the kernel still has of that resets the connection,
       * and how much that is, is the engine's affair: a ring has received before it hears of a
       * pause.
       */
      void leaves() {
        leavesUnread |= lost == 0 && received < peer.written;
      }

      /** What it has not sent is dropped, and how much that is, is the kernel's affair. */
      void abandons() {
        if (transport.getWriteBufferSize() > 0) {
          peer.receivedIsOpen = true;
        }
      }

      /** What it has not sent can go nowhere. */
      boolean willBreak() {
        return lost == 0 && peer.lost > 0 && transport.getWriteBufferSize() > 0;
      }

      String state() {
        return (receivedIsOpen ? "?" : received)
            + (transport.isClosing() ? " closing" : "")
            + (transport.isReading() ? " reading" : "")
            + (transport.getWriteBufferSize() > 0 ? " buffering" : "");
      }

      @Override
      public void connectionMade(Transport made) {
        transport = made;
        reading.add("made");
      }

      @Override
      public void dataReceived(ByteBuffer data) {
        events++;
        received += data.remaining();
      }

      @Override
      public boolean eofReceived() {
        events++;
        if (peer.leavesUnread) {
          return false;
        }
        reading.add("eof");
        return keepsOpen;
      }

      @Override
      public void pauseWriting() {
        events++;
        writing.add("pause");
      }

      @Override
      public void resumeWriting() {
        events++;
        writing.add("resume");
      }

      @Override
      public void connectionLost(Throwable exceptionOrNull) {
        events++;
        lost++;
        loop.stop();
        boolean broken = exceptionOrNull instanceof ConnectionException;
        boolean either = peer.leavesUnread && (broken || exceptionOrNull == null);
        String why = exceptionOrNull == null ? "" : broken ? " broken" : " " + exceptionOrNull;
        reading.add("lost" + (either ? "" : why));
        if (broken || either) {
          peer.receivedIsOpen = true;
        }
      }
    }
  }
}
