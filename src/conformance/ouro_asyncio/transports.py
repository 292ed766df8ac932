# SPDX-License-Identifier: Apache-2.0
"""Ouro's transports as asyncio's, and asyncio's protocols as Ouro's."""

import asyncio
import ssl
import tempfile
import weakref

from .contexts import enter
from .errors import call, to_python
from .jvm import Bytes, JImplements, JOverride, java
from .sockets import address_to_java, address_to_python, transport_socket


class BaseTransport:
    """What all of Ouro's transports can do."""

    def __init__(self, loop, transport):
        self._loop = loop
        self._java = transport
        self._extra = {}

    @property
    def java(self):
        return self._java

    def get_extra_info(self, name, default=None):
        if name in self._extra:
            return self._extra[name]
        value = self._java.getExtraInfo(name)
        if value is None:
            return default
        if isinstance(value, java.TransportSocket):
            return transport_socket(value)
        return address_to_python(value)

    def is_closing(self):
        return bool(self._java.isClosing())

    def close(self):
        call(self._java.close)

    def set_protocol(self, protocol):
        bridge = PythonProtocol(self._loop, protocol)
        bridge.transport = self
        call(self._java.setProtocol, bridge.to_java())

    def get_protocol(self):
        return self._java.getProtocol().target().protocol

    def lost(self):
        """The protocol has heard that the connection is lost."""

    def __repr__(self):
        return str(self._java)


class ReadMethods(BaseTransport):
    def is_reading(self):
        return bool(self._java.isReading())

    def pause_reading(self):
        call(self._java.pauseReading)

    def resume_reading(self):
        call(self._java.resumeReading)


class BufferMethods(BaseTransport):
    def abort(self):
        call(self._java.abort)

    def set_write_buffer_limits(self, high=None, low=None):
        limits = (None if limit is None else java.Integer(limit) for limit in (high, low))
        call(self._java.setWriteBufferLimits, *limits)

    def get_write_buffer_limits(self):
        limits = self._java.getWriteBufferLimits()
        return int(limits.lowBytes()), int(limits.highBytes())

    def get_write_buffer_size(self):
        return int(self._java.getWriteBufferSize())


class WriteMethods(BufferMethods):
    def write(self, data):
        call(self._java.write, Bytes(_bytes(data)))

    def writelines(self, list_of_data):
        buffers = java.ArrayList()
        for data in list_of_data:
            buffers.add(java.ByteBuffer.wrap(Bytes(_bytes(data))))
        call(self._java.writelines, buffers)

    def write_eof(self):
        call(self._java.writeEof)

    def can_write_eof(self):
        return bool(self._java.canWriteEof())


class _Pipe(BaseTransport):
    """A transport whose Python file is closed with it."""

    def __init__(self, pipe, loop, transport):
        super().__init__(loop, transport)
        self._pipe = pipe
        self._extra["pipe"] = pipe

    def lost(self):
        self._pipe.close()

    def __repr__(self):
        if self._pipe is not None and self._loop.is_closed():
            return f"{super().__repr__()[:-1]} open>"  # asyncio's word for it
        return super().__repr__()


class ReadPipe(ReadMethods, _Pipe, asyncio.ReadTransport):
    """The reading end of a pipe."""


class WritePipe(WriteMethods, _Pipe, asyncio.WriteTransport):
    """The writing end of a pipe."""


class Transport(ReadMethods, WriteMethods, asyncio.Transport):
    """A connection."""


class SslObject:
    """What Python's SSLObject tells about a connection."""

    def __init__(self, transport):
        self._transport = transport

    def getpeercert(self):
        return self._transport.get_extra_info("peercert")

    def cipher(self):
        return self._transport.get_extra_info("cipher")

    def compression(self):
        return self._transport.get_extra_info("compression")


class SslTransport(Transport):
    """A connection with TLS. Python's context is the caller's; Ouro has one of its own."""

    def __init__(self, sslcontext, verified, loop, transport):
        super().__init__(loop, transport)
        self._sslcontext = sslcontext
        self._verified = verified

    # CPython's own names, for tests that make data wait in the TLS layer: in Ouro they do without.

    @property
    def _ssl_protocol(self):
        return self

    def pause_writing(self):
        pass

    def resume_writing(self):
        pass

    def _test__append_write_backlog(self, data):
        self.write(data)

    def get_extra_info(self, name, default=None):
        if name == "sslcontext":
            return self._sslcontext()
        value = super().get_extra_info(name, default)
        if value is default:
            return default
        if name == "cipher":
            return str(value.name()), str(value.protocol()), int(value.secretBits())
        if name == "peercert":
            return self._certificate(value)
        if name == "ssl_object":
            return SslObject(self)
        return value

    def _certificate(self, value):
        """As Python has it: empty for one that nobody verified."""
        if not self._verified:
            return {}
        return _decoded(bytes(value.getEncoded()))


