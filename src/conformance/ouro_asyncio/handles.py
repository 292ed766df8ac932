# SPDX-License-Identifier: Apache-2.0
"""Scheduled callbacks: asyncio's Handle and TimerHandle over Ouro's."""

import contextvars

from .contexts import Callback, to_java_context
from .errors import call
from .jvm import java


class Handle:
    """`schedule` gets the Java callback and its Java context, and answers Ouro's handle."""

    def __init__(self, schedule, function, arguments, context=None):
        self._context = contextvars.copy_context() if context is None else context
        self._callback = Callback(function, *arguments, once=True)
        self._java = call(
            schedule, java.PyContext.Call(self._callback), to_java_context(self._context)
        )

    def cancel(self):
        self._java.cancel()
        if self.cancelled():
            self._callback.forget()

    def cancelled(self):
        return bool(self._java.cancelled())

    def get_context(self):
        return self._context

    def __repr__(self):
        return str(self._java)


class TimerHandle(Handle):
    def when(self):
        return self._java.when() / 1e9
