# SPDX-License-Identifier: Apache-2.0
"""The methods of a loop that start child processes, and their transport."""

import asyncio
import os
import signal
import subprocess

from .connections import options_of
from .errors import call
from .jvm import Bytes, java
from .transports import BaseTransport, ReadMethods, WriteMethods


class Subprocesses:
    async def subprocess_exec(self, protocol_factory, *args, **kwargs):
        options = _options("subprocess_exec", **kwargs)
        program = java.ArrayList([Bytes(os.fsencode(arg)) for arg in args])

        def start(factory, options):
            return self._java.subprocessExec(factory, program, options)

        return await self._connect(start, protocol_factory, options, wrap=SubprocessTransport)

    async def subprocess_shell(self, protocol_factory, cmd, **kwargs):
        if not isinstance(cmd, (bytes, str)):
            raise ValueError("cmd must be a string")
        options = _options("subprocess_shell", **kwargs)
        command = Bytes(os.fsencode(cmd))

        def start(factory, options):
            return self._java.subprocessShell(factory, command, options)

        return await self._connect(start, protocol_factory, options, wrap=SubprocessTransport)


def _options(
    method,
    *,
    stdin=subprocess.PIPE,
    stdout=subprocess.PIPE,
    stderr=subprocess.PIPE,
    cwd=None,
    env=None,
    executable=None,
    start_new_session=None,
    pass_fds=None,
    close_fds=None,
    **forbidden,
):
    """Ouro has no text mode, which asyncio forbids."""
    for name, only in (
        ("shell", method == "subprocess_shell"),
        ("universal_newlines", False),
        ("text", False),
        ("bufsize", 0),
        ("creationflags", 0),
        ("encoding", None),
        ("errors", None),
    ):
        if forbidden.pop(name, only) != only:
            raise ValueError(f"{name} must be {only}")
    if forbidden:
        raise TypeError(f"{method}() got unexpected keyword arguments {sorted(forbidden)}")
    if env is not None:
        env = java.HashMap({os.fsdecode(name): os.fsdecode(value) for name, value in env.items()})
    return options_of(
        java.SubprocessOptions,
        Stdin=_stdio(stdin),
        Stdout=_stdio(stdout),
        Stderr=_stdio(stderr),
        Cwd=None if cwd is None else os.fsdecode(cwd),
        Env=env,
        Executable=None if executable is None else os.fsdecode(executable),
        StartNewSession=start_new_session,
        PassFds=None if pass_fds is None else list(pass_fds),
        CloseFds=close_fds,
    )


def _stdio(given):
    constants = {
        None: "INHERIT",
        subprocess.PIPE: "PIPE",
        subprocess.DEVNULL: "DEVNULL",
        subprocess.STDOUT: "STDOUT",
    }
    if given is None or isinstance(given, int) and given in constants:
        return getattr(java.Stdio, constants[given])
    return call(java.Stdio.fd, given if isinstance(given, int) else given.fileno())


class _ReadEnd(ReadMethods, asyncio.ReadTransport):
    """A pipe out of a child."""


class _WriteEnd(WriteMethods, asyncio.WriteTransport):
    """A pipe into a child."""


class _Popen:
    """What asyncio's tests do with the Popen object behind a transport."""

    def __init__(self, pid):
        self.pid = pid
        self.returncode = None

    def kill(self):
        os.kill(self.pid, signal.SIGKILL)

    def wait(self):
        """Takes the exit status away from the loop."""
        _, status = os.waitpid(self.pid, 0)
        self.returncode = os.waitstatus_to_exitcode(status)

    def poll(self):
        return self.returncode


class SubprocessTransport(BaseTransport, asyncio.SubprocessTransport):
    """A child process."""

    def __init__(self, loop, transport):
        super().__init__(loop, transport)
        self._pipes = {}
        self._waiters = []
        self._extra["subprocess"] = _Popen(self.get_pid())

    def get_pid(self):
        return int(self._java.getPid())

    def get_returncode(self):
        code = self._java.getReturncode()
        return None if code is None else int(code)

    def get_pipe_transport(self, fd):
        pipe = self._java.getPipeTransport(fd)
        if pipe is None:
            return None
        if fd not in self._pipes:
            self._pipes[fd] = (_WriteEnd if fd == 0 else _ReadEnd)(self._loop, pipe)
        return self._pipes[fd]

    def send_signal(self, signum):
        call(self._java.sendSignal, int(signum))

    def terminate(self):
        call(self._java.terminate)

    def kill(self):
        call(self._java.kill)

    def exited(self):
        for waiter in self._waiters:
            if not waiter.done():
                waiter.set_result(None)
        self._waiters.clear()

    async def _wait(self):
        """What asyncio.subprocess.Process.wait() asks of a transport."""
        if self.get_returncode() is None:
            waiter = self._loop.create_future()
            self._waiters.append(waiter)
            await waiter
        return self.get_returncode()
