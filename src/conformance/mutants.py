# SPDX-License-Identifier: Apache-2.0
"""Breaks the loop in ten ways, one at a time, and tells which test caught which.

For each a copy of one source file is changed and compiled, and its classes stand before the library's
on the class path. The exit status is 0 if every mutant is caught. Names of mutants choose.
"""

import os
import re
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
SOURCES = os.path.join(ROOT, "src/main/java/dev/ouro")
CLASSES = os.path.join(ROOT, "target/classes")
WORK = os.path.join(ROOT, "target/conformance/mutants")

# What is broken: file, text of it (once), what stands there instead, and the tests to ask.
MUTANTS = {
    "callSoonThreadsafe out of order": (
        "loop/TurnLoop.java",
        "      takeInbox();\n      ready.add(handle);",
        "      ready.add(handle);",
        "events.*threadsafe*",
    ),
    "connectionLost twice": (
        "transport/ChannelTransport.java",
        "protocol.connectionLost(lostWith);",
        "protocol.connectionLost(lostWith);\n      protocol.connectionLost(lostWith);",
        "events.*test_create_*server ouro.*eof*",
    ),
    "pauseReading ignored": (
        "transport/StreamTransport.java",
        "    receiver.pause();",
        "",
        "ouro.*paused* streams.*",
    ),
    "low water mark off by one": (
        "transport/FlowControl.java",
        "sizeBytes <= limits.lowBytes()",
        "sizeBytes < limits.lowBytes()",
        "ouro.*water* streams.*drain*",
    ),
    "stop drops what is queued": (
        "loop/TurnLoop.java",
        "for (int left = ready.size(); left > 0; left--) {",
        "for (int left = ready.size(); left > 0 && !stopping; left--) {",
        "ouro.*stop* events.*call_soon*",
    ),
    "timers early": (
        "loop/TurnLoop.java",
        "    long now = time();\n    for (TimerHandle due",
        "    long now = time() + 1_000_000;\n    for (TimerHandle due",
        "ouro.*early* events.*rounding",
    ),
    "writeEof closes": (
        "transport/StreamTransport.java",
        "    eofWritten = true;\n",
        "    eofWritten = true;\n    close();\n",
        "ouro.*write_eof* streams.*",
    ),
    "sendfile leaves a wrong position": (
        "transport/SendfileOperation.java",
        "file.position(options.offset() + sent);",
        "file.position(sent);",
        "sendfile.*test_sendfile_partial sendfile.*test_sendfile",
    ),
    "a child's end before its pipes' data": (
        "transport/ChildTransport.java",
        "returncode != null && pipesLeft == 0 && !finishing",
        "returncode != null && !finishing",
        "ouro.*grandchild* events.*test_subprocess_* subprocess.*communicate*",
    ),
    "exception handler in no context": (
        "loop/ErrorReports.java",
        "if (cell == null || cell == state.context || cell.isOccupied()) {",
        "if (true) {",
        "ouro.*exception_handler*",
    ),
}


def main():
    chosen = sys.argv[1:] or MUTANTS
    survivors = [name for name in chosen if not caught(name)]
    print(f"{len(chosen) - len(survivors)} of {len(chosen)} mutants are caught")
    for name in survivors:
        print(f"NOT CAUGHT: {name}")
    sys.exit(1 if survivors else 0)


def caught(name):
    """Whether a test fails on either engine; prints which."""
    file, old, new, tests = MUTANTS[name]
    shutil.rmtree(WORK, ignore_errors=True)
    compile_mutant(file, old, new)
    run = subprocess.run(
        [os.path.join(HERE, "run"), "--seconds", "60", *tests.split()],
        env=os.environ | {"CLASSES": f"{WORK}/classes:{CLASSES}"},
        capture_output=True,
        text=True,
    )
    failed = sorted(set(re.findall(r"^(?:io_uring|epoll): (\S+) fails$", run.stdout, re.M)))
    hung = re.findall(r"^(\S+): hangs$", run.stdout, re.M)
    print(f"{name}: " + (", ".join(failed + hung) or "NOT CAUGHT"), flush=True)
    if not failed and not hung and run.returncode != 0:
        print(run.stdout[-2000:] + run.stderr[-2000:])
    return bool(failed or hung)


def check():
    """Ends the program if a mutant does not find its text: the library has changed."""
    for file, old, _, _ in MUTANTS.values():
        text_with(file, old)


def text_with(file, old):
    try:
        with open(os.path.join(SOURCES, file), encoding="utf-8") as source:
            text = source.read()
    except FileNotFoundError:
        sys.exit(f"mutants.py: there is no {file}")
    if text.count(old) != 1:
        sys.exit(f"mutants.py: what it changes in {file} is there {text.count(old)} times: {old}")
    return text


def compile_mutant(file, old, new):
    text = text_with(file, old)
    copy = os.path.join(WORK, "src/dev/ouro", file)
    os.makedirs(os.path.dirname(copy))
    with open(copy, "w", encoding="utf-8") as target:
        target.write(text.replace(old, new))
    javac = os.path.join(os.environ["JAVA_HOME"], "bin/javac")
    subprocess.run(
        [javac, "-nowarn", "-proc:none", "-d", f"{WORK}/classes", "-cp", CLASSES, copy], check=True
    )


if __name__ == "__main__":
    main()
