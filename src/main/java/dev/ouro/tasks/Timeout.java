// SPDX-License-Identifier: Apache-2.0
package dev.ouro.tasks;

import dev.ouro.loop.CallbackLoop;
import dev.ouro.loop.Handle;
import dev.ouro.loop.RunningLoop;
import dev.ouro.loop.Sneaky;
import dev.ouro.loop.Task;
import dev.ouro.loop.TaskBody;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeoutException;

/**
 * A limit on how long a piece of a task may take: asyncio's {@code Timeout}. When the time has come
 * the task is cancelled, and what comes out of {@link #call} is a {@link TimeoutException} instead.
 *
 * <p>asyncio's is a context manager. A {@code try} of Java's cannot turn one exception into
 * another, so the code is passed in.
 *
 * {@snippet :
 * Timeout timeout = Asyncio.timeout(Duration.ofSeconds(5));
 * timeout.run(() -> {
 *   String line = reader.readline(UTF_8);
 *   timeout.reschedule(loop.time() + 1_000_000_000);
 *   answer(line);
 * });
 * }
 */
public final class Timeout {
  private enum State {
    CREATED("created"),
    ENTERED("active"),
    EXPIRING("expiring"),
    EXPIRED("expired"),
    EXITED("finished");

    private final String text;

    State(String text) {
      this.text = text;
    }

    @Override
    public String toString() {
      return text;
    }
  }

  private State state = State.CREATED;
  private OptionalLong when;
  private CallbackLoop loop;
  private Task<?> task;
  private Handle timer;
  private int cancelling;

  /**
   * Ends at {@code when} on the scale of {@link CallbackLoop#time}; never when empty. It begins
   * with {@link #call}.
   */
  public Timeout(OptionalLong when) {
    this.when = Objects.requireNonNull(when, "when");
  }

  /** When it ends, in nanoseconds of {@link CallbackLoop#time}; empty: never. */
  public OptionalLong when() {
    return when;
  }

  /** Whether the time had come before the code was through. */
  public boolean expired() {
    return state == State.EXPIRING || state == State.EXPIRED;
  }

  /**
   * Moves the end; one that has passed ends it soon.
   *
   * @throws IllegalStateException {@link #call} does not run, or has expired
   */
  public void reschedule(OptionalLong changed) {
    RunningLoop.regainControl();
    Objects.requireNonNull(changed, "when");
    if (state == State.CREATED) {
      throw new IllegalStateException("Timeout has not been entered");
    }
    if (state != State.ENTERED) {
      throw new IllegalStateException("Cannot change state of " + state + " Timeout");
    }
    when = changed;
    cancelTimer();
    if (changed.isPresent()) {
      timer =
          changed.getAsLong() <= loop.time()
              ? loop.callSoon(this::onTimeout)
              : loop.callAt(changed.getAsLong(), this::onTimeout);
    }
  }

  /** {@link #reschedule(OptionalLong)} to this time, in nanoseconds. */
  public void reschedule(long whenNanos) {
    reschedule(OptionalLong.of(whenNanos));
  }

  private void onTimeout() {
    timer = null;
    task.cancel();
    state = State.EXPIRING;
  }

  private void cancelTimer() {
    if (timer != null) {
      timer.cancel();
      timer = null;
    }
  }

  /** {@link #call} of code without a result. */
  public void run(TaskBody body) throws TimeoutException {
    call(TaskBody.callable(body));
  }

  /**
   * Runs {@code body}, in the calling task, as long as it takes or until the time has come.
   *
   * @return what it returns. What it throws is thrown, itself, even when it is a checked exception
   * @throws TimeoutException the time came, and the cancellation came out of {@code body}
   * @throws IllegalStateException the caller is not a task, or this was used before
   */
  public <T> T call(Callable<T> body) throws TimeoutException {
    Objects.requireNonNull(body, "body");
    enter();
    T result;
    try {
      result = body.call();
    } catch (Throwable thrown) {
      boolean oursAlone = exit();
      if (oursAlone && (thrown instanceof CancellationException || isInterrupt(thrown))) {
        TimeoutException timeout = new TimeoutException();
        timeout.initCause(thrown);
        throw timeout;
      }
      throw Sneaky.<RuntimeException>propagate(thrown);
    }
    exit();
    return result;
  }

  private static boolean isInterrupt(Throwable thrown) {
    return thrown instanceof InterruptedException;
  }

  private void enter() {
    if (state != State.CREATED) {
      throw new IllegalStateException("Timeout has already been entered");
    }
    loop = RunningLoop.require();
    task = Task.current();
    if (task == null) {
      throw new IllegalStateException("Timeout should be used inside a task");
    }
    cancelling = task.cancelling();
    state = State.ENTERED;
    reschedule(when);
  }

  /** Whether the task was cancelled by this and by nobody else. */
  private boolean exit() {
    RunningLoop.regainControl();
    cancelTimer();
    if (state == State.EXPIRING) {
      state = State.EXPIRED;
      return task.uncancel() <= cancelling;
    }
    state = State.EXITED;
    return false;
  }

  @Override
  public String toString() {
    String end = "";
    if (state == State.ENTERED) {
      end = " when=" + (when.isPresent() ? when.getAsLong() : "null");
    }
    return "<Timeout [" + state + "]" + end + ">";
  }
}
