// SPDX-License-Identifier: Apache-2.0
package dev.ouro.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.ouro.linux.LinuxException;
import dev.ouro.transport.DatagramProtocol;
import dev.ouro.transport.DatagramTransport;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * A datagram protocol that notes what it hears. Tests override what they want to happen as well.
 */
public class DatagramRecorder implements DatagramProtocol {
  private final List<String> events = new ArrayList<>();
  private final List<byte[]> datagrams = new ArrayList<>();
  private final List<SocketAddress> senders = new ArrayList<>();
  private final List<LinuxException> errors = new ArrayList<>();
  private DatagramTransport transport;
  private Throwable lostWith;

  @Override
  public void connectionMade(DatagramTransport made) {
    transport = made;
    events.add("connectionMade");
  }

  @Override
  public void datagramReceived(ByteBuffer data, SocketAddress address) {
    byte[] bytes = new byte[data.remaining()];
    data.get(bytes);
    datagrams.add(bytes);
    senders.add(address);
    events.add("datagramReceived");
  }

  @Override
  public void errorReceived(LinuxException exception) {
    errors.add(exception);
    events.add("errorReceived");
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

  /** What was called, in order. */
  public List<String> events() {
    return events;
  }

  public DatagramTransport transport() {
    return transport;
  }

  public List<byte[]> datagrams() {
    return datagrams;
  }

  public List<String> texts() {
    return datagrams.stream().map(bytes -> new String(bytes, UTF_8)).toList();
  }

  /** Who sent each of {@link #datagrams}. */
  public List<SocketAddress> senders() {
    return senders;
  }

  public List<LinuxException> errors() {
    return errors;
  }

  public Throwable lostWith() {
    return lostWith;
  }

  public boolean isLost() {
    return events.contains("connectionLost");
  }
}
