// SPDX-License-Identifier: Apache-2.0
package dev.ouro.examples.streams;

import dev.ouro.Asyncio;
import dev.ouro.examples.Arguments;
import dev.ouro.streams.StreamConnection;
import dev.ouro.streams.StreamReader;
import dev.ouro.streams.StreamWriter;
import dev.ouro.transport.Server;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Passes TCP connections on to another server, both ways, each as slowly as the slower side takes
 * it, and each with an end of its own.
 */
public final class TcpProxy {
  private static final int BLOCK_BYTES = 64 * 1024;

  private final String host;
  private final int port;

  /** Passes on to {@code host} and {@code port}. */
  public TcpProxy(String host, int port) {
    this.host = host;
    this.port = port;
  }

  /** {@code TcpProxy LISTEN_PORT HOST PORT}. */
  public static void main(String[] args) {
    Arguments arguments = new Arguments("TcpProxy LISTEN_PORT HOST PORT", args);
    int listenPort = arguments.port("LISTEN_PORT");
    TcpProxy proxy = new TcpProxy(arguments.text("HOST"), arguments.port("PORT"));
    Asyncio.run(() -> {
      try (Server server = proxy.start(listenPort)) {
        server.serveForever();
      }
    });
  }

  /** Starts serving, in the calling task's loop. */
  public Server start(int listenPort) throws IOException {
    return Asyncio.startServer("127.0.0.1", listenPort, this::pass);
  }

  private void pass(StreamReader fromClient, StreamWriter toClient) throws IOException {
    try (toClient;
        StreamConnection server = Asyncio.openConnection(host, port)) {
      Asyncio.taskGroup(group -> {
        group.createTask(() -> pump(fromClient, server.writer()));
        group.createTask(() -> pump(server.reader(), toClient));
      });
    }
  }

  private static void pump(StreamReader from, StreamWriter to) throws IOException {
    ByteBuffer block = ByteBuffer.allocateDirect(BLOCK_BYTES);
    while (from.read(block) >= 0) {
      to.write(block.flip());
      to.drain();
      block.clear();
    }
    to.writeEof();
  }
}
