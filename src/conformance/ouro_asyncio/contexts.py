# SPDX-License-Identifier: Apache-2.0
"""Calls from Java into Python, in the Python context that Java's current one carries."""

import contextlib
import contextvars
import threading

from .errors import to_java
from .jvm import JImplements, JOverride, box, java

_thread = threading.local()


def run_in(context, function, *arguments):
    """Runs `function` in `context`, which may be the one that the caller is in."""
    if context is None or context is getattr(_thread, "context", None):
        return function(*arguments)
    before = getattr(_thread, "context", None)
    _thread.context = context
    try:
        return context.run(function, *arguments)
    finally:
        _thread.context = before


def to_java_context(context):
    """A Java context that carries `context`, or a copy of the current one."""
    return java.PyContext.of(box(contextvars.copy_context() if context is None else context))


@contextlib.contextmanager
def captured():
    """Around calls of Java that capture the current context: it is Python's then."""
    before = java.PyContext.enter(box(contextvars.copy_context()))
    try:
        yield
    finally:
        java.PyContext.enter(box(before))


@JImplements("dev.ouro.conformance.PyCallback")
class Callback:
    """A Python function with its arguments, as Java calls it; `once`, then it is forgotten."""

    def __init__(self, function, *arguments, once=False):
        self.function = function
        self.arguments = arguments
        self._once = once
        self._text = getattr(function, "__qualname__", None) or type(function).__name__

    @JOverride
    def call(self, context, argument):
        function, arguments = self.function, self.arguments
        if self._once:
            self.forget()
        if function is not None:  # else it was cancelled meanwhile
            enter(context, function, *arguments)

    def forget(self):
        self.function = self.arguments = None

    def __str__(self):
        return self._text


def enter(context, function, *arguments):
    """Runs `function` for Java: what it raises is thrown."""
    try:
        return run_in(context, function, *arguments)
    except BaseException as error:
        thrown = to_java(error)
    raise thrown
