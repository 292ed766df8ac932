# SPDX-License-Identifier: Apache-2.0
"""Ouro's loops as loops of CPython's asyncio, over JPype: what asyncio's own tests drive.

`Loop` is an `asyncio.AbstractEventLoop`. It inherits no code of asyncio's loops and implements
nothing that a loop does: it turns arguments, results, exceptions and contexts from Python's into
Java's and back, and asks the Java loop.

Importing this starts the JVM (see `jvm`).
"""

from . import logs, tls
from .loop import Loop

logs.forward()
tls.note_files()

__all__ = ["Loop"]
