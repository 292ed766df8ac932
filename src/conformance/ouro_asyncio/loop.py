# SPDX-License-Identifier: Apache-2.0
"""Ouro's EventLoop as asyncio's: each method asks the Java loop."""

import asyncio
import contextlib
import functools
import math
import os
import signal
import socket
import sys
import threading
import warnings

from . import errors
from .contexts import Callback, captured, enter, run_in
from .errors import call
from .files import open_file
from .futures import Future, follow
from .handles import Handle, TimerHandle
from .jvm import JImplements, JOverride, box, is_running, java
from .servers import Server
from .sockets import Given, address_to_java, address_to_python, socket_to_java, unix_address
from .transports import PythonProtocol, ReadPipe, Transport, WritePipe

_LONG_MAX = 2**63 - 1


class Loop(asyncio.AbstractEventLoop):
    _turns_before = 0
    _default_executor = None  # the tests would shut it down; Ouro's close does

    def __init__(self, *_):
        self._java = java.CountedLoop.of(call(java.Asyncio.newEventLoop))
        self._handler = None
        self._task_factory = None
        self._generators = set()
        self.given = Given()
        self.set_debug(asyncio.coroutines._is_debug_mode())

    @property
    def java(self):
        return self._java

    # Running

    def run_forever(self):
        with self._running():
            call(self._java.runForever)

    def run_until_complete(self, future):
        self._check_can_run()
        made_here = not asyncio.isfuture(future)
        future = asyncio.ensure_future(future, loop=self)
        if made_here:
            future._log_destroy_pending = False
        with self._running():
            try:
                if isinstance(future, Future):
                    call(self._java.runUntilComplete, future.java)
                else:
                    self._run_until_followed(future)
            except errors.EXITS:
                if made_here and future.done() and not future.cancelled():
                    future.exception()  # it has been seen
                raise
        return future.result()

    def _run_until_followed(self, future):
        end = self._java.createFuture()

        def done(_):
            follow(future, end)
            if end.done():
                self.stop()  # now, not in the turn in which Java hears of `end`

        future.add_done_callback(done)
        try:
            call(self._java.runUntilComplete, end)
        finally:
            future.remove_done_callback(done)

    def _check_can_run(self):
        if self.is_closed():
            raise RuntimeError("Event loop is closed")
        if self.is_running():
            raise RuntimeError("This event loop is already running")
        if asyncio._get_running_loop() is not None:
            raise RuntimeError("Cannot run the event loop while another loop is running")

    @contextlib.contextmanager
    def _running(self):
        """What the interpreter knows of a loop that runs: which, its generators, its signals."""
        self._check_can_run()
        hooks = sys.get_asyncgen_hooks()
        with self._interruptible():
            sys.set_asyncgen_hooks(self._generators.add, self._finalize)
            asyncio._set_running_loop(self)
            try:
                yield
            finally:
                asyncio._set_running_loop(None)
                sys.set_asyncgen_hooks(*hooks)

    @contextlib.contextmanager
    def _interruptible(self):
        """A signal that Python handles ends a wait in Java, so that Python gets to handle it."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        reader, writer = socket.socketpair()
        reader.setblocking(False)
        writer.setblocking(False)
        before = signal.set_wakeup_fd(writer.fileno(), warn_on_full_buffer=False)
        watch = java.PyContext.Call(Callback(_drain, reader))
        loop = java.CountedLoop.behind(self._java)
        loop.addReader(reader.fileno(), watch)
        try:
            yield
        finally:
            loop.removeReader(reader.fileno())
            signal.set_wakeup_fd(before, warn_on_full_buffer=False)
            reader.close()
            writer.close()

    def stop(self):
        self._java.stop()

    def is_running(self):
        return bool(self._java.isRunning())

    def is_closed(self):
        return bool(self._java.isClosed())

    def close(self):
        call(self._java.close)
        self.given.release_all()

    def _finalize(self, generator):
        self._generators.discard(generator)
        if not self.is_closed():
            self.call_soon_threadsafe(self.create_task, generator.aclose())

    async def shutdown_asyncgens(self):
        generators, self._generators = self._generators, set()
        await asyncio.gather(*(g.aclose() for g in generators), return_exceptions=True)

    async def shutdown_default_executor(self):
        await Future(self, call(self._java.shutdownDefaultExecutor))

    # Scheduling

    def call_soon(self, callback, *args, context=None):
        self._check_callback(callback, "call_soon")
        return Handle(self._java.callSoon, callback, args, context)

    def call_soon_threadsafe(self, callback, *args, context=None):
        self._check_callback(callback, "call_soon_threadsafe")
        return Handle(self._java.callSoonThreadsafe, callback, args, context)

    def call_later(self, delay, callback, *args, context=None):
        if delay is None:
            raise TypeError("delay must not be None")
        self._check_callback(callback, "call_later")
        duration = java.Bridge.nanos(_nanos(delay))

        def schedule(run, java_context):
            return self._java.callLater(duration, run, java_context)

        return TimerHandle(schedule, callback, args, context)

    def call_at(self, when, callback, *args, context=None):
        if when is None:
            raise TypeError("when cannot be None")
        self._check_callback(callback, "call_at")

        def schedule(run, java_context):
            return self._java.callAt(_nanos(when), run, java_context)

        return TimerHandle(schedule, callback, args, context)

    def _check_callback(self, callback, method):
        if self.get_debug():
            _check_callable(callback, method)

    def time(self):
        return self._java.time() / 1e9

    def create_future(self):
        return Future(self, self._java.createFuture())

    # Tasks are Python's: a coroutine is. They use nothing of a loop but what is here.

    def create_task(self, coro, *, name=None, context=None):
        if self.is_closed():
            raise RuntimeError("Event loop is closed")
        if self._task_factory is None:
            return asyncio.Task(coro, loop=self, name=name, context=context)
        task = (
            self._task_factory(self, coro)
            if context is None
            else self._task_factory(self, coro, context=context)
        )
        if name is not None and hasattr(task, "set_name"):
            task.set_name(name)
        return task

    def set_task_factory(self, factory):
        if factory is not None and not callable(factory):
            raise TypeError("task factory must be a callable or None")
        self._task_factory = factory

    def get_task_factory(self):
        return self._task_factory

    # Descriptors

    def add_reader(self, fd, callback, *args):
        with captured():
            run = java.PyContext.Call(Callback(callback, *args))
            call(self._java.addReader, _fileno(fd), run)

    def remove_reader(self, fd):
        return bool(call(self._java.removeReader, _fileno(fd)))

    def add_writer(self, fd, callback, *args):
        with captured():
            run = java.PyContext.Call(Callback(callback, *args))
            call(self._java.addWriter, _fileno(fd), run)

    def remove_writer(self, fd):
        return bool(call(self._java.removeWriter, _fileno(fd)))

    # Executors

    def run_in_executor(self, executor, func, *args):
        job = java.Bridge.job(Job(func, *args))
        pool = None if executor is None else java.Bridge.executor(Pool(executor))
        return Future(self, call(self._java.runInExecutor, pool, job))

    def set_default_executor(self, executor):
        import concurrent.futures

        if not isinstance(executor, concurrent.futures.ThreadPoolExecutor):
            raise TypeError("executor must be ThreadPoolExecutor instance")
        call(self._java.setDefaultExecutor, java.Bridge.executor(Pool(executor)))

    async def getaddrinfo(self, host, port, *, family=0, type=0, proto=0, flags=0):
        answers = call(
            self._java.getaddrinfo, _text(host), _text(port), family, type, proto, flags
        )
        return [
            (
                socket.AddressFamily(info.family()),
                socket.SocketKind(info.type()),
                int(info.protocol()),
                str(info.canonicalName() or ""),
                address_to_python(info.address()),
            )
            for info in await Future(self, answers)
        ]

    async def getnameinfo(self, sockaddr, flags=0):
        answer = call(self._java.getnameinfo, address_to_java(sockaddr), flags)
        names = await Future(self, answer)
        return str(names.host()), str(names.service())

    # Connections and servers

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
        self._no_tls(ssl)
        options = _with(
            java.ConnectionOptions,
            Host=host,
            Port=port,
            Family=family,
            Proto=proto,
            Flags=flags,
            Sock=sock,
        )
        return await self._connect(self._java.createConnection, protocol_factory, options, sock)

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
        self._no_tls(ssl)
        options = java.UnixConnectionOptions(
            None if path is None else unix_address(path),
            None if sock is None else socket_to_java(sock),
        )
        return await self._connect(
            self._java.createUnixConnection, protocol_factory, options, sock
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
        self._no_tls(ssl)
        return await self._connect(
            self._java.connectAcceptedSocket, protocol_factory, socket_to_java(sock), sock
        )

    @staticmethod
    def _no_tls(ssl):
        if ssl is not None:
            raise NotImplementedError("TLS")

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
        bridge = connection.protocol().target()
        return bridge.connect(connection.transport()), bridge.protocol

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
        self._no_tls(ssl)
        hosts = None
        if host is not None and not isinstance(host, str):
            hosts, host = list(host), None
        options = _with(
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
        )
        return await self._serve(self._java.createServer, protocol_factory, options, sock)

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
        self._no_tls(ssl)
        options = _with(
            java.UnixServerOptions,
            Path=path,
            Sock=sock,
            Backlog=backlog,
            StartServing=start_serving,
        )
        return await self._serve(self._java.createUnixServer, protocol_factory, options, sock)

    async def _serve(self, method, protocol_factory, options, sock, wrap=Transport):
        factory = Factory(self, protocol_factory, wrap)
        with captured():
            serving = Future(self, call(method, java.Bridge.factory(factory), options))
        if sock is not None:
            self.given.add(sock)
        try:
            return Server(self, await serving, sock)
        except BaseException:
            self.given.release(sock)
            raise

    async def connect_read_pipe(self, protocol_factory, pipe):
        return await self._connect_pipe(self._java.connectReadPipe, protocol_factory, pipe, ReadPipe)

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
        bridge = connection.protocol().target()
        return bridge.connect(connection.transport()), bridge.protocol

    async def sendfile(self, transport, file, offset=0, count=None, *, fallback=True):
        options = java.SendfileOptions(
            offset, None if count is None else java.Long(count), fallback
        )
        with open_file(file) as opened:
            sent = Future(self, call(self._java.sendfile, transport.java, opened, options))
            return int(await sent)

    # Errors and debugging

    def set_exception_handler(self, handler):
        if handler is not None and not callable(handler):
            raise TypeError(f"A callable object or None is expected, got {handler!r}")
        self._handler = handler
        call(
            self._java.setExceptionHandler, None if handler is None else ErrorHandler(self, handler)
        )

    def get_exception_handler(self):
        return self._handler if self._java.getExceptionHandler() is not None else None

    def default_exception_handler(self, context):
        call(self._java.defaultExceptionHandler, _context_to_java(context))

    def call_exception_handler(self, context):
        call(self._java.callExceptionHandler, _context_to_java(context))

    def get_debug(self):
        return bool(self._java.getDebug())

    def set_debug(self, enabled):
        self._java.setDebug(bool(enabled))

    @property
    def slow_callback_duration(self):
        return self._java.slowCallbackDuration().toNanos() / 1e9

    @slow_callback_duration.setter
    def slow_callback_duration(self, seconds):
        call(self._java.setSlowCallbackDuration, java.Bridge.nanos(_nanos(seconds)))

    # What a test that counts turns reaches for: it replaces _run_once by one that counts.

    _clock_resolution = 1e-9
    _selector = _run_once = None

    @property
    def _run_once_counter(self):
        return int(java.Bridge.turns(self._java)) - self._turns_before

    @_run_once_counter.setter
    def _run_once_counter(self, count):
        self._turns_before = int(java.Bridge.turns(self._java)) - count

    def __repr__(self):
        return str(self._java)

    def __del__(self, _warn=warnings.warn):
        if not is_running() or self.is_closed():
            return
        _warn(f"unclosed event loop {self!r}", ResourceWarning, source=self)
        if not self.is_running():
            self.close()


def _drain(reader):
    try:
        while reader.recv(4096):
            pass
    except BlockingIOError:
        pass


def _nanos(seconds):
    """Rounded up: a timer is never early."""
    nanos = math.inf if math.isinf(seconds) else math.ceil(seconds * 1e9)
    return max(-_LONG_MAX, min(_LONG_MAX, nanos)) if nanos != math.inf else _LONG_MAX


def _check_callable(callback, method):
    if asyncio.iscoroutine(callback) or asyncio.iscoroutinefunction(callback):
        raise TypeError(f"coroutines cannot be used with {method}()")
    if not callable(callback):
        raise TypeError(f"a callable object was expected by {method}(), got {callback!r}")


def _fileno(fd):
    """The number of an int or of what has fileno(), as asyncio's selectors take them."""
    if isinstance(fd, int):
        number = fd
    else:
        try:
            number = int(fd.fileno())
        except (AttributeError, TypeError, ValueError):
            raise ValueError(f"Invalid file object: {fd!r}") from None
    if number < 0:
        raise ValueError(f"Invalid file descriptor: {number}")
    return number


