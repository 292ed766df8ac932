// SPDX-License-Identifier: Apache-2.0
package dev.ouro.transport;

import java.nio.ByteBuffer;

/**
 * A transport in one direction, such as a pipe's, for protocols that take one in both: what it has
 * not is an {@link UnsupportedOperationException}. asyncio, too, gives a pipe's transport to the
 * {@code connection_made} that a socket's goes to.
 */
final class OneWayTransport implements Transport {
  private final BaseTransport transport;

  private OneWayTransport(BaseTransport transport) {
    this.transport = transport;
  }

  /** {@code transport}, if it has both directions; else a view of it. */
  static Transport of(BaseTransport transport) {
    return transport instanceof Transport both ? both : new OneWayTransport(transport);
  }

  private ReadTransport reading(String method) {
    if (transport instanceof ReadTransport reading) {
      return reading;
    }
    throw new UnsupportedOperationException(method + "(): nothing is read from " + transport);
  }

  private WriteTransport writing(String method) {
    if (transport instanceof WriteTransport writing) {
      return writing;
    }
    throw new UnsupportedOperationException(method + "(): nothing is written to " + transport);
  }

  // Reading

  @Override
  public boolean isReading() {
    return transport instanceof ReadTransport reading && reading.isReading();
  }

  @Override
  public void pauseReading() {
    reading("pauseReading").pauseReading();
  }

  @Override
  public void resumeReading() {
    reading("resumeReading").resumeReading();
  }

  // Writing

  @Override
  public void write(ByteBuffer data) {
    writing("write").write(data);
  }

  @Override
  public void writelines(Iterable<ByteBuffer> data) {
    writing("writelines").writelines(data);
  }

  @Override
  public void writeEof() {
    writing("writeEof").writeEof();
  }

  @Override
  public boolean canWriteEof() {
    return transport instanceof WriteTransport writing && writing.canWriteEof();
  }

  @Override
  public void setWriteBufferLimits(Integer highBytes, Integer lowBytes) {
    writing("setWriteBufferLimits").setWriteBufferLimits(highBytes, lowBytes);
  }

  @Override
  public WriteBufferLimits getWriteBufferLimits() {
    return writing("getWriteBufferLimits").getWriteBufferLimits();
  }

  @Override
  public long getWriteBufferSize() {
    return writing("getWriteBufferSize").getWriteBufferSize();
  }

  /** Nothing waits where nothing is written: then it is {@link #close}. */
  @Override
  public void abort() {
    if (transport instanceof WriteTransport writing) {
      writing.abort();
    } else {
      transport.close();
    }
  }

  // Both

  @Override
  public boolean isClosing() {
    return transport.isClosing();
  }

  @Override
  public void close() {
    transport.close();
  }

  @Override
  public void setProtocol(BaseProtocol protocol) {
    transport.setProtocol(protocol);
  }

  @Override
  public BaseProtocol getProtocol() {
    return transport.getProtocol();
  }

  @Override
  public Object getExtraInfo(String name, Object defaultValue) {
    return transport.getExtraInfo(name, defaultValue);
  }

  @Override
  public String toString() {
    return transport.toString();
  }
}
