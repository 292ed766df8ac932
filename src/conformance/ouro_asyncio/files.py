# SPDX-License-Identifier: Apache-2.0
"""Files that Ouro sends."""

import contextlib
import pathlib

from .errors import call
from .jvm import java


@contextlib.contextmanager
def open_file(file):
    """Ouro's view of an open Python file, which has Ouro's position afterwards."""
    start = file.tell()
    opened = call(java.OpenFile.open, java.Path.of(f"/proc/self/fd/{file.fileno()}"))
    try:
        opened.position(start)
        yield opened
    finally:
        file.seek(int(opened.position()))
        opened.close()
