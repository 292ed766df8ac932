// SPDX-License-Identifier: Apache-2.0
package dev.ouro.loop;

import dev.ouro.linux.LinuxException;
import dev.ouro.linux.Signal;
import dev.ouro.linux.SignalInfo;
import dev.ouro.poll.Ready;
import java.util.ArrayList;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Consumer;

/** A loop's signal handlers. A signal that arrives waits in the ready queue for its turn. */
@SuppressWarnings("ReferenceEquality") // of handles and signals
final class SignalHandlers implements Consumer<SignalInfo> {
  private final EngineLoop loop;
  private final SignalSource source;
  private final Map<Signal, SignalHandle> handles = new TreeMap<>();

  /** Not one of {@link #handles}, whose users need not know it. */
  private InterruptHandle interrupts;

  SignalHandlers(EngineLoop loop) {
    this.loop = loop;
    this.source = new SignalSource(loop.pollEngine(), this);
  }

  Handle add(Signal signal, Callback callback) {
    SignalRules.check(signal);
    SignalHandle handle = new SignalHandle(signal, callback);
    SignalHandle replaced = handles.get(signal);
    if (replaced == null) {
      begin(signal);
    }
    handles.put(signal, handle);
    if (replaced != null) {
      replaced.cancel();
    }
    return handle;
  }

  private void begin(Signal signal) {
    SignalOwners.claim(signal, loop);
    try {
      source.add(signal);
    } catch (LinuxException e) {
      SignalOwners.release(signal, loop);
      throw new IllegalStateException(
          "sig " + signal.number() + " cannot be caught: " + e.getMessage(), e);
    }
  }

  /** {@link EngineLoop#addInterruptHandler}. */
  Handle addInterrupt(Runnable callback) {
    try {
      if (!source.addInterrupts(loop)) {
        return null;
      }
    } catch (LinuxException refused) {
      return null; // SIGINT does what it did
    }
    interrupts = new InterruptHandle(callback);
    return interrupts;
  }

  boolean remove(Signal signal) {
    SignalHandle handle = handles.get(signal);
    if (handle == null) {
      return false;
    }
    handle.cancel();
    return true;
  }

  /** Restores what was before the loop, whose engine is closed next. */
  void removeAll() {
    source.engineCloses();
    if (interrupts != null) {
      interrupts.cancel();
    }
    new ArrayList<>(handles.values()).forEach(Handle::cancel);
  }

  /** Gives the descriptors back, once the engine is closed. */
  void close() {
    source.close();
  }

  /** A signal has arrived. */
  @Override
  public void accept(SignalInfo info) {
    SignalHandle handle = handles.get(info.signal());
    if (handle == null && info.signal() == Signal.SIGINT) {
      handle = interrupts;
    }
    if (handle != null) {
      loop.callSoonReady(new Arrival(handle, info));
    }
  }

  private void cancelled(SignalHandle handle) {
    // Not when it was replaced.
    if (handles.remove(handle.signal, handle)) {
      source.remove(handle.signal);
      SignalOwners.release(handle.signal, loop);
    }
  }

  /** What to run, and how it is called in messages. */
  static final class Callback implements Runnable {
    private final Consumer<? super SignalInfo> body;
    private final Object name;
    private SignalInfo info;

    Callback(Runnable callback) {
      Objects.requireNonNull(callback, "callback");
      body = unused -> callback.run();
      name = callback;
    }

    Callback(Consumer<? super SignalInfo> callback) {
      body = Objects.requireNonNull(callback, "callback");
      name = callback;
    }

    @Override
    public void run() {
      SignalInfo current = info;
      info = null;
      body.accept(current);
    }

    @Override
    public String toString() {
      return CallbackText.of(name);
    }
  }

  /** Runs once for each signal; cancelling it is removing it. */
  private class SignalHandle extends Handle {
    private final Signal signal;
    private final Callback callback;

    SignalHandle(Signal signal, Callback callback) {
      super(callback, loop, null);
      this.signal = signal;
      this.callback = callback;
    }

    @Override
    String kind() {
      return "Handle";
    }

    @Override
    boolean runsOnce() {
      return false;
    }

    @Override
    public void cancel() {
      super.cancel();
      SignalHandlers.this.cancelled(this);
    }
  }

  /** SIGINT for who runs the loop, while nobody has added a handler for it. */
  private final class InterruptHandle extends SignalHandle {
    InterruptHandle(Runnable callback) {
      super(Signal.SIGINT, new Callback(new Taking(callback)));
    }

    @Override
    public void cancel() {
      super.cancel();
      if (interrupts == this) {
        interrupts = null;
        if (source.removeInterrupts(loop)) {
          passOn();
        }
      }
    }

    /** One that the loop has not come to take is not lost. */
    private void passOn() {
      try {
        Signal.SIGINT.send((int) ProcessHandle.current().pid());
      } catch (LinuxException e) {
        throw new IllegalStateException(e); // this process is there
      }
    }
  }

  /** Runs the callback of a SIGINT, which the loop has come to take. */
  private final class Taking implements Consumer<SignalInfo> {
    private final Runnable callback;

    Taking(Runnable callback) {
      this.callback = callback;
    }

    @Override
    public void accept(SignalInfo info) {
      source.takeInterrupt();
      callback.run();
    }

    @Override
    public String toString() {
      return CallbackText.of(callback);
    }
  }

  /** One signal on its way to its callback. */
  private record Arrival(SignalHandle handle, SignalInfo info) implements Ready {
    @Override
    public void run(long completion, long data) {
      handle.callback.info = info;
      handle.run();
    }

    @Override
    public String toString() {
      return handle.toString();
    }
  }
}
