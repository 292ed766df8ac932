# SPDX-License-Identifier: Apache-2.0
"""Runs CPython's asyncio tests against Ouro's loops; src/conformance/run prepares everything.

Without --engine: on both engines at once, each in a process of its own. The exit status is 0 if
every test passes but those of the list of expected failures, each of those fails, at least 97 %
pass, and every method of the loop was reached.
"""

import _thread
import argparse
import faulthandler
import fnmatch
import os
import subprocess
import sys
import threading
import time
import traceback
import unittest

import mutants

HERE = os.path.dirname(os.path.abspath(__file__))
ENGINES = ("io_uring", "epoll")
LEAST_PERCENT = 97
TEST_SECONDS = 300  # a slow machine needs two minutes for what takes four seconds elsewhere
LISTED_SECONDS = 5  # the tests that are expected to fail may hang
OURS = "ouro."  # the module of the tests that are not CPython's
PENDING = "pending:"  # before the method of EventLoop that a test waits for


def main():
    options = arguments()
    if options.engine is None:
        sys.exit(run_both(sys.argv[1:]))
    status = run_one(options)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)  # the JVM has nothing to say at the end


def arguments():
    parser = argparse.ArgumentParser(prog="make conformance CONFORMANCE=...")
    parser.add_argument("--engine", choices=ENGINES, help="only this one")
    parser.add_argument("-v", "--verbose", action="store_true", help="name each test")
    parser.add_argument("--list", default=os.path.join(HERE, "expected-failures.txt"))
    parser.add_argument(
        "--seconds", type=int, default=TEST_SECONDS, help="after which a test is interrupted"
    )
    parser.add_argument("tests", nargs="*", metavar="PATTERN", help="such as 'events.*close*'")
    return parser.parse_args()


def run_both(given):
    """Both at once; what one says is printed in one piece."""
    mutants.check()
    runs = []
    for engine in ENGINES:
        command = [sys.executable, __file__, "--engine", engine, *given]
        runs.append(
            subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        )
    status = 0
    for run in runs:
        output, _ = run.communicate()
        print(output, end="", flush=True)
        status = max(status, abs(run.returncode))
    return status


def run_one(options):
    os.environ["OURO_ENGINE"] = options.engine
    import suite  # starts the JVM

    started = time.monotonic()
    result = Result(options)
    watch(result)
    for module, tests in suite.suites():
        result.module = module
        run_suite(unittest.TestSuite(t for t in tests if result.wants(t)), result)
    whole = not options.tests
    return report(options, result, time.monotonic() - started, whole)


def run_suite(tests, result):
    """A test that was interrupted has failed; those behind it run."""
    remaining = list(tests)
    while remaining:
        try:
            unittest.TestSuite(list(remaining)).run(result)
            return
        except KeyboardInterrupt:
            if result.interrupted is not None:
                result.addError(result.interrupted, sys.exc_info())
            remaining = [test for test in remaining if result.name(test) not in result.outcomes]


class Result(unittest.TestResult):
    """What became of each test, by the name that the list has."""

    def __init__(self, options):
        super().__init__()
        self.buffer = not options.verbose
        self.longest = options.seconds
        self.module = None
        self.current = None
        self.started = 0.0
        self.interrupted = None
        self.expected = read_list(options.list, options.engine)
        self.pending = {name for name, reason in self.expected.items() if is_pending(reason)}
        for name, reason in list(self.expected.items()):
            if reason.startswith(PENDING) and name not in self.pending:
                del self.expected[name]
        self.outcomes = {}
        self.details = {}
        self.seconds = {}
        self._options = options

    def name(self, test):
        if not hasattr(test, "_testMethodName"):
            return f"{self.module}.{test.id()}"  # a class's or module's setup
        return f"{self.module}.{type(test).__name__}.{test._testMethodName}"

    def wants(self, test):
        name, patterns = self.name(test), self._options.tests
        if patterns:
            return any(fnmatch.fnmatch(name, p) for p in patterns)
        if name in self.pending:
            return False
        return True

    def startTest(self, test):
        super().startTest(test)
        self.started = time.monotonic()
        self.current = test

    def stopTest(self, test):
        name = self.name(test)
        self.seconds[name] = time.monotonic() - self.started
        self.outcomes.setdefault(name, "passed")
        if self._options.verbose:
            print(f"{self.outcomes[name]:8}{self.seconds[name]:7.2f} s  {name}", flush=True)
        self.current = None
        super().stopTest(test)

    def addSkip(self, test, reason):
        self.outcomes.setdefault(self.name(test), "skipped")

    def addError(self, test, error):
        self._fail(test, error)

    def addFailure(self, test, error):
        self._fail(test, error)

    def addSubTest(self, test, subtest, error):
        if error is not None:
            self._fail(test, error)

    def _fail(self, test, error):
        self.outcomes[self.name(test)] = "failed"
        if hasattr(sys.stdout, "getvalue"):
            text = self._exc_info_to_string(error, test)  # with what it printed
        else:
            text = "".join(traceback.format_exception(*error))  # interrupted, and over by now
        self.details.setdefault(self.name(test), []).append(text)
        if self._options.verbose:
            print(text, flush=True)


