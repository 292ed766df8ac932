// SPDX-License-Identifier: Apache-2.0
package dev.ouro.examples.fileserver;

import dev.ouro.Asyncio;
import dev.ouro.EngineChoice;
import dev.ouro.EventLoop;
import dev.ouro.linux.LinuxException;
import dev.ouro.transport.Server;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;

/**
 * Serves the files of a folder over HTTP/1.1 until it gets SIGINT or SIGTERM.
 *
 * <p>Exit codes: 1 when it cannot listen, 2 when the command line is wrong, both with one line on
 * standard error.
 */
public final class FileServer {
  private static final Duration LAST_WORDS = Duration.ofSeconds(2);

  private FileServer() {}

  /** Serves the folder ROOT on the port PORT. */
  public static void main(String[] args) {
    try {
      serve(Settings.parse(args));
    } catch (IllegalArgumentException e) {
      System.err.println("FileServer: " + e.getMessage());
      System.exit(2);
    } catch (IOException e) {
      System.err.println("FileServer: " + e.getMessage());
      System.exit(1);
    } catch (UncheckedIOException e) {
      System.err.println("FileServer: " + e.getCause().getMessage());
      System.exit(1);
    }
  }

  private static void serve(Settings settings) throws IOException {
    try (EventLoop loop = Asyncio.newEventLoop();
        Site site = Site.open(settings.root(), () -> Instant.now().getEpochSecond())) {
      HttpServer http = new HttpServer(loop, site, settings, System.out);
      try (Server server = loop.runUntilComplete(http.start())) {
        EngineChoice engine = loop.engine();
        String why = "(" + engine.name() + ": " + engine.reason() + ")";
        System.out.println("serving " + settings.root() + " on " + url(server) + " " + why);
        stopOnSignal(loop);
        loop.runForever();
        server.abortClients();
      }
    }
  }

  private static String url(Server server) throws LinuxException {
    InetSocketAddress address = (InetSocketAddress) server.sockets().getFirst().getsockname();
    String host = address.getAddress().getHostAddress();
    return "http://"
        + (host.contains(":") ? "[" + host + "]" : host)
        + ":"
        + address.getPort()
        + "/";
  }

  /** Both signals make the JVM run its shutdown hooks; this one lets the loop end in order. */
  private static void stopOnSignal(EventLoop loop) {
    Thread serving = Thread.currentThread();
    Runnable stop =
        () -> {
          loop.callSoonThreadsafe(loop::stop);
          try {
            serving.join(LAST_WORDS);
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        };
    Runtime.getRuntime().addShutdownHook(new Thread(stop, "stop"));
  }
}
