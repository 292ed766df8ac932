# SPDX-License-Identifier: Apache-2.0
"""Python's SSLContext as the JDK's.

OpenSSL does not give back what it was given, so what certificates and keys a context loads is noted
when it loads them; `note_files` sees to that.
"""

import base64
import functools
import re
import ssl
import weakref

from .jvm import Bytes, java
from .transports import SslTransport, Transport


def note_files():
    """From now on contexts remember which files they were given."""
    for name in ("load_cert_chain", "load_verify_locations", "load_default_certs"):
        setattr(ssl.SSLContext, name, _noting(name, getattr(ssl.SSLContext, name)))


def _noting(name, method):
    @functools.wraps(method)
    def load(self, *args, **kwargs):
        method(self, *args, **kwargs)
        self.__dict__.setdefault("_ouro_loaded", []).append((name, args, kwargs))

    return load


def client_context(context):
    """The context that `ssl=` means, or None."""
    if context is True:
        return ssl.create_default_context()
    if not context:
        return None
    check_context(context)
    return context


def server_context(context):
    if context is not None and not isinstance(context, ssl.SSLContext):
        raise TypeError("ssl argument must be an SSLContext or None")
    return context


def check_context(context):
    if not isinstance(context, ssl.SSLContext):
        raise TypeError(
            f"sslcontext is expected to be an instance of ssl.SSLContext, got {context!r}"
        )


def wrapper(context, keeps_context=False):
    """What makes Python transports of connections with `context`, kept alive or, where tests look
    whether it dies with its caller, not: Python's collector does not see across the JVM's."""
    if not context:
        return Transport
    found = (lambda: context) if keeps_context else weakref.ref(context)
    return functools.partial(SslTransport, found, context.verify_mode != ssl.CERT_NONE)


def to_java(context):
    """Ouro's SslOptions for `context`."""
    chain, key, trusted, default = [], None, [], False
    for name, args, kwargs in getattr(context, "_ouro_loaded", ()):
        if name == "load_default_certs":
            default = True
        elif name == "load_cert_chain":
            chain, key = _identity(*args, **kwargs)
        else:
            trusted += _authorities(*args, **kwargs)
    options = java.SslOptions.of(
        java.PySslContext.of(
            _ders(chain),
            None if key is None else Bytes(key),
            _ders(trusted),
            default,
            context.verify_mode == ssl.CERT_REQUIRED,
            context.check_hostname,
        )
    )
    versions = [
        java_name
        for version, java_name in (
            (ssl.TLSVersion.TLSv1_2, "TLSv1.2"),
            (ssl.TLSVersion.TLSv1_3, "TLSv1.3"),
        )
        if _allows(context, version)
    ]
    options = options.withProtocols(versions)
    if context.protocol == ssl.PROTOCOL_TLS_SERVER:
        options = options.withNeedClientAuth(context.verify_mode == ssl.CERT_REQUIRED)
    return options


def _ders(encoded):
    return java.ArrayList([Bytes(der) for der in encoded])


def _allows(context, version):
    least, most = context.minimum_version, context.maximum_version
    forbidden = ssl.OP_NO_TLSv1_2 if version == ssl.TLSVersion.TLSv1_2 else ssl.OP_NO_TLSv1_3
    return (
        not context.options & forbidden
        and (least == ssl.TLSVersion.MINIMUM_SUPPORTED or least <= version)
        and (most == ssl.TLSVersion.MAXIMUM_SUPPORTED or version <= most)
    )


def _identity(certfile, keyfile=None, password=None):
    keys = _pem(keyfile or certfile, "PRIVATE KEY")
    return _pem(certfile, "CERTIFICATE"), keys[0]


def _authorities(cafile=None, capath=None, cadata=None):
    return _pem(cafile, "CERTIFICATE") if cafile else []


def _pem(file, label):
    """The DER of every part of `file` with this label."""
    with open(file, encoding="latin-1") as opened:
        text = opened.read()
    parts = re.findall(f"-----BEGIN {label}-----(.*?)-----END {label}-----", text, re.S)
    return [base64.b64decode(part) for part in parts]
