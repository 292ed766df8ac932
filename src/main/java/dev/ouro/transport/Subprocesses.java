// SPDX-License-Identifier: Apache-2.0
package dev.ouro.transport;

import dev.ouro.linux.ChildWait;
import dev.ouro.linux.Errno;
import dev.ouro.linux.FileCalls;
import dev.ouro.linux.LinuxException;
import dev.ouro.linux.PidFd;
import dev.ouro.linux.Signal;
import dev.ouro.linux.SignalSet;
import dev.ouro.linux.Spawn;
import dev.ouro.loop.Context;
import dev.ouro.loop.EngineLoop;
import dev.ouro.loop.Future;
import dev.ouro.loop.LoopExit;
import dev.ouro.memory.ChunkPool;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;

/** Makes child processes and their transports. */
final class Subprocesses {
  /** What Python restores: those that runtimes like to ignore. */
  private static final SignalSet RESTORED = SignalSet.of(Signal.SIGPIPE, Signal.SIGXFSZ);

  private final EngineLoop loop;
  private final ChunkPool chunks;
  private final OpenSockets open;

  Subprocesses(EngineLoop loop, ChunkPool chunks, OpenSockets open) {
    this.loop = loop;
    this.chunks = chunks;
    this.open = open;
  }

  /** As {@code EventLoop.subprocessExec}. */
  <P extends SubprocessProtocol> Future<Connection<SubprocessTransport, P>> exec(
      Supplier<P> protocolFactory, List<?> args, SubprocessOptions options) {
    Objects.requireNonNull(protocolFactory, "protocolFactory");
    Objects.requireNonNull(options, "options");
    return start(protocolFactory, ChildProgram.exec(args, options), options);
  }

  /** As {@code EventLoop.subprocessShell}. */
  <P extends SubprocessProtocol> Future<Connection<SubprocessTransport, P>> shell(
      Supplier<P> protocolFactory, byte[] command, SubprocessOptions options) {
    Objects.requireNonNull(protocolFactory, "protocolFactory");
    Objects.requireNonNull(options, "options");
    return start(protocolFactory, ChildProgram.shell(command, options), options);
  }

  private <P extends SubprocessProtocol> Future<Connection<SubprocessTransport, P>> start(
      Supplier<P> protocolFactory, ChildProgram program, SubprocessOptions options) {
    AbandonedChildren.reap();
    Created<Connection<SubprocessTransport, P>> result = new Created<>(loop);
    Context context = Context.copyContext();
    try {
      List<P> made = new ArrayList<>(1);
      loop.runInContext(context, () -> made.add(Connector.protocolOf(protocolFactory)));
      P protocol = made.getFirst();
      ChildTransport transport = spawn(program, options, protocol, context);
      loop.callSoon(() -> {
        if (!result.done()) {
          result.setResult(new Connection<>(transport, protocol));
        }
      });
      result.whenCancelled(transport::close);
    } catch (Throwable thrown) {
      LoopExit.rethrowIfFatal(thrown);
      result.setException(thrown);
    }
    return result;
  }

  private ChildTransport spawn(
      ChildProgram program, SubprocessOptions options, SubprocessProtocol protocol, Context context)
      throws LinuxException {
    try (ChildStdio stdio = ChildStdio.open(options.withDefaultStdio(Stdio.PIPE))) {
      PidFd child = open(spawn(program, options, stdio));
      try {
        ChildTransport transport = new ChildTransport(loop, open, child, protocol, context);
        transport.start(chunks, stdio);
        return transport;
      } catch (LinuxException unwatched) {
        child.send(Signal.SIGKILL);
        child.await();
        child.close();
        throw unwatched;
      }
    }
  }

  private static int spawn(ChildProgram program, SubprocessOptions options, ChildStdio stdio)
      throws LinuxException {
    try (Spawn spawn = Spawn.create()) {
      stdio.prepare(spawn);
      spawn.signalMask(SignalSet.EMPTY);
      spawn.defaultActions(options.restoreSignals() ? RESTORED : SignalSet.EMPTY);
      if (options.startNewSession()) {
        spawn.setsid();
      }
      if (options.processGroup() != null) {
        spawn.processGroup(options.processGroup());
      }
      prepareIdentity(spawn, options);
      if (options.cwd() != null) {
        spawn.chdir(options.cwd().getBytes(StandardCharsets.UTF_8));
      }
      return program.start(spawn, options.cwd() != null);
    } catch (LinuxException e) {
      throw why(e, options.cwd());
    }
  }

  private static void prepareIdentity(Spawn spawn, SubprocessOptions options) {
    if (options.umask() != null) {
      spawn.umask(options.umask());
    }
    if (options.user() != null) {
      spawn.user(options.user());
    }
    if (options.group() != null) {
      spawn.group(options.group());
    }
    if (options.extraGroups() != null) {
      spawn.groups(options.extraGroups().stream().mapToInt(Integer::intValue).toArray());
    }
  }

  /** The child's errno does not tell whether it is the program's or the working directory's. */
  private static LinuxException why(LinuxException failure, String cwd) {
    int errno = failure.errno();
    if (cwd != null && (errno == Errno.ENOENT || errno == Errno.ENOTDIR || errno == Errno.EACCES)) {
      byte[] inside = (cwd + "/.").getBytes(StandardCharsets.UTF_8);
      int reached = FileCalls.access(inside, FileCalls.F_OK);
      if (reached < 0) {
        return LinuxException.of("chdir", reached, cwd);
      }
    }
    return failure;
  }

  /** The pidfd of a new child; without one the child cannot stay. */
  private static PidFd open(int pid) throws LinuxException {
    try {
      return PidFd.open(pid);
    } catch (LinuxException e) {
      Signal.SIGKILL.send(pid); // ours until it was waited for
      ChildWait.await(pid);
      throw e;
    }
  }
}
