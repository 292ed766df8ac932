# SPDX-License-Identifier: Apache-2.0
"""What CPython's classes do not reach because it needs a loop of their own, or none at all."""

import asyncio
import concurrent.futures
import contextvars
import os
import socket
import threading
import time

from test.test_asyncio import utils

import ouro_asyncio


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

    def test_getnameinfo(self):
        for address in (("127.0.0.1", 80), ("127.0.0.1", 12345)):
            for flags in (0, socket.NI_NUMERICHOST, socket.NI_NUMERICSERV):
                name = self.loop.run_until_complete(self.loop.getnameinfo(address, flags))
                self.assertEqual(name, socket.getnameinfo(address, flags))

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
