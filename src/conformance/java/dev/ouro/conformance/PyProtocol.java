// SPDX-License-Identifier: Apache-2.0
package dev.ouro.conformance;

import dev.ouro.linux.LinuxException;
import dev.ouro.transport.BaseProtocol;
import dev.ouro.transport.BaseTransport;
import dev.ouro.transport.BufferedProtocol;
import dev.ouro.transport.DatagramProtocol;
import dev.ouro.transport.DatagramTransport;
import dev.ouro.transport.Protocol;
import dev.ouro.transport.SubprocessProtocol;
import dev.ouro.transport.SubprocessTransport;
import java.net.SocketAddress;
import java.nio.ByteBuffer;

/** A Python protocol; the kinds of it that Ouro's transports know are the nested classes. */
public interface PyProtocol {
  /** asyncio's {@code connection_made}. */
  void connectionMade(PyObject context, Object transport);

  /** asyncio's {@code data_received}. */
  void dataReceived(PyObject context, byte[] data);

  /** asyncio's {@code eof_received}. */
  boolean eofReceived(PyObject context);

  /** asyncio's {@code connection_lost}. */
  void connectionLost(PyObject context, Throwable cause);

  /** asyncio's {@code pause_writing}. */
  void pauseWriting(PyObject context);

  /** asyncio's {@code resume_writing}. */
  void resumeWriting(PyObject context);

  /** asyncio's {@code get_buffer}; Python keeps the buffer and answers its length. */
  int getBuffer(PyObject context, int sizeHint);

  /** asyncio's {@code buffer_updated}, with what belongs into the last buffer. */
  void bufferUpdated(PyObject context, byte[] data);

  /** asyncio's {@code datagram_received}. */
  void datagramReceived(PyObject context, byte[] data, SocketAddress address);

  /** asyncio's {@code error_received}. */
  void errorReceived(PyObject context, Throwable error);

  /** asyncio's {@code pipe_data_received}. */
  void pipeDataReceived(PyObject context, int fd, byte[] data);

  /** asyncio's {@code pipe_connection_lost}. */
  void pipeConnectionLost(PyObject context, int fd, Throwable cause);

  /** asyncio's {@code process_exited}. */
  void processExited(PyObject context);

  /** The bytes that remain in {@code data}. */
  static byte[] bytesOf(ByteBuffer data) {
    byte[] bytes = new byte[data.remaining()];
    data.get(bytes);
    return bytes;
  }

  /** What all kinds have in common. */
  interface Base extends BaseProtocol {
    /** The Python protocol. */
    PyProtocol target();

    @Override
    default void connectionMade(BaseTransport transport) {
      target().connectionMade(PyContext.current(), transport);
    }

    @Override
    default void connectionLost(Throwable cause) {
      target().connectionLost(PyContext.current(), cause);
    }

    @Override
    default void pauseWriting() {
      target().pauseWriting(PyContext.current());
    }

    @Override
    default void resumeWriting() {
      target().resumeWriting(PyContext.current());
    }
  }

  /** A protocol of streams. */
  record Streaming(PyProtocol target) implements Base, Protocol {
    @Override
    public void connectionMade(BaseTransport transport) {
      Base.super.connectionMade(transport);
    }

    @Override
    public void dataReceived(ByteBuffer data) {
      target.dataReceived(PyContext.current(), bytesOf(data));
    }

    @Override
    public boolean eofReceived() {
      return target.eofReceived(PyContext.current());
    }
  }

  /** A protocol of datagrams. */
  record Datagrams(PyProtocol target) implements Base, DatagramProtocol {
    @Override
    public void connectionMade(BaseTransport transport) {
      Base.super.connectionMade(transport);
    }

    @Override
    public void connectionMade(DatagramTransport transport) {
      Base.super.connectionMade(transport);
    }

    @Override
    public void datagramReceived(ByteBuffer data, SocketAddress address) {
      target.datagramReceived(PyContext.current(), bytesOf(data), address);
    }

    @Override
    public void errorReceived(LinuxException error) {
      target.errorReceived(PyContext.current(), error);
    }
  }

  /** A protocol of a child process. */
  record Child(PyProtocol target) implements Base, SubprocessProtocol {
    @Override
    public void connectionMade(BaseTransport transport) {
      Base.super.connectionMade(transport);
    }

    @Override
    public void connectionMade(SubprocessTransport transport) {
      Base.super.connectionMade(transport);
    }

    @Override
    public void pipeDataReceived(int fd, ByteBuffer data) {
      target.pipeDataReceived(PyContext.current(), fd, bytesOf(data));
    }

    @Override
    public void pipeConnectionLost(int fd, Throwable cause) {
      target.pipeConnectionLost(PyContext.current(), fd, cause);
    }

    @Override
    public void processExited() {
      target.processExited(PyContext.current());
    }
  }

  /** A protocol of streams with buffers of its own. */
  final class Buffered implements Base, BufferedProtocol {
    private final PyProtocol target;
    private ByteBuffer buffer;

    /** Wraps {@code target}. */
    public Buffered(PyProtocol target) {
      this.target = target;
    }

    @Override
    public PyProtocol target() {
      return target;
    }

    @Override
    public void connectionMade(BaseTransport transport) {
      Base.super.connectionMade(transport);
    }

    @Override
    public ByteBuffer getBuffer(int sizeHint) {
      buffer = ByteBuffer.allocate(target.getBuffer(PyContext.current(), sizeHint));
      return buffer;
    }

    @Override
    public void bufferUpdated(int sizeBytes) {
      byte[] data = new byte[sizeBytes];
      buffer.get(buffer.position() - sizeBytes, data);
      target.bufferUpdated(PyContext.current(), data);
    }

    @Override
    public boolean eofReceived() {
      return target.eofReceived(PyContext.current());
    }
  }
}
