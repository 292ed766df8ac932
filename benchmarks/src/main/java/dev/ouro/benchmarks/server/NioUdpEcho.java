// SPDX-License-Identifier: Apache-2.0
package dev.ouro.benchmarks.server;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;

/**
 * A UDP echo server as a careful author writes it on the JDK's selector: one direct buffer, and
 * each turn receives and sends until nothing is left.
 */
public final class NioUdpEcho {
  private static final int RECEIVE_BUFFER_BYTES = 4 * 1024 * 1024;

  private NioUdpEcho() {}

  public static void main(String[] arguments) throws IOException {
    Control.serve(NioUdpEcho::run);
  }

  private static void run() throws IOException {
    try (Selector selector = Selector.open();
        DatagramChannel channel = DatagramChannel.open()) {
      channel.setOption(StandardSocketOptions.SO_RCVBUF, RECEIVE_BUFFER_BYTES);
      channel.bind(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0));
      channel.configureBlocking(false);
      channel.register(selector, SelectionKey.OP_READ);
      Control.listening(channel.socket().getLocalPort());
      ByteBuffer buffer = ByteBuffer.allocateDirect(64 * 1024);
      while (true) {
        selector.select(_ -> {});
        echo(channel, buffer);
      }
    }
  }

  private static void echo(DatagramChannel channel, ByteBuffer buffer) throws IOException {
    for (SocketAddress peer; (peer = channel.receive(buffer.clear())) != null; ) {
      Control.echoed(channel.send(buffer.flip(), peer));
    }
  }
}
