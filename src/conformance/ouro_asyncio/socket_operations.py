# SPDX-License-Identifier: Apache-2.0
"""The methods of a loop that work on sockets without transports."""

import socket
import ssl

from .connections import sendfile_options
from .errors import call
from .files import open_file
from .futures import Future
from .jvm import Bytes
from .sockets import address_to_java, address_to_python, socket_to_java


class SocketOperations:
    async def sock_recv(self, sock, nbytes):
        return bytes(await self._operation(self._java.sockRecv, sock, nbytes))

    async def sock_recv_into(self, sock, buf):
        target = memoryview(buf)
        received = Bytes(len(target))
        count = int(await self._operation(self._java.sockRecvInto, sock, received))
        target[:count] = bytes(received[:count])
        return count

    async def sock_recvfrom(self, sock, bufsize):
        received = await self._operation(self._java.sockRecvfrom, sock, bufsize)
        return bytes(received.data()), address_to_python(received.address())

    async def sock_recvfrom_into(self, sock, buf, nbytes=0):
        target = memoryview(buf)
        received = Bytes(len(target))
        answer = await self._operation(self._java.sockRecvfromInto, sock, received, nbytes)
        count = int(answer.data())
        target[:count] = bytes(received[:count])
        return count, address_to_python(answer.address())

    async def sock_sendall(self, sock, data):
        await self._operation(self._java.sockSendall, sock, Bytes(bytes(data)))

    async def sock_sendto(self, sock, data, address):
        return int(
            await self._operation(
                self._java.sockSendto, sock, Bytes(bytes(data)), address_to_java(address)
            )
        )

    async def sock_connect(self, sock, address):
        await self._operation(self._java.sockConnect, sock, address_to_java(address))

    async def sock_accept(self, sock):
        accepted = await self._operation(self._java.sockAccept, sock)
        connection = socket.socket(fileno=int(accepted.conn().fd().detach()))
        connection.setblocking(False)
        return connection, address_to_python(accepted.address())

    async def sock_sendfile(self, sock, file, offset=0, count=None, *, fallback=True):
        with open_file(file) as opened:
            options = sendfile_options(offset, count, fallback)
            return int(await self._operation(self._java.sockSendfile, sock, opened, options))

    def _stop_serving(self, sock):
        """CPython's own name; a test calls it at its end."""
        self.remove_reader(sock)
        sock.close()

    def _operation(self, method, sock, *arguments):
        if isinstance(sock, ssl.SSLSocket):
            raise TypeError("Socket cannot be of type SSLSocket")
        return Future(self, call(method, socket_to_java(sock), *arguments))
