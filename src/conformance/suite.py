# SPDX-License-Identifier: Apache-2.0
"""CPython's classes of asyncio tests that take any loop, given Ouro's.

The modules are Debian's, unmodified. What stands here is what CPython has at their end: for each
mixin the class that says where a loop comes from.
"""

import asyncio
import gc
import os
import test
import threading
import time
import types
import unittest

import ouro_asyncio
from ouro_asyncio.jvm import java


class Policy(asyncio.DefaultEventLoopPolicy):
    """Whoever asks asyncio for a new loop gets one of Ouro's."""

    _loop_factory = ouro_asyncio.Loop


asyncio.DefaultEventLoopPolicy = Policy
asyncio.SelectorEventLoop = ouro_asyncio.Loop
asyncio.set_event_loop_policy(None)
test.__path__.append(os.environ["OURO_TESTS"])

from test.test_asyncio import (  # noqa: E402
    test_buffered_proto,
    test_events,
    test_runners,
    test_sendfile,
    test_server,
    test_sock_lowlevel,
    test_ssl,
    test_sslproto,
    test_streams,
    test_subprocess,
    test_unix_events,
    utils,
)

import rest  # noqa: E402


class NewLoop:
    def create_event_loop(self):
        return ouro_asyncio.Loop()


class EventLoopTests(
    NewLoop, test_events.EventLoopTestsMixin, test_events.SubprocessTestsMixin, utils.TestCase
):
    pass


class SockTests(NewLoop, test_sock_lowlevel.BaseSockTestsMixin, utils.TestCase):
    pass


class SendfileTests(NewLoop, test_sendfile.SendfileTestsBase, utils.TestCase):
    pass


class SubprocessTests(NewLoop, test_subprocess.SubprocessMixin, utils.TestCase):
    def setUp(self):
        super().setUp()
        self.loop = self.create_event_loop()
        self.set_event_loop(self.loop)


class RunnerLoop:
    """The tests of asyncio.run look whether it shut the generators down."""

    def new_loop(self):
        loop = ouro_asyncio.Loop()
        loop.shutdown_ag_run = False
        shutdown = loop.shutdown_asyncgens

        async def shutdown_asyncgens():
            loop.shutdown_ag_run = True
            await shutdown()

        loop.shutdown_asyncgens = shutdown_asyncgens
        return loop


class RunTests(RunnerLoop, test_runners.RunTests):
    pass


class RunnerTests(RunnerLoop, test_runners.RunnerTests):
    pass


collect = gc.collect


def collect_both(*generation):
    """What Python holds for Java, and Java for Python, takes the collectors of both."""
    collect(*generation)
    java.System.gc()
    time.sleep(0.002)  # JPype's thread drops what Java let go of
    return collect(*generation)


gc.collect = collect_both


class Undisturbed:
    """Seconds, without those in which this thread computed, or one of the process's waited for a processor."""

    def __init__(self):
        self.spent = {}  # by each thread, when it was looked at
        self.disturbed = 0

    def look(self, thread, computes):
        try:
            with open(f"/proc/self/task/{thread}/schedstat") as statistics:
                ran, waited = map(int, statistics.read().split()[:2])
        except OSError:
            return  # it has ended, or the kernel does not count
        spent = waited + ran * computes
        self.disturbed += max(0, spent - self.spent.get(thread, spent))
        self.spent[thread] = spent

    def monotonic(self):
        this = str(threading.get_native_id())
        for thread in os.listdir("/proc/self/task"):
            if thread != this:
                self.look(thread, False)
        self.look(this, True)
        return time.monotonic() - self.disturbed / 1e9


# test_prompt_cancellation gives 0.1 s to what must not wait. A slow machine needs longer to compute it, and the
# JVM to load its classes.
test_events.time = types.ModuleType(time.__name__)
vars(test_events.time).update(vars(time), monotonic=Undisturbed().monotonic)

OURS = "ouro"  # not CPython's

CLASSES = {
    "events": [EventLoopTests],
    "sock_lowlevel": [SockTests],
    "sendfile": [SendfileTests],
    "server": [test_server.SelectorStartServerTests],
    "buffered_proto": [test_buffered_proto.BufferedProtocolSelectorTests],
    "sslproto": [test_sslproto.SelectorStartTLSTests],
    "ssl": [test_ssl.TestSSL],
    "subprocess": [SubprocessTests],
    "runners": [RunTests, RunnerTests],
    "unix_events": [test_unix_events.TestFunctional],
    "streams": [test_streams.StreamTests],
    OURS: [rest.RestTests],
}


def suites():
    """For each class the name of its module, and its tests as a suite."""
    for module, classes in CLASSES.items():
        for test_class in classes:
            yield module, unittest.defaultTestLoader.loadTestsFromTestCase(test_class)
