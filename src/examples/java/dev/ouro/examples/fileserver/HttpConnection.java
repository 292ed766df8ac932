// SPDX-License-Identifier: Apache-2.0
package dev.ouro.examples.fileserver;

import dev.ouro.loop.Future;
import dev.ouro.transport.Protocol;
import dev.ouro.transport.Transport;
import java.nio.ByteBuffer;
import java.time.Duration;

/**
 * One client: requests in, responses out, in the same order.
 *
 * <p>Only one response is under way at a time, and while one is, or while the client does not take
 * what was sent, nothing more is read: so a connection never holds more than one response and what
 * came with one read.
 */
final class HttpConnection implements Protocol {
  /** What the connection waits for, and so what it means when the deadline passes. */
  private enum Phase {
    /** The first byte of a request. */
    IDLE,
    /** The rest of a request. */
    RECEIVING,
    /** The file system, or the client to take what was sent. */
    RESPONDING,
    /** The client to close, too: all that will be sent was handed to the transport. */
    ENDING,
    /** Nothing. */
    LOST
  }

  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  private final HttpServer server;
  private final RequestParser parser = new RequestParser();
  private final Deadline deadline;
  private Transport transport;
  private Phase phase;

  /** What was received and waits for the response under way. */
  private ByteBuffer pending = NOTHING;

  private boolean responding;
  private boolean writingPaused;
  private boolean keepAlive = true;
  private boolean endOfInput;

  /** What the transport held when the deadline was set. */
  private long bufferedBytes;

  HttpConnection(HttpServer server) {
    this.server = server;
    this.deadline = new Deadline(server.loop(), this::expired);
  }

  // What the transport says

  @Override
  public void connectionMade(Transport transport) {
    this.transport = transport;
    waitFor(Phase.IDLE, server.settings().idleTimeout());
  }

  @Override
  public void dataReceived(ByteBuffer data) {
    if (phase != Phase.ENDING) {
      serve(data);
    }
  }

  @Override
  public boolean eofReceived() {
    endOfInput = true;
    return phase == Phase.RESPONDING;
  }

  @Override
  public void pauseWriting() {
    writingPaused = true;
  }

  @Override
  public void resumeWriting() {
    writingPaused = false;
    if (phase == Phase.RESPONDING && !responding) {
      serve(pending);
    }
  }

  @Override
  public void connectionLost(Throwable exceptionOrNull) {
    phase = Phase.LOST;
    pending = NOTHING;
    deadline.cancel();
  }

  // Requests

  /** Answers the requests in {@code data}, as many as can be at this time. */
  private void serve(ByteBuffer data) {
    try {
      while (keepAlive && !responding && !writingPaused && !transport.isClosing()) {
        Request request = parser.parse(data);
        if (request == null) {
          break;
        }
        phase = Phase.RESPONDING;
        respond(request);
      }
    } catch (HttpException e) {
      refuse(e);
    }
    settle(data);
  }

  /** Decides what to wait for, after everything that could be done was done. */
  private void settle(ByteBuffer data) {
    if (transport.isClosing()) {
      return;
    }
    if (responding || (writingPaused && keepAlive)) {
      pending = data.hasRemaining() ? copy(data) : NOTHING;
      transport.pauseReading();
      waitFor(Phase.RESPONDING, server.settings().sendTimeout());
    } else if (!keepAlive) {
      end();
    } else if (endOfInput) {
      transport.close();
    } else {
      pending = NOTHING;
      transport.resumeReading();
      receive();
    }
  }

  /** The deadline is that of the whole request: more bytes of it do not move it. */
  private void receive() {
    boolean within = parser.isWithinHead() || parser.isWithinContent();
    if (within && phase != Phase.RECEIVING) {
      waitFor(Phase.RECEIVING, server.settings().headTimeout());
    } else if (!within && phase != Phase.IDLE) {
      waitFor(Phase.IDLE, server.settings().idleTimeout());
    }
  }

  private void respond(Request request) {
    Response response = server.site().respond(request);
    keepAlive = request.keepAlive() && canSkipContent(request);
    if (response.body() instanceof Body.Listing listing) {
      responding = true;
      // Off the loop: a folder may have thousands of names, and each is looked at.
      server
          .loop()
          .runInExecutor(() -> DirectoryListing.of(listing.folder(), listing.path()))
          .addDoneCallback(future -> listed(request, listing, future));
    } else {
      send(request, response);
    }
  }

