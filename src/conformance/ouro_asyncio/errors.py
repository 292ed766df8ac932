# SPDX-License-Identifier: Apache-2.0
"""Exceptions, both ways. A Python exception that went through Java comes back as itself."""

import asyncio
import re
import socket
import ssl

from .jvm import JException, box, java

EXITS = (SystemExit, KeyboardInterrupt)


class ArgumentError(ValueError, TypeError):
    """IllegalArgumentException: Ouro's word for both of Python's."""


def call(method, *arguments):
    """Calls a Java method; what it throws is raised as Python's."""
    try:
        return method(*arguments)
    except JException as thrown:
        failure = thrown
    try:
        raise to_python(failure)
    finally:
        del failure


def to_java(error):
    """What to throw into Java for a Python exception."""
    if isinstance(error, JException):
        return error
    kind = java.PyExit if isinstance(error, EXITS) else java.PyError
    return kind(box(error), f"{type(error).__name__}: {error}")


def to_python(thrown):
    """The Python exception for a Java one; None for null."""
    if thrown is None:
        return None
    for python_error in (java.PyError, java.PyExit):
        if isinstance(thrown, python_error):
            return thrown.error() or to_python(thrown.getCause()) or RuntimeError(_text(thrown))
    if str(thrown.getClass().getName()) == _INTERRUPTED:
        return _thrown_by_python(thrown)
    for name, convert in _KINDS:
        if isinstance(thrown, getattr(java, name)):
            error = convert(thrown)
            break
    else:
        error = RuntimeError(f"{thrown.getClass().getName()}: {_text(thrown)}")
    if error.__cause__ is None:
        thrown.__traceback__ = None  # its frames would keep all their callers' variables
        error.__cause__ = thrown
    return error


_INTERRUPTED = "org.jpype.PyExceptionProxy"


def _thrown_by_python(thrown):
    """What Python threw where `contexts.enter` did not catch it: a signal came just then."""
    try:
        java.Bridge.rethrow(thrown)
    except BaseException as error:
        return error


def _text(thrown):
    """The message, in Python's words: writeEof() is write_eof(), /127.0.0.1:80 a tuple."""
    message = str(thrown.getMessage() or "")
    message = re.sub(r"/([0-9.]+):([0-9]+)\b", r"('\1', \2)", message)
    return re.sub(r"(?<=[a-z])[A-Z](?=[a-z])", lambda upper: "_" + upper[0].lower(), message)


def _os_error(thrown):
    if thrown.errno() == 0:
        return OSError(_text(thrown))
    return OSError(int(thrown.errno()), _text(thrown))


def _ssl_error(thrown):
    text = _text(thrown)
    cause = thrown
    while cause is not None:
        if isinstance(cause, (java.CertificateException, java.CertPathValidatorException)):
            return _certificate_error(text)
        cause = cause.getCause()
    return ssl.SSLError(1, text)


def _certificate_error(text):
    text = re.sub(
        r".*No subject alternative names matching IP address (\S+) found",
        r"IP address mismatch, certificate is not valid for '\1'",  # OpenSSL's words
        text,
    )
    error = ssl.SSLCertVerificationError(1, f"certificate verify failed: {text}")
    error.reason = "CERTIFICATE_VERIFY_FAILED"
    return error


_KINDS = (
    ("UndeclaredThrowableException", lambda e: to_python(e.getCause())),  # from CountedLoop
    ("AddressInfoException", lambda e: socket.gaierror(int(e.code()), _text(e))),
    ("LinuxException", _os_error),
    ("InvalidStateException", lambda e: asyncio.InvalidStateError(_text(e))),
    ("SendfileNotAvailableException", lambda e: asyncio.SendfileNotAvailableError(_text(e))),
    ("SSLException", _ssl_error),
    ("FileNotFoundException", lambda e: FileNotFoundError(2, _text(e))),
    ("CancellationException", lambda e: asyncio.CancelledError(*filter(None, [_text(e)]))),
    ("TimeoutException", lambda e: TimeoutError(_text(e))),
    ("UncheckedIOException", lambda e: to_python(e.getCause())),
    ("IOException", lambda e: OSError(_text(e))),
    ("UnsupportedOperationException", lambda e: NotImplementedError(_text(e))),
    ("NullPointerException", lambda e: TypeError(_text(e))),
    ("IllegalArgumentException", lambda e: ArgumentError(_text(e))),
    ("IllegalStateException", lambda e: RuntimeError(_text(e))),
)
