// SPDX-License-Identifier: Apache-2.0
package dev.ouro.streams;

import dev.ouro.loop.CallbackLoop;
import dev.ouro.loop.ExceptionContext;
import dev.ouro.loop.Future;
import dev.ouro.loop.TaskBody;
import dev.ouro.transport.Protocol;
import dev.ouro.transport.Transport;
import java.nio.ByteBuffer;

/**
 * The protocol between a transport and a pair of streams: asyncio's {@code StreamReaderProtocol}.
 * On a server, it runs what the server was given as a task of its own.
 */
final class StreamReaderProtocol implements Protocol {
  private final CallbackLoop loop;
  private final StreamReader reader;
  private final ClientConnected clientConnected;
  private final StartTls startTls;
  private final DrainGate gate;
  private Transport transport;
  private StreamWriter writer;
  private boolean overTls;

  /**
   * The protocol of one connection.
   *
   * @param clientConnected what a server runs, or null
   */
  StreamReaderProtocol(
      CallbackLoop loop, StartTls startTls, int limit, ClientConnected clientConnected) {
    this.loop = loop;
    this.startTls = startTls;
    this.reader = new StreamReader(loop, limit);
    this.clientConnected = clientConnected;
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

  StartTls startTls() {
    return startTls;
  }

  @Override
  public void connectionMade(Transport made) {
    setTransport(made);
    writer = new StreamWriter(loop, made, gate, this);
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
