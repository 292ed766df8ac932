// SPDX-License-Identifier: Apache-2.0
package dev.ouro.poll;

import dev.ouro.linux.Fd;
import dev.ouro.linux.LinuxException;
import dev.ouro.linux.SockAddr;
import java.net.SocketAddress;

/** A connect on the ring, with the memory for its address. */
final class RingConnect extends RingOperation implements Operation {
  private final OperationListener listener;
  private final long address;

  private RingConnect(RingEngine engine, OperationListener listener, long address) {
    super(engine);
    this.listener = listener;
    this.address = address;
  }

  static Operation start(
      RingEngine engine, Fd fd, SocketAddress address, OperationListener listener) {
    Blocking.makeBlocking(fd);
    RingConnect connect;
    try {
      connect = new RingConnect(engine, listener, engine.addresses().take());
    } catch (LinuxException noMemory) {
      engine.enqueue((completion, data) -> listener.completed(-noMemory.errno()));
      return () -> {};
    }
    int length = SockAddr.write(address, connect.address);
    engine
        .ring()
        .prepareConnect(fd.number(), connect.address, length)
        .userData(connect.begin())
        .submit();
    return connect;
  }

  @Override
  void complete(int result, int flags) {
    engine.addresses().give(address);
    listener.completed(result);
  }

  @Override
  public void cancel() {
    requestCancel();
  }

  @Override
  void dispose() {
    // The descriptor is the caller's.
  }
}
