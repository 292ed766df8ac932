// SPDX-License-Identifier: Apache-2.0
package dev.ouro.streams;

import dev.ouro.loop.CallbackLoop;
import dev.ouro.loop.ExceptionContext;
import dev.ouro.loop.Future;
import dev.ouro.loop.TaskBody;
import dev.ouro.transport.BaseTransport;
import dev.ouro.transport.Protocol;
import dev.ouro.transport.ReadTransport;
import dev.ouro.transport.Transport;
import java.nio.ByteBuffer;
import java.util.Objects;

/**
 * The protocol between a transport and a pair of streams: asyncio's {@code StreamReaderProtocol}.
 * It is for streams over what {@code Asyncio} has no function for: a pipe, the standard input, a
 * socket that is connected already. On a server, it runs what it was given as a task of its own,
 * and closes the connection when that fails.
 *
 * <p>One serves one transport.
 *
 * {@snippet :
 * StreamReader reader = new StreamReader(loop);
 * Fd stdin = Fd.duplicate(0, 3);
 * loop.connectReadPipe(() -> new StreamReaderProtocol(reader), stdin).await();
 * for (byte[] line : reader) {
 *   handle(line);
 * }
 * }
 */
public final class StreamReaderProtocol implements Protocol {
  private final CallbackLoop loop;
  private final StreamReader reader;
  private final ClientConnected clientConnected;
  private final StartTls startTls;
  private final DrainGate gate;
  private Transport transport;
  private StreamWriter writer;
  private boolean overTls;

  /** Feeds {@code reader}, and holds its transport back when it has too much. */
  public StreamReaderProtocol(StreamReader reader) {
    this(reader, null);
  }

  /**
   * {@link #StreamReaderProtocol(StreamReader)} that a server makes for each connection.
   *
   * @param clientConnectedOrNull what is run once the connection stands
   */
  public StreamReaderProtocol(StreamReader reader, ClientConnected clientConnectedOrNull) {
    this(reader, clientConnectedOrNull, null);
  }

  /**
   * {@link #StreamReaderProtocol(StreamReader, ClientConnected)} whose connection may go over to
   * TLS.
   *
   * @param startTlsOrNull the loop's {@code startTls}; null: {@link StreamWriter#startTls} is
   *     refused
   */
  public StreamReaderProtocol(
      StreamReader reader, ClientConnected clientConnectedOrNull, StartTls startTlsOrNull) {
    this.reader = Objects.requireNonNull(reader, "reader");
    this.loop = reader.loop();
    this.startTls = startTlsOrNull;
    this.clientConnected = clientConnectedOrNull;
    this.gate = new DrainGate(loop);
  }

  StreamReader reader() {
    return reader;
  }

  StreamWriter writer() {
    return writer;
  }

  Transport transport() {
    return transport;
  }

  boolean isServerSide() {
    return clientConnected != null;
  }

  /** Null where there is none. */
  StartTls startTls() {
    return startTls;
  }

  DrainGate gate() {
    return gate;
  }

  @Override
  public void connectionMade(BaseTransport made) {
    if (made instanceof Transport both) {
      connectionMade(both);
    } else if (made instanceof ReadTransport from) {
      reader.setTransport(from);
    }
  }

  @Override
  public void connectionMade(Transport made) {
    setTransport(made);
    writer = new StreamWriter(made, this);
    if (clientConnected != null) {
      TaskBody body = () -> clientConnected.connected(reader, writer);
      loop.createTask(body).addDoneCallback(this::clientDone);
    }
  }

  /** This transport is it from now on. */
  void setTransport(Transport changed) {
    transport = changed;
    overTls = changed.getExtraInfo("sslcontext") != null;
    reader.setTransport(changed);
  }

  private void clientDone(Future<Void> task) {
    if (task.cancelled()) {
      transport.close();
      return;
    }
    Throwable failure = task.exception();
    if (failure != null) {
      loop.callExceptionHandler(
          ExceptionContext.of("Unhandled exception in client_connected_cb", failure)
              .with("transport", transport));
      transport.close();
    }
  }

  @Override
  public void dataReceived(ByteBuffer data) {
    reader.feedData(data);
  }

  @Override
  public boolean eofReceived() {
    reader.feedEof();
    return !overTls; // TLS cannot leave the other direction open
  }

  @Override
  public void connectionLost(Throwable exceptionOrNull) {
    if (exceptionOrNull == null) {
      reader.feedEof();
    } else {
      reader.setException(exceptionOrNull);
    }
    gate.lose(exceptionOrNull);
  }

  @Override
  public void pauseWriting() {
    gate.pause();
  }

  @Override
  public void resumeWriting() {
    gate.resume();
  }
}
