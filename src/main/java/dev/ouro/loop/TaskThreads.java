// SPDX-License-Identifier: Apache-2.0
package dev.ouro.loop;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.Method;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;

/**
 * Makes the threads of tasks, in the way that this JVM allows. Looked at when the first task
 * starts.
 *
 * <p>The system property {@code dev.ouro.tasks} says which: {@code mounted}, {@code handover}, or
 * {@code auto} (default): mounted if {@code java.lang} is open to Ouro, else handover, with one
 * warning.
 */
final class TaskThreads {
  static final String PROPERTY = "dev.ouro.tasks";

  private static final MethodHandle NEW_VIRTUAL_THREAD;
  private static final Executor DEFAULT_SCHEDULER;
  private static final String REFUSAL;

  private static boolean warned;

  static {
    MethodHandle maker = null;
    Executor scheduler = null;
    String refusal = null;
    try {
      Method method =
          Class.forName("java.lang.ThreadBuilders")
              .getDeclaredMethod(
                  "newVirtualThread", Executor.class, String.class, int.class, Runnable.class);
      method.setAccessible(true);
      maker = MethodHandles.lookup().unreflect(method);
      Method getter =
          Class.forName("java.lang.VirtualThread").getDeclaredMethod("defaultScheduler");
      getter.setAccessible(true);
      scheduler = (Executor) getter.invoke(null);
    } catch (java.lang.reflect.InaccessibleObjectException closed) {
      refusal = "java.lang is not open to it; start the JVM with " + flag();
    } catch (ReflectiveOperationException unknown) {
      refusal = "this JDK has no " + unknown.getMessage();
    }
    NEW_VIRTUAL_THREAD = refusal == null ? maker : null;
    DEFAULT_SCHEDULER = scheduler != null ? scheduler : ForkJoinPool.commonPool();
    REFUSAL = refusal;
  }

  private TaskThreads() {}

  /** The thread of {@code task}, which has yet to be {@linkplain TaskThread#create created}. */
  static TaskThread of(EngineLoop loop, Task<?> task, Context given) {
    return loop.mountsTasks()
        ? new MountedThread(loop, task, given)
        : new HandOverThread(loop, task, given);
  }

  /** Whether the loop's thread is to carry tasks. */
  static boolean mounted() {
    String wanted = System.getProperty(PROPERTY, "auto");
    return switch (wanted) {
      case "handover" -> false;
      case "mounted" -> {
        if (REFUSAL != null) {
          throw new IllegalStateException(PROPERTY + "=mounted: " + REFUSAL);
        }
        yield true;
      }
      case "auto" -> {
        if (REFUSAL != null) {
          warnOnce();
        }
        yield REFUSAL == null;
      }
      default ->
          throw new IllegalArgumentException(
              PROPERTY + ": neither mounted, handover nor auto: " + wanted);
    };
  }

  static Thread newVirtualThread(Executor scheduler, String name, Runnable body) {
    try {
      return (Thread) NEW_VIRTUAL_THREAD.invokeExact(scheduler, name, 0, body);
    } catch (RuntimeException | Error thrown) {
      throw thrown;
    } catch (Throwable unexpected) {
      throw new AssertionError(unexpected);
    }
  }

  /** Where virtual threads run that a task starts. */
  static Executor defaultScheduler() {
    return DEFAULT_SCHEDULER;
  }

  private static synchronized void warnOnce() {
    if (!warned) {
      warned = true;
      System.getLogger("dev.ouro")
          .log(
              System.Logger.Level.WARNING,
              "Tasks are slower than they could be, since the loop's thread cannot carry them: "
                  + REFUSAL);
    }
  }

  private static String flag() {
    Module module = TaskThreads.class.getModule();
    return "--add-opens=java.base/java.lang="
        + (module.isNamed() ? module.getName() : "ALL-UNNAMED");
  }
}
