// SPDX-License-Identifier: Apache-2.0
package dev.ouro.poll;

import dev.ouro.linux.Errno;
import dev.ouro.linux.Fd;
import dev.ouro.linux.NativeMemory;
import dev.ouro.linux.SockAddr;
import dev.ouro.linux.SocketConstants;
import dev.ouro.uring.OpFlag;

/**
 * A listening socket on the ring: several accepts at once, each with an address of its own.
 *
 * <p>Not the multishot accept: that one has a single place for the peer's address, and {@code
 * getpeername(2)} does not answer for a peer that has gone again. Waiting accepts are exclusive, so
 * a connection wakes one of them.
 */
final class RingAcceptor implements Acceptor {
  /** How many connections one turn takes. */
  static final int ACCEPTS = 16;

  private final RingEngine engine;
  private final Fd fd;
  private final AcceptListener listener;
  private final Accept[] accepts = new Accept[ACCEPTS];
  private boolean accepting;
  private boolean closed;
  // Once they are taken one by one, else null.
  private RingAcceptPoll poll;
  // Without it an accept takes a descriptor before there is a connection, and so reports EMFILE
  // for none. Linux 6.10; EINVAL before.
  private int pollFirst = OpFlag.IORING_ACCEPT_POLL_FIRST;

  RingAcceptor(RingEngine engine, Fd fd, AcceptListener listener) {
    this.engine = engine;
    this.fd = fd;
    this.listener = listener;
    Blocking.makeBlocking(fd);
  }

  @Override
  public void start() {
    if (accepting || closed) {
      return;
    }
    accepting = true;
    if (poll != null) {
      poll.arm();
      return;
    }
    for (int i = 0; i < ACCEPTS; i++) {
      if (accepts[i] == null) {
        accepts[i] = new Accept();
      }
      accepts[i].arm();
    }
  }

  @Override
  public void stop() {
    if (accepting) {
      accepting = false;
      cancelAll();
      if (poll != null) {
        poll.requestCancel();
      }
    }
  }

  private void cancelAll() {
    for (Accept accept : accepts) {
      if (accept != null) { // where start() had no memory for all
        accept.requestCancel();
      }
    }
  }

  @Override
  public boolean oneByOne() {
    if (poll != null || closed) {
      return false;
    }
    RingAcceptPoll made = new RingAcceptPoll(this, engine, fd);
    Blocking.makeNonBlocking(fd);
    poll = made;
    if (accepting) {
      cancelAll();
      poll.arm();
    }
    return accepting;
  }

  boolean isAccepting() {
    return accepting;
  }

  /** What was to be done has had its turn: goes on, unless it is over. */
  void goOn(RingAcceptPoll ended) {
    if (accepting) {
      ended.arm();
    } else if (closed) {
      closeWhenIdle();
    }
  }

  @Override
  public int fd() {
    return closed ? -1 : fd.number();
  }

  @Override
  public void close() {
    stop();
    closed = true;
    closeWhenIdle();
  }

  private void closeWhenIdle() {
    if (poll != null && poll.isInFlight()) {
      return;
    }
    for (Accept accept : accepts) {
      if (accept != null && accept.isInFlight()) {
        return;
      }
    }
    fd.close();
    for (int i = 0; i < ACCEPTS; i++) {
      if (accepts[i] != null) {
        engine.addresses().give(accepts[i].address);
        accepts[i] = null;
      }
    }
    if (poll != null) {
      poll.close();
      poll = null;
    }
  }

  void failed(int errno) {
    if (errno == Errno.EINVAL && pollFirst != 0) {
      pollFirst = 0;
    } else if (errno != Errno.ECANCELED
        && errno != Errno.EAGAIN
        && !Acceptor.isOfOneConnection(errno)
        && accepting) {
      boolean stops = Acceptor.isWantOfResources(errno);
      if (stops) {
        stop();
      }
      listener.acceptFailed(errno, stops);
    }
  }

  /** A connection, with its peer's address as {@code accept4(2)} left it. */
  void accepted(Fd connection, long address) {
    if (closed) {
      connection.close();
    } else {
      int length = NativeMemory.getInt(address + AddressMemory.LENGTH_OFFSET);
      listener.accepted(connection, SockAddr.read(address, length));
    }
  }

  /** One of the accepts, with the memory for its peer's address. */
  private final class Accept extends RingOperation {
    private final long address;

    Accept() {
      super(RingAcceptor.this.engine);
      address = engine.addresses().takeUnchecked();
    }

    void arm() {
      if (!isInFlight()) {
        long length = address + AddressMemory.LENGTH_OFFSET;
        NativeMemory.putInt(length, SockAddr.SIZE_BYTES);
        engine
            .ring()
            .prepareAccept(fd.number(), address, length, SocketConstants.SOCK_CLOEXEC)
            .ioprio(pollFirst)
            .userData(begin())
            .submit();
      }
    }

    @Override
    void complete(int result, int flags) {
      try {
        if (result >= 0) {
          accepted(new Fd(result), address);
        } else {
          failed(-result);
        }
      } finally {
        if (accepting && poll == null) {
          arm();
        } else if (closed) {
          closeWhenIdle();
        }
      }
    }

    @Override
    public void drop(long completion) {
      if ((int) completion >= 0) {
        new Fd((int) completion).close();
      }
    }

    @Override
    void dispose() {
      fd.close();
    }
  }
}
