// SPDX-License-Identifier: Apache-2.0
package dev.ouro.examples.fileserver;

import dev.ouro.EventLoop;
import dev.ouro.linux.OpenFile;
import dev.ouro.loop.Future;
import dev.ouro.transport.Server;
import dev.ouro.transport.ServerOptions;
import dev.ouro.transport.Transport;
import java.io.PrintStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

/** What all connections share. For the loop's thread. */
final class HttpServer {
  /**
   * Up to this size a file is read into memory and leaves with its head in one write; a larger one
   * goes by {@code sendfile}. Measured as processor time per request on both engines: at 16 KiB
   * reading costs 0.8 to 0.95 of {@code sendfile}, at 32 KiB as much, at 64 KiB 1.2 to 1.3 times as
   * much.
   */
  static final int SMALL_FILE_BYTES = 32 * 1024;

  private static final int BACKLOG = 1024;

  private final EventLoop loop;
  private final Site site;
  private final Settings settings;
  private final PrintStream log;
  private final HttpDate.Clock clock = new HttpDate.Clock();

  /** One for all: what is written to a transport is consumed when {@code write} returns. */
  private final MemorySegment memory =
      Arena.ofAuto().allocate(Response.MAX_HEAD_BYTES + SMALL_FILE_BYTES);

  private final ByteBuffer out = memory.asByteBuffer();

  HttpServer(EventLoop loop, Site site, Settings settings, PrintStream log) {
    this.loop = loop;
    this.site = site;
    this.settings = settings;
    this.log = log;
  }

  /** Listens. */
  Future<Server> start() {
    ServerOptions options = ServerOptions.of(settings.host(), settings.port()).withBacklog(BACKLOG);
    return loop.createServer(() -> new HttpConnection(this), options);
  }

  EventLoop loop() {
    return loop;
  }

  Site site() {
    return site;
  }

  Settings settings() {
    return settings;
  }

  /** The time for a Date field. */
  String date() {
    return clock.now();
  }

  /** An empty buffer for a head and a small body, until the next call. */
  ByteBuffer buffer() {
    return out.clear();
  }

  /** Appends a part of a file to {@link #buffer}; whether all of it was there. */
  boolean append(OpenFile file, ByteRange part) {
    long address = memory.address() + out.position();
    long read = file.read(part.offset(), address, part.countBytes());
    if (read != part.countBytes()) {
      return false;
    }
    out.position(out.position() + (int) read);
    return true;
  }

  /**
   * Prints a line, when that is wanted.
   *
   * @param request null when it could not be understood
   */
  void log(Transport transport, Request request, Response response) {
    if (settings.accessLog()) {
      InetSocketAddress client = (InetSocketAddress) transport.getExtraInfo("peername");
      String asked = request == null ? "-" : request.method() + " " + request.target();
      log.println(
          String.join(
              " ",
              client.getAddress().getHostAddress() + ":" + client.getPort(),
              "[" + date() + "]",
              "\"" + asked + "\"",
              Integer.toString(response.status().code()),
              Long.toString(response.contentLength())));
    }
  }
}
