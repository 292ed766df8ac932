// SPDX-License-Identifier: Apache-2.0
package dev.ouro.poll;

import dev.ouro.linux.Errno;
import dev.ouro.linux.Fd;
import dev.ouro.linux.NativeMemory;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * A stream whose peer is a test: it pushes what arrives, limits what the kernel takes, and sees
 * what was sent.
 */
public final class FakeStreamChannel implements StreamChannel {
  private final FakeEngine engine;
  private final Fd fd;
  private final StreamListener listener;
  private final Deque<Runnable> arrived = new ArrayDeque<>();
  private final ByteArrayOutputStream written = new ByteArrayOutputStream();
  private final List<Integer> sends = new ArrayList<>();
  private final Deque<Long> sendfileAnswers = new ArrayDeque<>();
  private boolean receiving;
  private boolean delivering;
  private boolean sendsPend;
  private int window = Integer.MAX_VALUE;
  private int sendErrno;
  private long pendingAddress;
  private int pendingLength;
  private boolean awaitingWritable;
  private boolean lingers;
  private boolean cancelled;
  private boolean released;

  FakeStreamChannel(FakeEngine engine, Fd fd, StreamListener listener) {
    this.engine = engine;
    this.fd = fd;
    this.listener = listener;
  }

  // What tests say

  /** The peer sends {@code bytes}, which are received in one piece. */
  public void push(byte... bytes) {
    arrive(() -> {
      ByteBuffer view = ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
      listener.received(view, MemorySegment.ofBuffer(view).address());
    });
  }

  /** The peer sends no more. */
  public void pushEof() {
    arrive(listener::endOfStream);
  }

  /** Receiving fails with {@code errno}, a positive number. */
  public void pushError(int errno) {
    arrive(() -> listener.receiveFailed(errno));
  }

  /** The kernel takes so many bytes, and no more until told otherwise. */
  public void window(int sizeBytes) {
    window = sizeBytes;
  }

  /** From now on sends fail with {@code errno}, a positive number; 0: no more. */
  public void failSends(int errno) {
    sendErrno = errno;
  }

  /** Whether {@link #send} answers {@link Engine#PENDING}, as a ring does. */
  public void pendSends(boolean pend) {
    sendsPend = pend;
  }

  /** The pending send ends: with so many bytes, or −errno. */
  public void completeSend(int result) {
    if (!isSendPending()) {
      throw new AssertionError("no send is pending");
    }
    if (result > 0) {
      record(pendingAddress, Math.min(result, pendingLength));
    }
    pendingLength = 0;
    engine.complete(() -> {
      if (!cancelled) {
        listener.sent(result);
      }
    });
  }

  /** The pending send ends with all of its bytes. */
  public void completeSend() {
    completeSend(pendingLength);
  }

  /** The kernel takes bytes again; who waits for that hears it. */
  public void becomeWritable(int sizeBytes) {
    window = sizeBytes;
    if (awaitingWritable) {
      awaitingWritable = false;
      engine.complete(() -> {
        if (!cancelled) {
          listener.writable();
        }
      });
    }
  }

  /** What the next {@link #sendfile} answers; it moves the offset by that. */
  public void answerSendfile(long result) {
    sendfileAnswers.add(result);
  }

  /** Whether {@link #cancel} goes on in the kernel until {@link #finishCancel}. */
  public void linger(boolean answer) {
    lingers = answer;
  }

  /** The kernel holds nothing of this channel any more. */
  public void finishCancel() {
    if (!cancelled || !lingers) {
      throw new AssertionError("no cancel goes on");
    }
    lingers = false;
    pendingLength = 0;
    engine.complete(listener::cancelled);
  }

  // What tests see

  /** Everything that was sent. */
  public byte[] written() {
    return written.toByteArray();
  }

  /** How many bytes each send took. */
  public List<Integer> sends() {
    return sends;
  }

  public boolean isReceiving() {
    return receiving;
  }

  public boolean isSendPending() {
    return pendingLength > 0;
  }

  public boolean isAwaitingWritable() {
    return awaitingWritable;
  }

  public boolean isCancelled() {
    return cancelled;
  }

  public boolean isReleased() {
    return released;
  }

  // StreamChannel

  @Override
  public void startReceiving() {
    checkOpen();
    receiving = true;
    deliver();
  }

  @Override
  public void stopReceiving() {
    receiving = false;
  }

  @Override
  public int send(long address, int length, boolean awaited) {
    checkCanSend(length);
    if (sendsPend) {
      pendingAddress = address;
      pendingLength = length;
      return Engine.PENDING;
    }
    return take(address, length);
  }

  @Override
  public int trySend(long address, int length) {
    checkCanSend(length);
    return take(address, length);
  }

  @Override
  public long sendfile(int file, long offset, long countBytes) {
    checkCanSend(1);
    Long answer = sendfileAnswers.poll();
    if (answer == null) {
      throw new AssertionError("no answer to sendfile");
    }
    if (answer > 0) {
      NativeMemory.putLong(offset, NativeMemory.getLong(offset) + answer);
    }
    return answer;
  }

  @Override
  public void awaitWritable() {
    checkCanSend(1);
    awaitingWritable = true;
  }

  @Override
  public int fd() {
    return fd.number();
  }

  @Override
  public boolean cancel() {
    if (cancelled) {
      return true;
    }
    cancelled = true;
    receiving = false;
    awaitingWritable = false;
    if (isSendPending()) {
      lingers = true;
    }
    return !lingers;
  }

  @Override
  public void release() {
    released = true;
    fd.close();
  }

  private void arrive(Runnable delivery) {
    arrived.add(delivery);
    deliver();
  }

  /** Queues one delivery at a time, which looks again whether it is still wanted when it runs. */
  private void deliver() {
    if (delivering || !receiving || arrived.isEmpty()) {
      return;
    }
    delivering = true;
    engine.complete(() -> {
      delivering = false;
      if (receiving) {
        arrived.remove().run();
      }
      deliver();
    });
  }

  private int take(long address, int length) {
    if (sendErrno != 0) {
      return -sendErrno;
    }
    int taken = Math.min(length, window);
    if (taken == 0) {
      return -Errno.EAGAIN;
    }
    if (window != Integer.MAX_VALUE) {
      window -= taken;
    }
    record(address, taken);
    return taken;
  }

  private void record(long address, int length) {
    byte[] bytes = new byte[length];
    NativeMemory.copyTo(address, bytes, 0, length);
    written.writeBytes(bytes);
    sends.add(length);
  }

  private void checkOpen() {
    if (cancelled) {
      throw new AssertionError("an operation after cancel");
    }
  }

  private void checkCanSend(int length) {
    checkOpen();
    if (isSendPending() || awaitingWritable) {
      throw new AssertionError("a send is pending");
    }
    if (length <= 0) {
      throw new AssertionError("a send of " + length + " bytes");
    }
  }
}
