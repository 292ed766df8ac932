// SPDX-License-Identifier: Apache-2.0
package dev.ouro.contract;

import dev.ouro.testing.NetworkFixture;
import dev.ouro.transport.ConnectionOptions;
import dev.ouro.transport.Protocol;
import dev.ouro.transport.Transport;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Stands between a client and a server, on the loop of the test: passes on what it gets, in pieces
 * of a given size, each in a turn of its own.
 */
final class Relay {
  private final int port;
  private final int pieceBytes;
  private final Direction toServer = new Direction();
  private final Direction toClient = new Direction();
  private NetworkFixture net;
  private boolean corrupts;

  Relay(int port, int pieceBytes) {
    this.port = port;
    this.pieceBytes = pieceBytes;
  }

  /** Where it makes the way to the server. */
  void connectOn(NetworkFixture on) {
    net = on;
  }

  /** From now on the last byte of what the client sends at a time is another one. */
  void corrupt() {
    corrupts = true;
  }

  /** The protocol of the client's connection. */
  Protocol front() {
    return new Protocol() {
      @Override
      public void connectionMade(Transport transport) {
        toClient.open(transport);
        net.loop().createConnection(Relay.this::back, ConnectionOptions.of("127.0.0.1", port));
      }

      @Override
      public void dataReceived(ByteBuffer data) {
        toServer.add(data, corrupts);
      }

      @Override
      public void connectionLost(Throwable exceptionOrNull) {
        toServer.close();
      }
    };
  }

  private Protocol back() {
    return new Protocol() {
      @Override
      public void connectionMade(Transport transport) {
        toServer.open(transport);
      }

      @Override
      public void dataReceived(ByteBuffer data) {
        toClient.add(data, false);
      }

      @Override
      public void connectionLost(Throwable exceptionOrNull) {
        toClient.close();
      }
    };
  }

  /** One way, and what waits to go it. */
  private final class Direction {
    private final Deque<Byte> waiting = new ArrayDeque<>();
    private Transport transport;
    private boolean passing;

    void open(Transport opened) {
      transport = opened;
      pass();
    }

    void add(ByteBuffer data, boolean corrupted) {
      while (data.hasRemaining()) {
        byte next = data.get();
        waiting.add((byte) (corrupted && !data.hasRemaining() ? next ^ 1 : next));
      }
      if (!passing) {
        pass();
      }
    }

    private void pass() {
      passing = !waiting.isEmpty() && transport != null && !transport.isClosing();
      if (passing) {
        byte[] piece = new byte[Math.min(pieceBytes, waiting.size())];
        for (int i = 0; i < piece.length; i++) {
          piece[i] = waiting.remove();
        }
        transport.write(piece);
        net.loop().callSoon(this::pass);
      }
    }

    void close() {
      if (transport != null) {
        transport.close();
      }
    }
  }
}