def _text(value):
    if isinstance(value, bytes):
        return value.decode("ascii")
    return None if value is None else str(value)


def _with(options, **values):
    """An options object of Ouro's with those of `values` that are not None."""
    result = java.Bridge.options(options)
    for name, value in values.items():
        if value is None:
            continue
        if name == "Sock":
            value = socket_to_java(value)
        elif name == "Hosts":
            value = java.ArrayList(value)
        elif name == "Path":
            value = unix_address(value)
        result = call(getattr(result, "with" + name), value)
    return result


def _context_to_java(context):
    entries = java.LinkedHashMap()
    for key, value in context.items():
        if key == "message":
            value = str(value)
        elif key == "exception":
            value = errors.to_java(value)
        else:
            value = box(value)
        entries.put(key, value)
    return java.ExceptionContext.of(entries)


def _context_to_python(loop, context):
    entries = {}
    for entry in context.asMap().entrySet():
        key, value = str(entry.getKey()), entry.getValue()
        if key == "message":
            value = str(value)
        elif key == "exception":
            value = errors.to_python(value)
        elif isinstance(value, java.BaseProtocol) and hasattr(value, "target"):
            value = value.target().protocol
        elif isinstance(value, java.BaseTransport):
            value = value.getProtocol().target().connect(value)
        elif isinstance(value, java.Future):
            value = Future(loop, value)
        elif isinstance(value, java.ExceptionContext):
            value = _context_to_python(loop, value)
        entries[key] = value
    return entries


@JImplements("dev.ouro.loop.ExceptionHandler")
class ErrorHandler:
    def __init__(self, loop, handler):
        self._loop = loop
        self._handler = handler

    @JOverride
    def handle(self, loop, context):
        python = _context_to_python(self._loop, context)
        enter(java.PyContext.current(), self._handler, self._loop, python)


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


@JImplements("dev.ouro.conformance.PyCallback")
class Job:
    """A function for an executor."""

    def __init__(self, function, *arguments):
        self._function = function
        self._arguments = arguments

    @JOverride
    def call(self, context, argument):
        return box(enter(None, self._function, *self._arguments))


@JImplements("dev.ouro.conformance.PyCallback")
class Pool:
    """An executor of Python's, as Ouro submits to it."""

    def __init__(self, executor):
        self._executor = executor

    @JOverride
    def call(self, context, argument):
        if argument is None:
            self._executor.shutdown(wait=False)
        else:
            enter(None, self._executor.submit, argument.run)
