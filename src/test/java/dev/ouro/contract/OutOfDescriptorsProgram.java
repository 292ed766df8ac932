// SPDX-License-Identifier: Apache-2.0
package dev.ouro.contract;

import dev.ouro.Asyncio;
import dev.ouro.EventLoop;
import dev.ouro.linux.Fd;
import dev.ouro.linux.ResourceLimit;
import dev.ouro.linux.Socket;
import dev.ouro.linux.SocketConstants;
import dev.ouro.testing.Recorder;
import dev.ouro.transport.Server;
import dev.ouro.transport.ServerOptions;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/** A server that runs out of descriptors before anything was logged; see who starts it. */
final class OutOfDescriptorsProgram {
  private static final long PATIENCE_NANOS = 60_000_000_000L;
  private static final int DESCRIPTORS = 128;
  private static final ByteArrayOutputStream LOG = new ByteArrayOutputStream();

  private OutOfDescriptorsProgram() {}

  public static void main(String[] args) throws Exception {
    PrintStream err = System.err;
    try {
      run(System.out);
      System.exit(0); // those that filled the table are nobody's
    } catch (Throwable failure) {
      failure.printStackTrace(err);
      System.exit(1);
    }
  }

  private static void run(PrintStream out) throws Exception {
    System.setErr(new PrintStream(LOG, true, StandardCharsets.UTF_8));
    ResourceLimit before = ResourceLimit.of(ResourceLimit.RLIMIT_NOFILE);
    new ResourceLimit(DESCRIPTORS, before.hard()).set(ResourceLimit.RLIMIT_NOFILE);
    OutOfDescriptorsProgram.class.getClassLoader().getResources("none").hasMoreElements(); // jars
    List<Recorder> accepted = new ArrayList<>();
    try (EventLoop loop = Asyncio.newEventLoop();
        Socket first = Socket.open(SocketConstants.AF_INET, SocketConstants.SOCK_STREAM, 0);
        Socket client = Socket.open(SocketConstants.AF_INET, SocketConstants.SOCK_STREAM, 0)) {
      Server server =
          loop.runUntilComplete(
              loop.createServer(() -> make(accepted), ServerOptions.of("127.0.0.1", 0)));
      SocketAddress address = server.sockets().getFirst().getsockname();
      first.setBlocking(true);
      first.connect(address);
      client.setBlocking(true);
      runUntil(loop, () -> !logged("nothing yet") && accepted.size() == 1);

      while (Fd.tryDuplicate(client.fd().number(), 0) >= 0) {
        Thread.onSpinWait();
      }
      client.connect(address);
      runUntil(loop, () -> logged("socket.accept() out of system resource"));
      out.println("socket.accept() out of system resource");

      before.set(ResourceLimit.RLIMIT_NOFILE);
      loop.callSoon(() -> {
        throw new IllegalStateException("a later error");
      });
      runUntil(loop, () -> logged("a later error"));
      out.println("a later error");
      runUntil(loop, () -> accepted.size() == 2);
      out.println("connected");
      server.close();
    }
  }

  private static Recorder make(List<Recorder> accepted) {
    accepted.add(new Recorder());
    return accepted.getLast();
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
              throw new IllegalStateException("too late: " + LOG);
            } else {
              loop.callSoon(this);
            }
          }
        };
    loop.callSoon(check);
    loop.runForever();
  }
}
