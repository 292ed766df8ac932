// SPDX-License-Identifier: Apache-2.0
package dev.ouro.poll;

/**
 * One descriptor in the epoll set. Events gather until its turn in the ready queue, and are then
 * handled together; events of a target that was closed meanwhile are not.
 */
abstract class EpollTarget implements Ready {
  private static final long UNREGISTERED = -1;

  final EpollEngine engine;
  private long token = UNREGISTERED;
  private int events;
  private boolean queued;

  EpollTarget(EpollEngine engine) {
    this.engine = engine;
  }

  /** Acts on {@code events}, in the target's turn. */
  abstract void handle(int events);

  /** Closes what the target owns: the engine ends. */
  abstract void dispose();

  /** Adds {@code events} to those of the next turn. */
  final void report(int more) {
    events |= more;
    if (!queued) {
      queued = true;
      engine.enqueue(this);
    }
  }

  @Override
  public final void run(long completion, long data) {
    queued = false;
    int gathered = events;
    events = 0;
    if (isRegistered() && gathered != 0) {
      handle(gathered);
    }
  }

  final boolean isRegistered() {
    return token != UNREGISTERED;
  }

  /** Adds {@code fd} to the set: 0, or −errno, and then the target is not registered. */
  final int register(int fd, int interest) {
    token = engine.targets().claim(this);
    int result = engine.epoll().add(fd, interest, token);
    if (result < 0) {
      forget();
    }
    return result;
  }

  /** Changes the interest, which also reports again what is ready now: 0, or −errno. */
  final int modify(int fd, int interest) {
    return engine.epoll().modify(fd, interest, token);
  }

  /** Takes {@code fd} out of the set; events that were reported so far are dropped. */
  final void unregister(int fd) {
    if (isRegistered()) {
      // Fails when the descriptor was closed before: then it is out of the set already.
      engine.epoll().delete(fd);
      forget();
    }
  }

  private void forget() {
    engine.targets().release(token);
    token = UNREGISTERED;
    events = 0;
  }
}
