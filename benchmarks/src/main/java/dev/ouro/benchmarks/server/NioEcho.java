// SPDX-License-Identifier: Apache-2.0
package dev.ouro.benchmarks.server;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/**
 * An echo server as a careful author writes it on the JDK's selector: one direct buffer for all
 * connections, the echo sent at once, and interest in writing only while a socket is full.
 */
public final class NioEcho {
  private static final int BACKLOG = 4096;
  private static final int BUFFER_BYTES = 64 * 1024;

  private final Selector selector = Selector.open();
  private final ServerSocketChannel listener = ServerSocketChannel.open();
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);

  private NioEcho() throws IOException {}

  public static void main(String[] arguments) throws IOException {
    Control.serve(() -> new NioEcho().run());
  }

  private void run() throws IOException {
    listener.bind(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), BACKLOG);
    listener.configureBlocking(false);
    listener.register(selector, SelectionKey.OP_ACCEPT);
    Control.listening(listener.socket().getLocalPort());
    while (true) {
      selector.select(this::serve);
    }
  }

  private void serve(SelectionKey key) {
    try {
      if (key.channel() == listener) {
        accept();
      } else if (key.attachment() instanceof ByteBuffer unsent) {
        flush(key, unsent);
      } else {
        echo(key);
      }
    } catch (IOException e) {
      close(key); // a peer that resets its connection ends that connection alone
    }
  }

  private void accept() throws IOException {
    for (SocketChannel channel; (channel = listener.accept()) != null; ) {
      channel.configureBlocking(false);
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
      channel.register(selector, SelectionKey.OP_READ);
    }
  }

  private void echo(SelectionKey key) throws IOException {
    SocketChannel channel = (SocketChannel) key.channel();
    buffer.clear();
    int count = channel.read(buffer);
    if (count < 0) {
      close(key);
      return;
    }
    buffer.flip();
    Control.echoed(channel.write(buffer));
    if (buffer.hasRemaining()) {
      key.attach(ByteBuffer.allocateDirect(buffer.remaining()).put(buffer).flip());
      key.interestOps(SelectionKey.OP_WRITE);
    }
  }

  private void flush(SelectionKey key, ByteBuffer unsent) throws IOException {
    Control.echoed(((SocketChannel) key.channel()).write(unsent));
    if (!unsent.hasRemaining()) {
      key.attach(null);
      key.interestOps(SelectionKey.OP_READ);
    }
  }

  private static void close(SelectionKey key) {
    try {
      key.channel().close();
    } catch (IOException e) {
      throw new AssertionError("a non-blocking socket closes", e);
    }
  }
}
