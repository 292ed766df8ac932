# SPDX-License-Identifier: Apache-2.0
"""Sockets and their addresses, between Python's and Ouro's."""

import os
import socket
from asyncio import trsock

from .errors import call
from .jvm import Bytes, java


def address_to_python(address):
    """The form that Python's socket module has for this family."""
    if address is None or not isinstance(address, java.SocketAddress):
        return address
    parts = java.Bridge.parts(address)
    host = bytes(parts[0])
    if len(parts) == 1:
        return host if host.startswith(b"\0") else os.fsdecode(host)
    port, scope = int(parts[1]), int(parts[2])
    if len(host) == 4:
        return socket.inet_ntop(socket.AF_INET, host), port
    return socket.inet_ntop(socket.AF_INET6, host), port, 0, scope


def address_to_java(address, family=None):
    """Ouro's form; a host must be a number."""
    if address is None:
        return None
    if isinstance(address, (str, bytes, os.PathLike)):
        return unix_address(address)
    host, port = address[:2]
    scope = address[3] if len(address) > 3 else 0
    for kind in (socket.AF_INET, socket.AF_INET6):
        try:
            packed = socket.inet_pton(kind, host)
        except OSError:
            continue
        return java.Bridge.inet(Bytes(packed), port, scope)
    return java.InetSocketAddress.createUnresolved(host, port)


def unix_address(path):
    return call(java.UnixAddress.of, Bytes(os.fsencode(path)))


def socket_to_java(sock):
    """Ouro's socket over the same descriptor. Whose it is then, the caller says: see `Given`."""
    return call(java.Socket.of, java.Fd(sock.fileno()))


class Given:
    """Sockets that tests made and handed over: they stay usable, but are not theirs to close.

    Once Ouro has closed one, or is about to, the Python object must not close the number again.
    """

    def __init__(self):
        self._socks = {}

    def add(self, sock):
        self._socks[id(sock)] = sock

    def release(self, sock):
        if sock is not None and self._socks.pop(id(sock), None) is not None:
            sock.detach()

    def release_all(self):
        while self._socks:
            self._socks.popitem()[1].detach()


class _SocketView:
    """The part of Python's socket that `TransportSocket` uses, over Ouro's TransportSocket."""

    def __init__(self, view):
        self._java = view

    family = property(lambda self: socket.AddressFamily(self._java.family()))
    type = property(lambda self: socket.SocketKind(self._java.type()))
    proto = property(lambda self: int(self._java.proto()))

    def fileno(self):
        return int(self._java.fileno())

    def dup(self):
        return socket.socket(fileno=os.dup(self.fileno()))

    def get_inheritable(self):
        return os.get_inheritable(self.fileno())

    def getsockname(self):
        return address_to_python(call(self._java.getsockname))

    def getpeername(self):
        return address_to_python(call(self._java.getpeername))

    def getsockopt(self, level, option):
        return int(call(self._java.getsockopt, level, option))

    def setsockopt(self, level, option, value):
        call(self._java.setsockopt, level, option, value)

    def shutdown(self, how):
        with self.dup() as twin:
            twin.shutdown(how)

    def gettimeout(self):
        return 0.0

    def __repr__(self):
        return str(self._java)


def transport_socket(view):
    return trsock.TransportSocket(_SocketView(view))
