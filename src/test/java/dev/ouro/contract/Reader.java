// SPDX-License-Identifier: Apache-2.0
package dev.ouro.contract;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;

/** A peer that reads all there is, on a thread of its own. */
final class Reader implements AutoCloseable {
  private final InputStream from;
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final Thread thread;
  private volatile boolean atEnd;

  private Reader(InputStream from) {
    this.from = from;
    this.thread = Thread.ofPlatform().name("reader").start(this::read);
  }

  static Reader of(Socket peer) throws IOException {
    return new Reader(peer.getInputStream());
  }

  static Reader of(InputStream from) {
    return new Reader(from);
  }

  private void read() {
    try {
      from.transferTo(bytes);
    } catch (IOException reset) {
      // What came before counts.
    }
    atEnd = true;
  }

  /** Whether the other end sends no more. */
  boolean atEnd() {
    return atEnd;
  }

  /** Everything; waits for the end. */
  byte[] all() {
    close();
    return bytes.toByteArray();
  }

  @Override
  public void close() {
    try {
      thread.join();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
