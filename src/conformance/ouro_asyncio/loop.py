# SPDX-License-Identifier: Apache-2.0
"""Ouro's EventLoop as asyncio's: each method asks the Java loop."""

import asyncio
import contextlib
import math
import signal
import socket
import sys
import threading
import warnings
import weakref

from . import errors
from .connections import Connections
from .contexts import Callback, captured, enter, run_in
from .errors import call
from .futures import Future
from .handles import Handle, TimerHandle
from .jvm import JImplements, JOverride, box, is_running, java
from .socket_operations import SocketOperations
from .subprocesses import Subprocesses
from .sockets import Given, address_to_java, address_to_python

_LONG_MAX = 2**63 - 1


class Loop(Connections, SocketOperations, Subprocesses, asyncio.AbstractEventLoop):
    _turns_before = 0
    _default_executor = None  # the tests would shut it down; Ouro's close does

    def __init__(self, *_):
        self._java = java.CountedLoop.of(call(java.Asyncio.newEventLoop))
        self._handler = None
        self._task_factory = None
        self._generators = {}
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
            interrupted = not future.cancelled() and isinstance(future.exception(), errors.EXITS)
            if not interrupted:  # else it leaves the run by itself
                end.setResult(None)
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
            sys.set_asyncgen_hooks(self._first_iterated, self._finalize)
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

    def _first_iterated(self, generator):
        self._generators[id(generator)] = opened = Generator(self, generator)
        self._java.addAsyncgen(opened)

    def _finalize(self, generator):
        self._java.removeAsyncgen(self._generators.pop(id(generator)))
        if not self.is_closed():
            self.call_soon_threadsafe(self.create_task, generator.aclose())

    async def shutdown_asyncgens(self):
        """Ouro says when to close each; to close it is a coroutine's work."""
        generators = list(self._generators.values())
        await Future(self, call(self._java.shutdownAsyncgens))
        for generator in generators:
            if generator.closing is not None:
                await generator.closing

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

    # Signals

    def add_signal_handler(self, sig, callback, *args):
        _check_callable(callback, "add_signal_handler")
        with captured():
            run = java.PyContext.Call(Callback(callback, *args))
            call(self._java.addSignalHandler, _signal(sig), run)

    def remove_signal_handler(self, sig):
        return bool(call(self._java.removeSignalHandler, _signal(sig)))

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


def _signal(sig):
    if not isinstance(sig, int):
        raise TypeError(f"sig must be an int, not {sig!r}")
    return int(sig)


def _text(value):
    if isinstance(value, bytes):
        return value.decode("ascii")
    return None if value is None else str(value)


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


@JImplements("java.lang.AutoCloseable")
class Generator:
    """An asynchronous generator that was begun, as Ouro closes it."""

    def __init__(self, loop, generator):
        self._loop = loop
        self._generator = weakref.ref(generator)
        self.closing = None

    @JOverride
    def close(self):
        generator = self._generator()
        if generator is not None:
            self.closing = self._loop.create_task(generator.aclose())


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
