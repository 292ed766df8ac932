// SPDX-License-Identifier: Apache-2.0
package dev.ouro.poll;

import dev.ouro.linux.Fd;
import dev.ouro.linux.LinuxException;
import dev.ouro.linux.SockAddrCache;
import dev.ouro.linux.SocketConstants;

/** Makes the datagram channels of a ring, and what they share with the first one of its kind. */
final class RingDatagrams implements AutoCloseable {
  private final RingEngine engine;
  private final SockAddrCache addresses = new SockAddrCache();
  private DatagramBatch batch;
  private DatagramBuffers buffers;
  private boolean buffersRefused;

  RingDatagrams(RingEngine engine) {
    this.engine = engine;
  }

  DatagramChannel open(Fd fd, int family, DatagramListener listener) throws LinuxException {
    if (batch == null) {
      batch = DatagramBatch.allocate(addresses);
    }
    boolean internet = family == SocketConstants.AF_INET || family == SocketConstants.AF_INET6;
    return new RingDatagram(engine, fd, listener, internet ? buffers() : null, batch);
  }

  /** The group of buffers; null where there is no room for it, and the others' way will do. */
  private DatagramBuffers buffers() {
    if (buffers == null && !buffersRefused) {
      try {
        buffers = DatagramBuffers.register(engine.ring(), addresses);
      } catch (LinuxException e) {
        buffersRefused = true;
      }
    }
    return buffers;
  }

  /** The ring is closed. */
  @Override
  public void close() {
    if (batch != null) {
      batch.close();
    }
    if (buffers != null) {
      buffers.close();
    }
  }
}
