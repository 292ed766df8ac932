# SPDX-License-Identifier: Apache-2.0
"""Ouro's Server as asyncio's."""

import asyncio

from .contexts import captured
from .errors import call
from .futures import Future
from .sockets import transport_socket


class Server(asyncio.AbstractServer):
    def __init__(self, loop, server, given=None):
        self._loop = loop
        self._java = server
        self._given = given

    @property
    def sockets(self):
        return tuple(transport_socket(view) for view in self._java.sockets())

    # CPython's own names for what the tests look at: None once it is closed.
    _sockets = _waiters = property(lambda self: list(self.sockets) or None)

    def get_loop(self):
        return self._loop

    def is_serving(self):
        return bool(self._java.isServing())

    def close(self):
        call(self._java.close)
        self._loop.given.release(self._given)

    async def start_serving(self):
        await Future(self._loop, call(self._java.startServing))

    async def serve_forever(self):
        with captured():
            serving = Future(self._loop, call(self._java.serveForever))
        try:
            await serving
        finally:
            self.close()

    async def wait_closed(self):
        await Future(self._loop, call(self._java.waitClosed))

    def __repr__(self):
        return str(self._java)
