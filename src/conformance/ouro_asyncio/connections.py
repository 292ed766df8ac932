# SPDX-License-Identifier: Apache-2.0
"""The methods of a loop that make transports and servers."""

import functools
import os
import socket

from . import tls
from .contexts import captured, enter
from .errors import call
from .files import open_file
from .futures import Future
from .jvm import JImplements, JOverride, java
from .servers import Server
from .sockets import address_to_java, socket_to_java, unix_address
from .transports import (
    DatagramTransport,
    PythonProtocol,
    ReadPipe,
    SslTransport,
    Transport,
    WritePipe,
)


class Connections:
    async def create_connection(
        self,
        protocol_factory,
        host=None,
        port=None,
        *,
        ssl=None,
        family=0,
        proto=0,
        flags=0,
        sock=None,
        local_addr=None,
        server_hostname=None,
        ssl_handshake_timeout=None,
        ssl_shutdown_timeout=None,
        happy_eyeballs_delay=None,
        interleave=None,
    ):
        ssl = tls.client_context(ssl)
        options = options_of(
            java.ConnectionOptions,
            Host=host,
            Port=port,
            Family=family or None,
            Proto=proto or None,
            Flags=flags or None,
            Sock=sock,
            LocalAddr=local_addr,
            HappyEyeballsDelay=happy_eyeballs_delay,
            Interleave=interleave,
            **tls_values(ssl, ssl_handshake_timeout, ssl_shutdown_timeout, server_hostname),
        )
        return await self._connect(
            self._java.createConnection, protocol_factory, options, sock, tls.wrapper(ssl)
        )

    async def create_unix_connection(
        self,
        protocol_factory,
        path=None,
        *,
        ssl=None,
        sock=None,
        server_hostname=None,
        ssl_handshake_timeout=None,
        ssl_shutdown_timeout=None,
    ):
        ssl = tls.client_context(ssl)
        options = options_of(
            java.UnixConnectionOptions,
            Path=path,
            Sock=sock,
            **tls_values(ssl, ssl_handshake_timeout, ssl_shutdown_timeout, server_hostname),
        )
        return await self._connect(
            self._java.createUnixConnection, protocol_factory, options, sock, tls.wrapper(ssl)
        )

    async def connect_accepted_socket(
        self,
        protocol_factory,
        sock,
        *,
        ssl=None,
        ssl_handshake_timeout=None,
        ssl_shutdown_timeout=None,
    ):
        options = options_of(
            java.AcceptedSocketOptions,
            **tls_values(tls.server_context(ssl), ssl_handshake_timeout, ssl_shutdown_timeout),
        )

        def connect(factory, options):
            return self._java.connectAcceptedSocket(factory, socket_to_java(sock), options)

        return await self._connect(connect, protocol_factory, options, sock, tls.wrapper(ssl))

    async def _connect(self, method, protocol_factory, options, sock=None, wrap=Transport):
        """A connection of Ouro's. What the test handed over is Ouro's once the call returned."""
        factory = Factory(self, protocol_factory, wrap, sock)
        with captured():
            connecting = Future(self, call(method, java.Bridge.factory(factory), options))
        if sock is not None:
            self.given.add(sock)
        try:
            connection = await connecting
        except BaseException:
            self.given.release(sock)
            raise
        return _pair(connection)

    async def create_server(
        self,
        protocol_factory,
        host=None,
        port=None,
        *,
        family=socket.AF_UNSPEC,
        flags=socket.AI_PASSIVE,
        sock=None,
        backlog=100,
        ssl=None,
        reuse_address=None,
        reuse_port=None,
        ssl_handshake_timeout=None,
        ssl_shutdown_timeout=None,
        start_serving=True,
    ):
        hosts = None
        if host is not None and not isinstance(host, str):
            hosts, host = list(host), None
        options = options_of(
            java.ServerOptions,
            Host=host,
            Hosts=hosts,
            Port=port,
            Family=family,
            Flags=flags,
            Sock=sock,
            Backlog=backlog,
            ReuseAddress=reuse_address,
            ReusePort=reuse_port,
            StartServing=start_serving,
            **tls_values(tls.server_context(ssl), ssl_handshake_timeout, ssl_shutdown_timeout),
        )
        return await self._serve(self._java.createServer, protocol_factory, options, sock, ssl)

    async def create_unix_server(
        self,
        protocol_factory,
        path=None,
        *,
        sock=None,
        backlog=100,
        ssl=None,
        ssl_handshake_timeout=None,
        ssl_shutdown_timeout=None,
        start_serving=True,
    ):
        options = options_of(
            java.UnixServerOptions,
            Path=path,
            Sock=sock,
            Backlog=backlog,
            StartServing=start_serving,
            **tls_values(tls.server_context(ssl), ssl_handshake_timeout, ssl_shutdown_timeout),
        )
        return await self._serve(self._java.createUnixServer, protocol_factory, options, sock, ssl)

    async def _serve(self, method, protocol_factory, options, sock, ssl):
        factory = Factory(self, protocol_factory, tls.wrapper(ssl))
        with captured():
            serving = Future(self, call(method, java.Bridge.factory(factory), options))
        if sock is not None:
            self.given.add(sock)
        try:
            return Server(self, await serving, sock)
        except BaseException:
            self.given.release(sock)
            raise

    async def create_datagram_endpoint(
        self,
        protocol_factory,
        local_addr=None,
        remote_addr=None,
        *,
        family=0,
        proto=0,
        flags=0,
        reuse_port=None,
        allow_broadcast=None,
        sock=None,
    ):
        options = options_of(
            java.DatagramOptions,
            LocalAddr=local_addr,
            RemoteAddr=remote_addr,
            Family=family or None,
            Proto=proto or None,
            Flags=flags or None,
            ReusePort=reuse_port,
            AllowBroadcast=allow_broadcast,
            Sock=sock,
        )
        return await self._connect(
            self._java.createDatagramEndpoint, protocol_factory, options, sock, DatagramTransport
        )

    async def connect_read_pipe(self, protocol_factory, pipe):
        return await self._connect_pipe(
            self._java.connectReadPipe, protocol_factory, pipe, ReadPipe
        )

    async def connect_write_pipe(self, protocol_factory, pipe):
        return await self._connect_pipe(
            self._java.connectWritePipe, protocol_factory, pipe, WritePipe
        )

    async def _connect_pipe(self, method, protocol_factory, pipe, wrap):
        """Ouro gets a twin of the descriptor: the file object, which owns its own, closes later."""
        twin = java.Fd(os.dup(pipe.fileno()))
        factory = Factory(self, protocol_factory, functools.partial(wrap, pipe))
        try:
            with captured():
                connecting = Future(self, call(method, java.Bridge.factory(factory), twin))
        except BaseException:
            twin.close()
            raise
        try:
            connection = await connecting
        except BaseException:
            pipe.close()
            raise
        return _pair(connection)

    async def start_tls(
        self,
        transport,
        protocol,
        sslcontext,
        *,
        server_side=False,
        server_hostname=None,
        ssl_handshake_timeout=None,
        ssl_shutdown_timeout=None,
    ):
        tls.check_context(sslcontext)
        if server_hostname is None and not server_side and not sslcontext.check_hostname:
            server_hostname = ""  # what Ouro, which has no check_hostname, takes for any name
        options = java.StartTlsOptions.of(tls.to_java(sslcontext)).withServerSide(server_side)
        options = with_values(
            options,
            **tls_values(None, ssl_handshake_timeout, ssl_shutdown_timeout, server_hostname),
        )
        if not hasattr(transport, "java"):
            raise TypeError(f"transport {transport!r} is not supported by start_tls()")
        bridge = PythonProtocol(self, protocol, tls.wrapper(sslcontext, keeps_context=True))
        with captured():
            starting = call(self._java.startTls, transport.java, bridge.to_java(), options)
        return bridge.connect(await Future(self, starting))

    async def sendfile(self, transport, file, offset=0, count=None, *, fallback=True):
        if transport.is_closing():
            raise RuntimeError("Transport is closing")
        if not isinstance(getattr(transport, "java", None), java.WriteTransport):
            why = "" if fallback else "fallback is disabled and native "
            raise RuntimeError(f"{why}sendfile is not supported for transport {transport!r}")
        with open_file(file) as opened:
            options = sendfile_options(offset, count, fallback)
            sent = Future(self, call(self._java.sendfile, transport.java, opened, options))
            return int(await sent)


