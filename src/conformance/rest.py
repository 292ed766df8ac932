# SPDX-License-Identifier: Apache-2.0
"""What CPython's classes do not reach because it needs a loop of their own, or none at all."""

import asyncio
import concurrent.futures
import contextvars
import os
import socket
import threading
import time

import jpype
from test.test_asyncio import utils

import ouro_asyncio


class Recorder(asyncio.Protocol):
    """Notes what it hears."""

    def __init__(self):
        self.events = []

    def connection_made(self, transport):
        self.events.append("made")

    def data_received(self, data):
        self.events.append(data)

    def eof_received(self):
        self.events.append("eof")

    def connection_lost(self, error):
        self.events.append("lost")

    def pause_writing(self):
        self.events.append("pause")

    def resume_writing(self):
        self.events.append("resume")


class RestTests(utils.TestCase):
    def setUp(self):
        super().setUp()
        self.loop = ouro_asyncio.Loop()
        self.set_event_loop(self.loop)
        self.contexts = []

    def run_once(self):
        self.loop.call_soon(self.loop.stop)
        self.loop.run_forever()

    def fail_in_callback(self, error):
        def callback():
            raise error

        return self.loop.call_soon(callback)

    def test_engine(self):
        engine = str(self.loop.java.engine().name())

        self.assertEqual(engine, os.environ["OURO_ENGINE"])

    def test_exception_handler_hears_of_a_callback(self):
        self.loop.set_exception_handler(lambda loop, context: self.contexts.append((loop, context)))
        error = ZeroDivisionError("zero")

        handle = self.fail_in_callback(error)
        self.run_once()

        self.assertEqual(len(self.contexts), 1)
        loop, context = self.contexts[0]
        self.assertIs(loop, self.loop)
        self.assertIs(context["exception"], error)
        self.assertTrue(context["message"].startswith("Exception in callback"))
        self.assertEqual(str(context["handle"]), str(handle))

    def test_exception_handler_runs_in_the_context_of_the_callback(self):
        variable = contextvars.ContextVar("variable", default="none")
        self.loop.set_exception_handler(lambda *_: self.contexts.append(variable.get()))

        def schedule():
            variable.set("the callback's")
            self.fail_in_callback(ValueError())

        contextvars.copy_context().run(schedule)
        self.run_once()

        self.assertEqual(self.contexts, ["the callback's"])

    def test_exception_handler_is_called_with_what_the_caller_says(self):
        self.loop.set_exception_handler(lambda _, context: self.contexts.append(context))
        given = {"message": "text", "exception": KeyError("key"), "anything": object()}

        self.loop.call_exception_handler(given)

        self.assertEqual(self.contexts, [given])

    def test_get_exception_handler(self):
        def handler(loop, context):
            pass

        self.assertIsNone(self.loop.get_exception_handler())
        self.loop.set_exception_handler(handler)
        self.assertIs(self.loop.get_exception_handler(), handler)
        self.loop.set_exception_handler(None)
        self.assertIsNone(self.loop.get_exception_handler())
        with self.assertRaises(TypeError):
            self.loop.set_exception_handler("none")

    def test_broken_exception_handler_is_logged_with_what_it_was_called_for(self):
        def handler(loop, context):
            raise RuntimeError("broken")

        self.loop.set_exception_handler(handler)
        with self.assertLogs("asyncio", "ERROR") as logs:
            self.fail_in_callback(ValueError("first"))
            self.run_once()

        self.assertIn("Unhandled error in exception handler", logs.output[0])
        self.assertIn("first", logs.output[0])
        self.assertEqual(str(logs.records[0].exc_info[1]), "broken")

    def test_default_exception_handler(self):
        error = ValueError("error")

        with self.assertLogs("asyncio", "ERROR") as logs:
            self.loop.default_exception_handler(
                {"message": "text", "exception": error, "zebra": 1, "ape": 2}
            )

        self.assertEqual(logs.records[0].getMessage().splitlines(), ["text", "ape: 2", "zebra: 1"])
        self.assertIs(logs.records[0].exc_info[1], error)

    def test_slow_callback(self):
        self.loop.set_debug(True)
        self.assertEqual(self.loop.slow_callback_duration, 0.1)
        self.loop.slow_callback_duration = 0.001
        self.assertEqual(self.loop.slow_callback_duration, 0.001)

        with self.assertLogs("asyncio", "WARNING") as logs:
            self.loop.call_soon(time.sleep, 0.002)
            self.run_once()

        self.assertIn("sleep", logs.output[0])

    def test_default_executor(self):
        pool = concurrent.futures.ThreadPoolExecutor(1, thread_name_prefix="given")
        self.addCleanup(pool._threads.clear)  # the JVM keeps the pool until it collects garbage
        self.addCleanup(pool.shutdown)
        with self.assertRaises(TypeError):
            self.loop.set_default_executor(object())

        self.loop.set_default_executor(pool)
        job = self.loop.run_in_executor(None, lambda: threading.current_thread().name)

        self.assertEqual(self.loop.run_until_complete(job), "given_0")

    def test_shutdown_asyncgens(self):
        closed = []

        async def generate(name):
            try:
                yield name
            finally:
                await asyncio.sleep(0)
                closed.append(name)

        async def begin():
            first, second, third = generate(1), generate(2), generate(3)
            for generator in (first, second, third):
                await generator.__anext__()
            await second.aclose()
            return first, second, third

        generators = self.loop.run_until_complete(begin())
        self.assertEqual(closed, [2])
        self.loop.run_until_complete(self.loop.shutdown_asyncgens())

        self.assertEqual(sorted(closed), [1, 2, 3])
        del generators

    def test_generator_that_is_garbage_is_closed(self):
        closed = self.loop.create_future()

        async def generate():
            try:
                yield 1
            finally:
                closed.set_result(None)

        async def begin():
            async for _ in generate():
                break

        self.loop.run_until_complete(begin())
        self.loop.run_until_complete(closed)

    def test_stop_lets_what_is_queued_run(self):
        ran = []
        self.loop.call_soon(self.loop.stop)
        self.loop.call_soon(ran.append, "queued")
        self.loop.call_soon(self.loop.call_soon, ran.append, "later")

        self.loop.run_forever()

        self.assertEqual(ran, ["queued"])

    def test_timers_are_not_early(self):
        ran = []

        def late(handle):
            ran.append(self.loop.time() - handle.when())

        for millis in range(1, 20):
            handle = self.loop.call_later(millis / 1000, lambda: late(handle))
            while len(ran) < millis:  # a loop that never waits looks at its timers all the time
                self.run_once()

        self.assertEqual(len(ran), 19)
        self.assertGreaterEqual(min(ran), 0)

    def connect(self, protocol):
        """A connection of `protocol`, and its other end, a socket that waits."""
        near, far = socket.socketpair()
        far.settimeout(20)
        self.addCleanup(far.close)
        transport, _ = self.loop.run_until_complete(
            self.loop.create_connection(lambda: protocol, sock=near)
        )
        return transport, far

    def test_paused_transport_holds_data(self):
        protocol = Recorder()
        transport, far = self.connect(protocol)

        transport.pause_reading()
        far.send(b"held")
        self.loop.run_until_complete(asyncio.sleep(0.02))
        self.assertEqual(protocol.events, ["made"])
        transport.resume_reading()
        utils.run_until(self.loop, lambda: len(protocol.events) > 1)

        self.assertEqual(protocol.events, ["made", b"held"])
        transport.abort()
        utils.run_briefly(self.loop)

    def test_writing_resumes_at_the_low_water_mark(self):
        protocol = Recorder()
        transport, far = self.connect(protocol)

        transport.set_write_buffer_limits(high=0)
        transport.write(bytes(4_000_000))
        self.assertEqual(protocol.events, ["made", "pause"])
        left = 4_000_000
        while left > 0:
            self.loop.run_until_complete(asyncio.sleep(0))
            left -= len(far.recv(1_000_000))
        utils.run_until(self.loop, lambda: len(protocol.events) > 2)

        self.assertEqual(protocol.events, ["made", "pause", "resume"])
        transport.abort()
        utils.run_briefly(self.loop)

    def test_write_eof_leaves_the_other_direction_open(self):
        protocol = Recorder()
        transport, far = self.connect(protocol)

        transport.write(b"question")
        transport.write_eof()
        self.loop.run_until_complete(asyncio.sleep(0))
        self.assertEqual(far.recv(100), b"question")
        self.assertEqual(far.recv(100), b"")
        far.send(b"answer")
        utils.run_until(self.loop, lambda: len(protocol.events) > 1)
        self.assertEqual(protocol.events, ["made", b"answer"])
        far.close()
        utils.run_until(self.loop, lambda: protocol.events[-1] == "lost")

        self.assertEqual(protocol.events, ["made", b"answer", "eof", "lost"])

    def test_getnameinfo(self):
        for address in (("127.0.0.1", 80), ("127.0.0.1", 12345)):
            for flags in (0, socket.NI_NUMERICHOST, socket.NI_NUMERICSERV):
                name = self.loop.run_until_complete(self.loop.getnameinfo(address, flags))
                self.assertEqual(name, socket.getnameinfo(address, flags))

    def test_data_of_a_grandchild_comes_before_the_end(self):
        events = []
        lost = self.loop.create_future()

        class Protocol(asyncio.SubprocessProtocol):
            def pipe_data_received(self, fd, data):
                events.append(data)

            def process_exited(self):
                events.append("exited")

            def connection_lost(self, error):
                events.append("lost")
                lost.set_result(None)

        async def run():
            # The child ends at once; who holds its output writes when the test lets it.
            reading, writing = os.pipe()
            try:
                transport, _ = await self.loop.subprocess_shell(
                    Protocol, f"(read line < /dev/fd/{reading}; echo late) & exit 0",
                    stdin=None, stderr=None, pass_fds=(reading,),
                )
                while "exited" not in events:
                    await asyncio.sleep(0.01)
                os.write(writing, b"go on\n")
                await lost
                transport.close()
            finally:
                os.close(reading)
                os.close(writing)

        self.loop.run_until_complete(run())

        self.assertEqual(events, ["exited", b"late\n", "lost"])

    def test_task_of_java(self):
        """Python's tasks are Python's, for a coroutine is no Java code; here is one of Ouro's."""
        task = self.loop.java.createTask(
            jpype.JClass("java.util.concurrent.Executors").callable(
                jpype.JClass("java.lang.Thread")(), "done"
            )
        )

        self.assertEqual(str(self.loop.java.runUntilComplete(task)), "done")

    def test_task_factory_of_java(self):
        self.loop.java.setTaskFactory(None)

        self.assertIsNone(self.loop.java.getTaskFactory())

    def test_getaddrinfo(self):
        for host in ("127.0.0.1", "::1", "localhost", None):
            for port in (80, "80", "http", None):
                if host is None and port is None:
                    continue
                for flags in (0, socket.AI_PASSIVE, socket.AI_CANONNAME * (host is not None)):
                    answer = self.loop.run_until_complete(
                        self.loop.getaddrinfo(host, port, flags=flags)
                    )
                    self.assertEqual(answer, socket.getaddrinfo(host, port, flags=flags))

    def test_getaddrinfo_of_nobody(self):
        with self.assertRaises(socket.gaierror) as raised:
            self.loop.run_until_complete(
                self.loop.getaddrinfo("nobody.invalid", 80, flags=socket.AI_NUMERICHOST)
            )

        self.assertEqual(raised.exception.errno, socket.EAI_NONAME)

    def test_context_of_a_protocol_is_that_of_who_connected(self):
        variable = contextvars.ContextVar("variable", default="none")
        seen = []
        lost = self.loop.create_future()

        class Protocol(asyncio.Protocol):
            def connection_made(self, transport):
                seen.append(("made", variable.get()))
                variable.set("the protocol's")

            def data_received(self, data):
                seen.append(("data", variable.get()))

            def connection_lost(self, error):
                seen.append(("lost", variable.get()))
                lost.set_result(None)

        async def connect():
            variable.set("the caller's")
            near, far = socket.socketpair()
            with far:
                await self.loop.create_connection(Protocol, sock=near)
                far.send(b"x")
            await lost
            self.assertEqual(variable.get(), "the caller's")

        self.loop.run_until_complete(connect())

        self.assertEqual(
            seen, [("made", "the caller's"), ("data", "the protocol's"), ("lost", "the protocol's")]
        )
