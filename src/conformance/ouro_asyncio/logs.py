# SPDX-License-Identifier: Apache-2.0
"""What Ouro logs, in asyncio's log."""

import logging

from .errors import to_python
from .jvm import JImplements, JOverride, java

_SEVERE, _WARNING, _INFO = 1000, 900, 800


@JImplements("dev.ouro.conformance.Bridge$PyLog")
class _Log:
    @JOverride
    def log(self, level, text, thrown):
        for java_level, python_level in (
            (_SEVERE, logging.ERROR),
            (_WARNING, logging.WARNING),
            (_INFO, logging.INFO),
            (0, logging.DEBUG),
        ):
            if level >= java_level:
                break
        error = to_python(thrown)
        logging.getLogger("asyncio").log(python_level, "%s", text, exc_info=error)


def forward():
    java.Bridge.forwardLog(_Log())
