// SPDX-License-Identifier: Apache-2.0
package dev.ouro.examples.eventloop;

import dev.ouro.Asyncio;
import dev.ouro.EventLoop;
import dev.ouro.linux.LinuxException;
import dev.ouro.linux.Socket;
import dev.ouro.linux.SocketCalls;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;

/** Waits with {@code addReader} until a descriptor has received something. */
public final class WatchFileDescriptor {
  private WatchFileDescriptor() {}

  /** Takes no arguments. */
  public static void main(String[] args) throws LinuxException {
    Socket[] pair = Socket.pair();
    try (Socket reading = pair[0];
        Socket writing = pair[1];
        EventLoop loop = Asyncio.newEventLoop()) {
      loop.addReader(reading, () -> read(reading, loop));
      loop.callSoon(() -> write(writing)); // as a peer would
      loop.runForever(); // until loop.stop()
    }
  }

  private static void read(Socket reading, EventLoop loop) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment buffer = arena.allocate(100);
      int count = SocketCalls.recv(reading.fd().number(), buffer.address(), buffer.byteSize(), 0);
      byte[] data = buffer.asSlice(0, count).toArray(ValueLayout.JAVA_BYTE);
      System.out.println("Received: " + new String(data, StandardCharsets.UTF_8));
    }
    loop.removeReader(reading); // done: unregister the descriptor
    loop.stop();
  }

  private static void write(Socket writing) {
    try (Arena arena = Arena.ofConfined()) {
      byte[] data = "abc".getBytes(StandardCharsets.UTF_8);
      MemorySegment buffer = arena.allocateFrom(ValueLayout.JAVA_BYTE, data);
      SocketCalls.send(writing.fd().number(), buffer.address(), buffer.byteSize(), 0);
    }
  }
}
