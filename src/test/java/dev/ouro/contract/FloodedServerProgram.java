// SPDX-License-Identifier: Apache-2.0
package dev.ouro.contract;

import dev.ouro.Asyncio;
import dev.ouro.EventLoop;
import dev.ouro.linux.Fd;
import dev.ouro.linux.ResourceLimit;
import dev.ouro.transport.Protocol;
import dev.ouro.transport.Server;
import dev.ouro.transport.ServerOptions;
import dev.ouro.transport.Transport;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * An echo server with room for {@link #ROOM} connections, whose first ones come all at once, so
 * that whatever serves them is loaded when no descriptor is free; see who starts it. With an
 * argument, they come all but one while the first one's protocol is made.
 */
final class FloodedServerProgram {
  /** How many connections come. */
  static final int CONNECTIONS = 24;

  private static final int ROOM = 3;
  private static final int SPARES = 8;
  private static final int DESCRIPTORS = 192;
  private static final long PATIENCE_NANOS = 60_000_000_000L;
  private static final ByteArrayOutputStream LOG = new ByteArrayOutputStream();

  private static boolean firstIsAlone;
  private static int echoed;

  private FloodedServerProgram() {}

  public static void main(String[] args) throws Exception {
    PrintStream err = System.err;
    firstIsAlone = args.length > 0;
    try {
      run(System.out);
      System.exit(0); // those that filled the table are nobody's
    } catch (Throwable failure) {
      failure.printStackTrace(err);
      err.println(LOG);
      System.exit(1);
    }
  }

  private static void run(PrintStream out) throws Exception {
    System.setErr(new PrintStream(LOG, true, StandardCharsets.UTF_8));
    ResourceLimit before = ResourceLimit.of(ResourceLimit.RLIMIT_NOFILE);
    new ResourceLimit(DESCRIPTORS, before.hard()).set(ResourceLimit.RLIMIT_NOFILE);
    FloodedServerProgram.class.getClassLoader().getResources("none").hasMoreElements(); // jars
    try (EventLoop loop = Asyncio.newEventLoop()) {
      Server server =
          loop.runUntilComplete(
              loop.createServer(FloodedServerProgram::make, ServerOptions.of("127.0.0.1", 0)));
      out.println(((InetSocketAddress) server.sockets().getFirst().getsockname()).getPort());
      if (!firstIsAlone) {
        awaitOthers();
      }
      leaveFree(SPARES + ROOM);
      runUntil(loop, () -> echoed > 0 && logged("socket.accept() out of system resource"));
      out.println("echoed out of system resource");

      before.set(ResourceLimit.RLIMIT_NOFILE);
      runUntil(loop, () -> echoed == CONNECTIONS);
      out.println("echoed all");
      server.close();
    }
    if (logged("NoClassDefFoundError")) {
      throw new IllegalStateException("a class is missing");
    }
  }

  private static Protocol make() {
    if (firstIsAlone) {
      firstIsAlone = false;
      System.out.println("the first has come");
      awaitOthers();
    }
    return new Echo();
  }

  private static void awaitOthers() {
    try {
      System.in.read();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void leaveFree(int count) {
    List<Integer> filling = new ArrayList<>();
    for (int fd = Fd.tryDuplicate(0, 0); fd >= 0; fd = Fd.tryDuplicate(0, 0)) {
      filling.add(fd);
    }
    for (int i = 0; i < count; i++) {
      new Fd(filling.removeLast()).close();
    }
  }

  private static boolean logged(String text) {
    return LOG.toString(StandardCharsets.UTF_8).contains(text);
  }

  private static void runUntil(EventLoop loop, BooleanSupplier condition) {
    long start = System.nanoTime();
    Runnable check =
        new Runnable() {
          @Override
          public void run() {
            if (condition.getAsBoolean()) {
              loop.stop();
            } else if (System.nanoTime() - start > PATIENCE_NANOS) {
              throw new AssertionError("too late");
            } else {
              loop.callLater(Duration.ofMillis(5), this);
            }
          }
        };
    loop.callLater(Duration.ofMillis(5), check);
    loop.runForever();
  }

  private static final class Echo implements Protocol {
    private Transport transport;

    @Override
    public void connectionMade(Transport made) {
      transport = made;
    }

    @Override
    public void dataReceived(ByteBuffer data) {
      transport.write(data);
      echoed++;
    }
  }
}
