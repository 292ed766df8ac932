// SPDX-License-Identifier: Apache-2.0
package dev.ouro.poll;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.ouro.linux.Errno;
import dev.ouro.linux.Fd;
import dev.ouro.linux.MessageArray;
import dev.ouro.linux.NativeMemory;
import dev.ouro.linux.SockAddr;
import java.io.ByteArrayOutputStream;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** A datagram socket whose peers are a test. */
public final class FakeDatagramChannel implements DatagramChannel {
  /**
   * What was sent.
   *
   * @param text the payload
   * @param to the address, or null
   * @param segmented whether it says of what size the datagrams in it are
   */
  public record Sent(String text, SocketAddress to, boolean segmented) {}

  private final FakeEngine engine;
  private final Fd fd;
  private final DatagramListener listener;
  private final List<Sent> sent = new ArrayList<>();
  private final List<Integer> calls = new ArrayList<>();
  private final Deque<Integer> failures = new ArrayDeque<>();
  private int room = Integer.MAX_VALUE;
  private boolean receiving;
  private boolean awaitingWritable;
  private boolean cancelled;
  private boolean sendsPend;
  private Sent pending;

  FakeDatagramChannel(FakeEngine engine, Fd fd, DatagramListener listener) {
    this.engine = engine;
    this.fd = fd;
    this.listener = listener;
  }

  // What tests say

  /** {@code from} sends {@code text}. */
  public void push(String text, SocketAddress from) {
    engine.complete(() -> {
      if (receiving) {
        listener.received(ByteBuffer.wrap(text.getBytes(UTF_8)), from);
      }
    });
  }

  /** Receiving fails with {@code errno}, a positive number. */
  public void pushError(int errno, boolean stopped) {
    engine.complete(() -> listener.receiveFailed(errno, stopped));
  }

  /** The kernel takes so many messages, and no more until told otherwise. */
  public void room(int messages) {
    room = messages;
  }

  /** The calls that follow fail with these errnos, positive numbers, one each; 0: not. */
  public void failSends(Integer... errnos) {
    failures.addAll(List.of(errnos));
  }

  /** Whether {@link #sendAtTurnEnd} answers {@link Engine#PENDING}, as a ring does. */
  public void pendSends(boolean pend) {
    sendsPend = pend;
  }

  /** The pending send ends: with 1, or −errno. */
  public void completeSend(int result) {
    if (result > 0) {
      sent.add(pending);
    }
    pending = null;
    engine.complete(() -> {
      if (cancelled) {
        listener.cancelled();
      } else {
        listener.sent(result);
      }
    });
  }

  /** The kernel takes messages again; who waits for that hears it. */
  public void becomeWritable(int messages) {
    room = messages;
    if (awaitingWritable) {
      awaitingWritable = false;
      engine.complete(listener::writable);
    }
  }

  // What tests see

  public List<Sent> sent() {
    return sent;
  }

  public List<String> texts() {
    return sent.stream().map(Sent::text).toList();
  }

  /** How many messages each call was given. */
  public List<Integer> calls() {
    return calls;
  }

  public boolean isAwaitingWritable() {
    return awaitingWritable;
  }

  // DatagramChannel

  @Override
  public void startReceiving() {
    receiving = true;
  }

  @Override
  public void stopReceiving() {
    receiving = false;
  }

  @Override
  public int sendAtTurnEnd(MessageArray messages) {
    if (!sendsPend) {
      return trySend(messages, 1);
    }
    if (cancelled || awaitingWritable || pending != null) {
      throw new AssertionError("a send when there may be none");
    }
    calls.add(1);
    pending = read(messages.address(0));
    return Engine.PENDING;
  }

  @Override
  public int trySend(MessageArray messages, int count) {
    if (cancelled || awaitingWritable || pending != null || count < 1) {
      throw new AssertionError("a send when there may be none");
    }
    calls.add(count);
    Integer failure = failures.poll();
    if (failure != null && failure != 0) {
      return -failure;
    }
    int taken = Math.min(count, room);
    if (taken == 0) {
      return -Errno.EAGAIN;
    }
    room -= room == Integer.MAX_VALUE ? 0 : taken;
    for (int i = 0; i < taken; i++) {
      sent.add(read(messages.address(i)));
    }
    return taken;
  }

  /** Reads a {@code struct msghdr}. */
  private static Sent read(long header) {
    ByteArrayOutputStream payload = new ByteArrayOutputStream();
    long iovec = NativeMemory.getLong(header + 16);
    for (long left = NativeMemory.getLong(header + 24); left > 0; left--) {
      byte[] piece = new byte[(int) NativeMemory.getLong(iovec + 8)];
      NativeMemory.copyTo(NativeMemory.getLong(iovec), piece, 0, piece.length);
      payload.writeBytes(piece);
      iovec += 16;
    }
    int nameLength = NativeMemory.getInt(header + 8);
    return new Sent(
        payload.toString(UTF_8),
        SockAddr.read(NativeMemory.getLong(header), nameLength),
        NativeMemory.getLong(header + 40) > 0);
  }

  @Override
  public void awaitWritable() {
    awaitingWritable = true;
  }

  @Override
  public int fd() {
    return fd.number();
  }

  @Override
  public boolean cancel() {
    cancelled = true;
    receiving = false;
    awaitingWritable = false;
    return pending == null;
  }

  @Override
  public void release() {
    fd.close();
  }
}
