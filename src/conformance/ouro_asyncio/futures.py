# SPDX-License-Identifier: Apache-2.0
"""A future of Ouro as an awaitable of asyncio's."""

import asyncio

from .contexts import Callback, to_java_context
from .errors import call, to_python
from .jvm import box, java


class Future:
    """What `asyncio.isfuture` takes for a future: a Java one, with its result converted."""

    _asyncio_future_blocking = False
    _log_destroy_pending = False

    def __init__(self, loop, future, convert=None):
        self._loop = loop
        self._java = future
        self._convert = convert
        self._callbacks = []
        self._converted = None
        self._error = None

    @property
    def java(self):
        return self._java

    def get_loop(self):
        return self._loop

    def done(self):
        return bool(self._java.done())

    def cancelled(self):
        return bool(self._java.cancelled())

    def cancel(self, msg=None):
        return bool(call(self._java.cancel, None if msg is None else str(msg)))

    def result(self):
        if self._error is not None:
            self._java.exception()  # now it has been asked for
            raise self._error
        result = call(self._java.result)
        if self._convert is None:
            return result
        if self._converted is None:
            self._converted = (self._convert(result),)
        return self._converted[0]

    def exception(self):
        return self._error or to_python(call(self._java.exception))

    def set_result(self, result):
        call(self._java.setResult, box(result))

    def set_exception(self, error):
        if isinstance(error, type):
            error = error()
        if isinstance(error, StopIteration):
            raise TypeError("StopIteration interacts badly with generators")
        # The error itself stays here: through its traceback it has the future, and no collector
        # sees a cycle through both heaps.
        call(self._java.setException, java.PyError(None, f"{type(error).__name__}: {error}"))
        self._error = error

    def add_done_callback(self, function, *, context=None):
        callback = Callback(self._call, function, once=True)
        consumer = java.Bridge.whenDone(callback)
        self._callbacks.append((function, consumer))
        call(self._java.addDoneCallback, consumer, to_java_context(context))

    def remove_done_callback(self, function):
        removed = [entry for entry in self._callbacks if entry[0] == function]
        self._callbacks = [entry for entry in self._callbacks if entry[0] != function]
        return sum(int(self._java.removeDoneCallback(consumer)) for _, consumer in removed)

    def _call(self, function):
        for index, (known, _) in enumerate(self._callbacks):
            if known is function:
                del self._callbacks[index]
                break
        function(self)

    def _make_cancelled_error(self):
        try:
            self.result()
        except asyncio.CancelledError as error:
            return error

    def __await__(self):
        if not self.done():
            self._asyncio_future_blocking = True
            yield self
        if not self.done():
            raise RuntimeError("await wasn't used with future")
        return self.result()

    __iter__ = __await__

    def __repr__(self):
        return str(self._java)