def _decoded(certificate):
    """What Python tells of a certificate, from its DER."""
    with tempfile.NamedTemporaryFile("w", suffix=".pem") as file:
        file.write(ssl.DER_cert_to_PEM_cert(certificate))
        file.flush()
        return ssl._ssl._test_decode_cert(file.name)


class DatagramTransport(BufferMethods, asyncio.DatagramTransport, asyncio.Transport):
    """An endpoint of datagrams."""

    def sendto(self, data, addr=None):
        call(self._java.sendto, Bytes(_bytes(data)), address_to_java(addr))


def _bytes(data):
    if not isinstance(data, (bytes, bytearray, memoryview)):
        raise TypeError(
            f"data argument must be a bytes-like object, not {type(data).__name__!r}"
        )
    return bytes(data)


@JImplements("dev.ouro.conformance.PyProtocol")
class PythonProtocol:
    """A protocol of asyncio's, as Ouro calls it. Once connected, it has its `transport`."""

    def __init__(self, loop, protocol, wrap=Transport, given=None):
        self.loop = loop
        self.protocol = protocol
        self._lost = False
        self._transport = None
        self._wrap = wrap
        self._given = given
        self._buffer = None

    def to_java(self):
        if isinstance(self.protocol, asyncio.BufferedProtocol):
            return java.PyProtocol.Buffered(self)
        if isinstance(self.protocol, asyncio.DatagramProtocol):
            return java.PyProtocol.Datagrams(self)
        if isinstance(self.protocol, asyncio.SubprocessProtocol):
            return java.PyProtocol.Child(self)
        return java.PyProtocol.Streaming(self)

    @property
    def transport(self):
        """The Python transport, once there is one; after its end, while Python still has it."""
        return self._transport() if self._lost else self._transport

    @transport.setter
    def transport(self, transport):
        self._transport = transport

    def connect(self, transport):
        """The Python transport for `transport`; one and the same each time."""
        if self.transport is None:
            self.transport = self._wrap(self.loop, transport)
        return self.transport

    def _lose(self):
        """No collector sees a cycle through both heaps."""
        if self.transport is not None and not self._lost:
            self.transport.lost()
            self._transport = weakref.ref(self.transport)
            self._lost = True
        self._wrap = BaseTransport

    @JOverride
    def connectionMade(self, context, transport):
        enter(context, self.protocol.connection_made, self.connect(transport))

    @JOverride
    def dataReceived(self, context, data):
        enter(context, self.protocol.data_received, bytes(data))

    @JOverride
    def eofReceived(self, context):
        return bool(enter(context, self.protocol.eof_received))

    @JOverride
    def connectionLost(self, context, cause):
        try:
            enter(context, self.protocol.connection_lost, to_python(cause))
        finally:
            self.loop.given.release(self._given)
            self._lose()

    @JOverride
    def pauseWriting(self, context):
        enter(context, self.protocol.pause_writing)

    @JOverride
    def resumeWriting(self, context):
        enter(context, self.protocol.resume_writing)

    @JOverride
    def getBuffer(self, context, sizeHint):
        self._buffer = memoryview(enter(context, self.protocol.get_buffer, int(sizeHint)))
        return len(self._buffer)

    @JOverride
    def bufferUpdated(self, context, data):
        self._buffer[: len(data)] = bytes(data)
        self._buffer = None
        enter(context, self.protocol.buffer_updated, len(data))

    @JOverride
    def datagramReceived(self, context, data, address):
        enter(context, self.protocol.datagram_received, bytes(data), address_to_python(address))

    @JOverride
    def errorReceived(self, context, error):
        enter(context, self.protocol.error_received, to_python(error))

    @JOverride
    def pipeDataReceived(self, context, fd, data):
        enter(context, self.protocol.pipe_data_received, int(fd), bytes(data))

    @JOverride
    def pipeConnectionLost(self, context, fd, cause):
        enter(context, self.protocol.pipe_connection_lost, int(fd), to_python(cause))

    @JOverride
    def processExited(self, context):
        enter(context, self.protocol.process_exited)
        self.transport.exited()
