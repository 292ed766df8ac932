# SPDX-License-Identifier: Apache-2.0
"""The JVM in this process, and the classes of it that the adapter uses.

The environment says how it is started: JAVA_HOME, OURO_CLASSES (a class path) and OURO_ENGINE.
"""

import os

import jpype
from jpype import JArray, JByte, JClass, JException, JImplements, JOverride, JProxy

__all__ = ["Bytes", "JException", "JImplements", "JOverride", "box", "is_running", "java"]

if not jpype.isJVMStarted():
    jpype.startJVM(
        os.path.join(os.environ["JAVA_HOME"], "lib/server/libjvm.so"),
        "-Xrs",  # SIGINT and its like are Python's
        "--enable-native-access=ALL-UNNAMED",
        "--add-opens=java.base/java.lang=ALL-UNNAMED",
        "--sun-misc-unsafe-memory-access=allow",  # JPype's
        "-XX:TieredStopAtLevel=1",
        "-XX:+UseSerialGC",
        "-Xmx512m",
        "-Ddev.ouro.engine=" + os.environ.get("OURO_ENGINE", "auto"),
        *os.environ.get("OURO_JVM_OPTIONS", "").split(),
        classpath=os.environ["OURO_CLASSES"].split(":"),
    )


class _Java:
    """Classes by their simple names, loaded when they are first asked for."""

    PACKAGES = (
        "dev.ouro",
        "dev.ouro.conformance",
        "dev.ouro.linux",
        "dev.ouro.loop",
        "dev.ouro.transport",
        "java.lang",
        "java.lang.reflect",
        "java.util",
        "java.util.concurrent",
        "java.io",
        "java.net",
        "java.nio",
        "java.nio.file",
        "java.security.cert",
        "javax.net.ssl",
    )

    def __getattr__(self, name):
        for package in self.PACKAGES:
            try:
                found = JClass(f"{package}.{name}")
            except TypeError:
                continue
            setattr(self, name, found)
            return found
        raise AttributeError(f"no class {name}: it is not built, or not there yet")


is_running = jpype.isJVMStarted
java = _Java()
Bytes = JArray(JByte)
_PY_OBJECT = java.PyObject


def box(value):
    """A Python object for Java to hold; it comes back as itself."""
    return None if value is None else JProxy(_PY_OBJECT, inst=value, convert=True)