  /** Not when a client waits for 100 (Continue): it may send the content or not. */
  private static boolean canSkipContent(Request request) {
    long length = request.contentLength();
    return length == 0
        || (length > 0
            && length <= Site.MAX_CONTENT_BYTES
            && request.fields().count("Expect") == 0);
  }

  private void listed(Request request, Body.Listing listing, Future<Response> future) {
    listing.close();
    responding = false;
    if (phase == Phase.LOST) {
      return;
    }
    boolean failed = future.cancelled() || future.exception() != null;
    send(request, failed ? Response.of(DirectoryListing.UNREADABLE) : future.result());
    serve(pending);
  }

  // Responses

  private void refuse(HttpException cause) {
    keepAlive = false;
    Response response = Response.of(cause);
    server.log(transport, null, response);
    ByteBuffer out = server.buffer();
    response.writeHead(out, server.date(), "close");
    out.put(((Body.Text) response.body()).bytes());
    transport.write(out.flip());
  }

  private void send(Request request, Response response) {
    server.log(transport, request, response);
    ByteBuffer out = server.buffer();
    response.writeHead(out, server.date(), connectionField(request));
    if (request.isHead()) {
      response.body().close();
      transport.write(out.flip());
    } else {
      sendWithBody(out, response.body());
    }
  }

  private void sendWithBody(ByteBuffer out, Body body) {
    switch (body) {
      case Body.Text(byte[] bytes) when bytes.length > out.remaining() -> {
        transport.write(out.flip());
        transport.write(bytes);
      }
      case Body.Text(byte[] bytes) -> transport.write(out.put(bytes).flip());
      case Body.FilePart part when part.part().countBytes() > HttpServer.SMALL_FILE_BYTES -> {
        transport.write(out.flip());
        responding = true;
        Runnable progress = () -> waitFor(Phase.RESPONDING, server.settings().sendTimeout());
        new FileTransfer(server.loop(), transport, part, progress, this::transferred).start();
      }
      case Body.FilePart part -> sendSmall(out, part);
      case Body.None() -> transport.write(out.flip());
      case Body.Listing _ -> throw new IllegalStateException("the listing is not made yet");
    }
  }

  private void sendSmall(ByteBuffer out, Body.FilePart body) {
    boolean complete = server.append(body.file(), body.part());
    body.close();
    if (complete) {
      transport.write(out.flip());
    } else {
      refuse(new HttpException(Status.INTERNAL_SERVER_ERROR, "the file cannot be read"));
    }
  }

  private void transferred(boolean complete) {
    responding = false;
    if (phase == Phase.LOST) {
      return;
    }
    if (!complete) {
      // The head has promised more: nothing but the end of the connection says that it was wrong.
      transport.abort();
      return;
    }
    serve(pending);
  }

  private String connectionField(Request request) {
    if (!keepAlive) {
      return "close";
    }
    return request.minorVersion() == 0 ? "keep-alive" : null;
  }

  // The end

  /**
   * Ends the connection so that the client gets the last response even when it goes on to send: if
   * that met a closed socket, the answer would be a reset, which may overtake the response.
   */
  private void end() {
    transport.writeEof();
    pending = NOTHING;
    transport.resumeReading();
    waitFor(Phase.ENDING, server.settings().idleTimeout());
  }

  private void waitFor(Phase next, Duration timeout) {
    phase = next;
    bufferedBytes = transport.getWriteBufferSize();
    deadline.start(timeout);
  }

  private void expired() {
    switch (phase) {
      case IDLE -> transport.close();
      case RECEIVING -> {
        if (parser.isWithinHead()) {
          refuse(new HttpException(Status.REQUEST_TIMEOUT, "the request took too long"));
          end();
        } else {
          transport.close();
        }
      }
      case RESPONDING, ENDING -> {
        if (transport.getWriteBufferSize() < bufferedBytes) {
          waitFor(phase, server.settings().sendTimeout());
        } else {
          transport.abort();
        }
      }
      case LOST -> {}
    }
  }

  private static ByteBuffer copy(ByteBuffer data) {
    return ByteBuffer.allocate(data.remaining()).put(data).flip();
  }
}
