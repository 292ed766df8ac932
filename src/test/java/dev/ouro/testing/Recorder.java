// SPDX-License-Identifier: Apache-2.0
package dev.ouro.testing;

import dev.ouro.transport.Protocol;
import dev.ouro.transport.Transport;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A protocol that notes what it hears. Tests override what they want to happen as well. */
public class Recorder implements Protocol {
  private final List<String> events = new ArrayList<>();
  private final ByteArrayOutputStream received = new ByteArrayOutputStream();
  private Transport transport;
  private Throwable lostWith;
  private boolean keepsOpen;

  /** Whether {@link #eofReceived} answers true. */
  public Recorder keepOpenAfterEof() {
    keepsOpen = true;
    return this;
  }

  @Override
  public void connectionMade(Transport made) {
    transport = made;
    events.add("connectionMade");
  }

  @Override
  public void dataReceived(ByteBuffer data) {
    byte[] bytes = new byte[data.remaining()];
    data.get(bytes);
    received.writeBytes(bytes);
    if (!lastEvent().equals("dataReceived")) {
      events.add("dataReceived");
    }
  }

  @Override
  public boolean eofReceived() {
    events.add("eofReceived");
    return keepsOpen;
  }

  @Override
  public void connectionLost(Throwable exceptionOrNull) {
    lostWith = exceptionOrNull;
    events.add("connectionLost");
  }

  @Override
  public void pauseWriting() {
    events.add("pauseWriting");
  }

  @Override
  public void resumeWriting() {
    events.add("resumeWriting");
  }

  /** What was called, in order; {@code dataReceived} in a row counts once. */
  public List<String> events() {
    return events;
  }

  public Transport transport() {
    return transport;
  }

  public byte[] received() {
    return received.toByteArray();
  }

  public String receivedText() {
    return received.toString(StandardCharsets.UTF_8);
  }

  public Throwable lostWith() {
    return lostWith;
  }

  public boolean isMade() {
    return transport != null;
  }

  public boolean isLost() {
    return events.contains("connectionLost");
  }

  private String lastEvent() {
    return events.isEmpty() ? "" : events.getLast();
  }
}