def sendfile_options(offset, count, fallback):
    count = None if count is None else java.Long(count)
    return java.SendfileOptions(offset, count, bool(fallback))


def tls_values(ssl, handshake_timeout, shutdown_timeout, server_hostname=None):
    """What `options_of` and `with_values` take about TLS."""
    return {
        "Ssl": ssl,
        "ServerHostname": server_hostname,
        "SslHandshakeTimeout": handshake_timeout,
        "SslShutdownTimeout": shutdown_timeout,
    }


def _pair(connection):
    bridge = connection.protocol().target()
    return bridge.connect(connection.transport()), bridge.protocol


def options_of(kind, **values):
    """An options object of Ouro's with those of `values` that are not None."""
    return with_values(java.Bridge.options(kind), **values)


def with_values(options, **values):
    for name, value in values.items():
        if value is not None:
            options = call(getattr(options, "with" + name), *_to_java(name, value))
    return options


def _to_java(name, value):
    if name == "Sock":
        return (socket_to_java(value),)
    if name == "Hosts":
        return (java.ArrayList(value),)
    if name == "Path":
        return (unix_address(value),)
    if name.endswith("Addr"):
        if isinstance(value, (str, bytes)):
            return (address_to_java(value),)
        if not isinstance(value, tuple) or len(value) != 2:
            raise TypeError("2-tuple is expected")
        return value[0], int(value[1])
    if name == "Ssl":
        return (tls.to_java(value),)
    if name.endswith("Timeout") or name.endswith("Delay"):
        return (java.Bridge.nanos(int(value * 1e9)),)
    return (value,)


@JImplements("dev.ouro.conformance.PyCallback")
class Factory:
    """A protocol factory; what it makes is handed to Ouro as a protocol of Ouro's."""

    def __init__(self, loop, factory, wrap, given=None):
        self._loop = loop
        self._factory = factory
        self._wrap = wrap
        self._given = given

    @JOverride
    def call(self, context, argument):
        protocol = enter(context, self._factory)
        return PythonProtocol(self._loop, protocol, self._wrap, self._given).to_java()
