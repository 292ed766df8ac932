// SPDX-License-Identifier: Apache-2.0
package dev.ouro.testing;

import dev.ouro.loop.CallbackLoop;
import dev.ouro.loop.Future;
import dev.ouro.transport.SubprocessProtocol;
import dev.ouro.transport.SubprocessTransport;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A child's protocol that notes what it hears. Tests override what they want to happen as well. */
public class ChildRecorder implements SubprocessProtocol {
  private final List<String> events = new ArrayList<>();
  private final ByteArrayOutputStream[] received = {
    new ByteArrayOutputStream(), new ByteArrayOutputStream(), new ByteArrayOutputStream()
  };
  private final Throwable[] lostWith = new Throwable[3];
  private final Future<Void> exited;
  private final Future<Void> lost;
  private SubprocessTransport transport;

  public ChildRecorder(CallbackLoop loop) {
    exited = loop.createFuture();
    lost = loop.createFuture();
  }

  @Override
  public void connectionMade(SubprocessTransport made) {
    transport = made;
    events.add("connectionMade");
  }

  @Override
  public void pipeDataReceived(int fd, ByteBuffer data) {
    byte[] bytes = new byte[data.remaining()];
    data.get(bytes);
    received[fd].writeBytes(bytes);
    if (!events.getLast().equals("data " + fd)) {
      events.add("data " + fd);
    }
  }

  @Override
  public void pipeConnectionLost(int fd, Throwable exceptionOrNull) {
    lostWith[fd] = exceptionOrNull;
    events.add("lost " + fd);
  }

  @Override
  public void processExited() {
    events.add("exited " + transport.getReturncode());
    exited.setResult(null);
  }

  @Override
  public void connectionLost(Throwable exceptionOrNull) {
    events.add("connectionLost " + exceptionOrNull);
    lost.setResult(null);
  }

  @Override
  public void pauseWriting() {
    events.add("pauseWriting");
  }

  @Override
  public void resumeWriting() {
    events.add("resumeWriting");
  }

  /** What was called, in order; data of one pipe in a row counts once. */
  public List<String> events() {
    return events;
  }

  public SubprocessTransport transport() {
    return transport;
  }

  /** Done with {@code processExited}. */
  public Future<Void> exited() {
    return exited;
  }

  /** Done with {@code connectionLost}. */
  public Future<Void> lost() {
    return lost;
  }

  public byte[] received(int fd) {
    return received[fd].toByteArray();
  }

  /** What came from the child's standard output. */
  public String output() {
    return received[1].toString(StandardCharsets.UTF_8);
  }

  /** What came from the child's standard error. */
  public String errors() {
    return received[2].toString(StandardCharsets.UTF_8);
  }

  public Throwable lostWith(int fd) {
    return lostWith[fd];
  }
}
