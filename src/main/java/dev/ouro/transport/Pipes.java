// SPDX-License-Identifier: Apache-2.0
package dev.ouro.transport;

import dev.ouro.linux.Fd;
import dev.ouro.linux.FileStatus;
import dev.ouro.linux.LinuxException;
import dev.ouro.loop.Context;
import dev.ouro.loop.EngineLoop;
import dev.ouro.loop.Future;
import dev.ouro.loop.LoopExit;
import dev.ouro.memory.ChunkPool;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.BiFunction;
import java.util.function.Supplier;

/** Makes the transports of pipes and of what is like them. */
final class Pipes {
  private final EngineLoop loop;
  private final ChunkPool chunks;
  private final OpenSockets open;

  Pipes(EngineLoop loop, ChunkPool chunks, OpenSockets open) {
    this.loop = loop;
    this.chunks = chunks;
    this.open = open;
  }

  /** As {@code EventLoop.connectReadPipe}; {@code pipe} is the extra info of that name. */
  <P extends BaseProtocol> Future<Connection<ReadTransport, P>> connectRead(
      Supplier<P> protocolFactory, Fd fd, Object pipe) {
    Objects.requireNonNull(protocolFactory, "protocolFactory");
    try {
      check(fd, "Pipe transport is for pipes/sockets only.");
    } catch (LinuxException e) {
      return failed(fd, e);
    }
    return connect(
        protocolFactory,
        fd,
        (protocol, context) ->
            new ReadPipeTransport(loop, chunks, open, fd, pipe, protocol, context));
  }

  /** As {@code EventLoop.connectWritePipe}; {@code pipe} is the extra info of that name. */
  <P extends BaseProtocol> Future<Connection<WriteTransport, P>> connectWrite(
      Supplier<P> protocolFactory, Fd fd, Object pipe) {
    Objects.requireNonNull(protocolFactory, "protocolFactory");
    boolean tellsHangUp;
    try {
      FileStatus status =
          check(fd, "Pipe transport is only for pipes, sockets and character devices");
      tellsHangUp = !status.isCharacterDevice();
    } catch (LinuxException e) {
      return failed(fd, e);
    }
    return connect(
        protocolFactory,
        fd,
        (protocol, context) ->
            new WritePipeTransport(loop, chunks, open, fd, pipe, tellsHangUp, protocol, context));
  }

  private FileStatus check(Fd fd, String message) throws LinuxException {
    if (fd.isClosed()) {
      throw new IllegalArgumentException("pipe: it is closed");
    }
    loop.checkDescriptor(fd.number());
    FileStatus status = FileStatus.of(fd.number());
    if (!status.isFifo() && !status.isSocket() && !status.isCharacterDevice()) {
      throw new IllegalArgumentException("pipe: " + message);
    }
    return status;
  }

  private <T> Future<T> failed(Fd fd, LinuxException failure) {
    fd.close();
    Future<T> result = loop.createFuture();
    result.setException(failure);
    return result;
  }

  private <T extends BaseTransport, P extends BaseProtocol> Future<Connection<T, P>> connect(
      Supplier<P> protocolFactory,
      Fd fd,
      BiFunction<BaseProtocol, Context, ? extends ChannelTransport> transports) {
    Created<Connection<T, P>> result = new Created<>(loop);
    Context context = Context.copyContext();
    try {
      List<P> made = new ArrayList<>(1);
      loop.runInContext(context, () -> made.add(Connector.protocolOf(protocolFactory)));
      P protocol = made.getFirst();
      ChannelTransport transport = transports.apply(protocol, context);
      transport.start();
      @SuppressWarnings("unchecked") // the callers' functions make what they promise
      T promised = (T) transport;
      loop.callSoon(() -> {
        if (!result.done()) {
          result.setResult(new Connection<>(promised, protocol));
        }
      });
      result.whenCancelled(transport::close);
    } catch (Throwable thrown) {
      fd.close();
      LoopExit.rethrowIfFatal(thrown);
      result.setException(thrown);
    }
    return result;
  }
}
