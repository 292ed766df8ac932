// SPDX-License-Identifier: Apache-2.0
package dev.ouro.conformance;

import dev.ouro.EventLoop;
import dev.ouro.linux.UnixAddress;
import dev.ouro.loop.EngineLoop;
import dev.ouro.loop.Future;
import dev.ouro.transport.BaseProtocol;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** Calls that would take Python several crossings. */
public final class Bridge {
  private Bridge() {}

  /** In whole nanoseconds. */
  public static Duration nanos(long nanos) {
    return Duration.ofNanos(nanos);
  }

  /** How many turns {@code loop} has made. */
  public static long turns(EventLoop loop) {
    return ((EngineLoop) CountedLoop.behind(loop)).turn();
  }

  /** {@code callback} as what {@link Future#addDoneCallback} takes; each is its own equal only. */
  public static Consumer<Future<?>> whenDone(PyCallback callback) {
    return new Consumer<>() {
      @Override
      public void accept(Future<?> future) {
        callback.call(PyContext.current(), null);
      }

      @Override
      public String toString() {
        return callback.toString();
      }
    };
  }

  /** Family-neutral parts of an address: the bytes of its host or path, its port, its scope. */
  public static Object[] parts(SocketAddress address) {
    return switch (address) {
      case UnixAddress unix -> new Object[] {unix.bytes()};
      case InetSocketAddress inet -> {
        InetAddress host = inet.getAddress();
        int scope = host instanceof Inet6Address six ? six.getScopeId() : 0;
        yield new Object[] {host.getAddress(), inet.getPort(), scope};
      }
      default -> throw new IllegalArgumentException("address: " + address);
    };
  }

  /** {@link #parts} in reverse. */
  public static SocketAddress inet(byte[] host, int port, int scope) throws UnknownHostException {
    InetAddress address =
        host.length == 16
            ? Inet6Address.getByAddress(null, host, scope)
            : InetAddress.getByAddress(host);
    return new InetSocketAddress(address, port);
  }

  /** The options of {@code type} before anything was asked for, which no public method answers. */
  public static Object options(Class<?> type) throws ReflectiveOperationException {
    try {
      Field untouched = type.getDeclaredField("DEFAULT");
      untouched.setAccessible(true);
      return untouched.get(null);
    } catch (NoSuchFieldException none) {
      Constructor<?> constructor = type.getDeclaredConstructor();
      constructor.setAccessible(true);
      return constructor.newInstance();
    }
  }

  /** {@code factory} as a protocol factory. */
  public static Supplier<BaseProtocol> factory(PyCallback factory) {
    return () -> (BaseProtocol) factory.call(PyContext.current(), null);
  }

  /** {@code job} as what runs in an executor. */
  public static Callable<Object> job(PyCallback job) {
    return () -> job.call(null, null);
  }

  /** A Python executor: called with a job to submit it, with null to shut it down. */
  public static ExecutorService executor(PyCallback executor) {
    return new AbstractExecutorService() {
      private volatile boolean down;

      @Override
      public void execute(Runnable job) {
        executor.call(null, job);
      }

      @Override
      public void shutdown() {
        down = true;
        executor.call(null, null);
      }

      @Override
      public List<Runnable> shutdownNow() {
        shutdown();
        return List.of();
      }

      @Override
      public boolean isShutdown() {
        return down;
      }

      @Override
      public boolean isTerminated() {
        return down;
      }

      @Override
      public boolean awaitTermination(long timeout, TimeUnit unit) {
        return true;
      }
    };
  }

  /** Throws {@code thrown}: for Python, to get what is behind JPype's exception. */
  public static void rethrow(Throwable thrown) throws Throwable {
    throw thrown;
  }

  /**
   * Sends what Ouro logs to Python; {@code log} gets the level's number, the text and the error.
   */
  public static void forwardLog(PyLog log) {
    Logger logger = Logger.getLogger("dev.ouro");
    logger.setUseParentHandlers(false);
    logger.setLevel(java.util.logging.Level.ALL);
    logger.addHandler(
        new Handler() {
          @Override
          public void publish(LogRecord record) {
            String text = new java.util.logging.SimpleFormatter().formatMessage(record);
            log.log(record.getLevel().intValue(), text, record.getThrown());
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        });
    kept = logger;
  }

  /** java.util.logging holds its loggers weakly. */
  @SuppressWarnings("unused")
  private static Logger kept;

  /** Python's logging. */
  @FunctionalInterface
  public interface PyLog {
    /** Logs. */
    void log(int level, String text, Throwable thrown);
  }
}