def watch(result):
    """Interrupts a test that takes too long; ends the process if that does not help.

    Not on a `threading.Thread`: the tests look for those that a test left behind.
    """
    running = threading.Event()

    def loop():
        running.set()
        while True:
            time.sleep(2)
            test, seconds = result.current, time.monotonic() - result.started
            if test is None:
                continue
            limit = LISTED_SECONDS if result.name(test) in result.expected else result.longest
            if seconds > limit + 2 * result.longest:
                print(f"{result.name(test)}: hangs", file=sys.__stderr__, flush=True)
                faulthandler.dump_traceback(file=sys.__stderr__)
                os._exit(3)
            if seconds > limit:  # again and again: it may wait in its cleanup
                result.interrupted = test
                _thread.interrupt_main()

    _thread.start_new_thread(loop, ())
    running.wait()


def read_list(path, engine):
    """The expected failures: name → reason. A line: `name [@engine] reason`."""
    expected = {}
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            line = line.strip()
            if not line or line.startswith("#"):
                continue
            name, reason = line.split(None, 1)
            if reason.startswith("@"):
                only, reason = reason.split(None, 1)
                if only != "@" + engine:
                    continue
            expected[name] = reason
    return expected


def is_pending(reason):
    """Whether the loop does not have yet what the test is about."""
    if not reason.startswith(PENDING):
        return False
    from ouro_asyncio.jvm import java

    return not hasattr(java.EventLoop, reason.removeprefix(PENDING).strip())


def report(options, result, seconds, whole):
    expected = result.expected
    failed, passed, skipped = (
        {name for name, outcome in result.outcomes.items() if outcome == kind}
        for kind in ("failed", "passed", "skipped")
    )
    theirs = {name for name in failed | passed if not name.startswith(OURS)}
    percent = 100 * len(passed & theirs) / max(1, len(theirs))
    problems = []
    for name in sorted(failed - expected.keys()):
        print(f"\nFAILED on {options.engine}: {name}\n" + "\n".join(result.details[name]))
        problems.append(f"{name} fails")
    problems += [f"{name} passes: take it off the list" for name in sorted(passed & expected.keys())]
    if whole:
        unknown = sorted(expected.keys() - result.outcomes.keys() - result.pending)
        problems += [f"{name} is on the list, but there is no such test" for name in unknown]
        if percent < LEAST_PERCENT and not result.pending:
            problems.append(f"{percent:.1f} % pass, {LEAST_PERCENT} % must")
        problems += methods()
    print(
        f"{options.engine}: {len(passed & theirs)} of {len(theirs)} asyncio tests pass"
        f" ({percent:.1f} %), {len(failed & expected.keys())} expected failures"
        + (f", {len(result.pending)} NOT RUN: pending" if result.pending else "")
        + f", {len(skipped)} skipped, {seconds:.0f} s"
    )
    for problem in problems:
        print(f"{options.engine}: {problem}")
    return 1 if problems else 0


def methods():
    """Counts the methods of the loop that were reached in Java; tells those that were not."""
    from ouro_asyncio.jvm import java

    calls = {str(entry.getKey()): int(entry.getValue()) for entry in java.CountedLoop.calls().entrySet()}
    unreached = sorted(name for name, count in calls.items() if count == 0)
    print(
        f"{len(calls) - len(unreached)} of the {len(calls)} methods of dev.ouro.EventLoop were"
        f" reached, by {sum(calls.values()):,} calls"
    )
    return [f"no test reached EventLoop.{name}" for name in unreached]


if __name__ == "__main__":
    main()
