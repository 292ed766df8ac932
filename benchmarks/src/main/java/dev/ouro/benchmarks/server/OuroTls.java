// SPDX-License-Identifier: Apache-2.0
package dev.ouro.benchmarks.server;

import dev.ouro.Asyncio;
import dev.ouro.EventLoop;
import dev.ouro.transport.Protocol;
import dev.ouro.transport.Server;
import dev.ouro.transport.ServerOptions;
import dev.ouro.transport.Transport;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import javax.net.ssl.SSLContext;

/** Sends without end, by TLS on Ouro, with the engine that {@code dev.ouro.engine} names. */
public final class OuroTls {
  private OuroTls() {}

  /** Takes the path of the key store. */
  public static void main(String[] arguments) throws Exception {
    SSLContext context = new TlsIdentity(Path.of(arguments[0])).context();
    Control.serve(() -> run(context));
  }

  private static void run(SSLContext context) throws Exception {
    try (EventLoop loop = Asyncio.newEventLoop()) {
      Server server =
          loop.runUntilComplete(
              loop.createServer(
                  () -> new Sending(loop), ServerOptions.of("127.0.0.1", 0).withSsl(context)));
      InetSocketAddress address = (InetSocketAddress) server.sockets().getFirst().getsockname();
      Control.engine(loop.engine());
      Control.listening(address.getPort());
      loop.runForever();
    }
  }

  /** Writes block after block, unless it was told to pause. */
  private static final class Sending implements Protocol {
    /** So that a peer that takes everything does not keep the loop from its other work. */
    private static final int BLOCKS_PER_TURN = 16;

    private final EventLoop loop;
    private final ByteBuffer block = ByteBuffer.allocateDirect(TlsIdentity.BLOCK_BYTES);
    private final Runnable fill = this::fill;
    private Transport transport;
    private boolean paused;

    Sending(EventLoop loop) {
      this.loop = loop;
    }

    @Override
    public void connectionMade(Transport made) {
      transport = made;
      loop.callSoon(fill);
    }

    private void fill() {
      for (int i = 0; i < BLOCKS_PER_TURN && !paused && !transport.isClosing(); i++) {
        transport.write(block.clear());
        Control.echoed(TlsIdentity.BLOCK_BYTES);
      }
      if (!paused && !transport.isClosing()) {
        loop.callSoon(fill);
      }
    }

    @Override
    public void pauseWriting() {
      paused = true;
    }

    @Override
    public void resumeWriting() {
      paused = false;
      loop.callSoon(fill);
    }
  }
}
