// SPDX-License-Identifier: Apache-2.0
package dev.ouro.contract;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ouro.Asyncio;
import dev.ouro.EventLoop;
import dev.ouro.loop.ExceptionContext;
import dev.ouro.loop.Future;
import dev.ouro.loop.RunningLoop;
import dev.ouro.loop.Task;
import dev.ouro.poll.EngineKind;
import dev.ouro.testing.NetworkFixture;
import dev.ouro.testing.OnBothEnginesAndTaskKinds;
import dev.ouro.testing.TaskFixture;
import dev.ouro.testing.TaskKind;
import dev.ouro.transport.Server;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Blocking code of the JDK in tasks, and where a task meets other threads. */
@OnBothEnginesAndTaskKinds
class TaskInteropContractTest {
  @RegisterExtension final TaskFixture tasks;
  private final TaskKind kind;
  private EventLoop loop;

  TaskInteropContractTest(EngineKind engine, TaskKind kind) {
    this.tasks = new TaskFixture(engine, kind);
    this.kind = kind;
  }

  /** The JDK's pollers of sockets in virtual threads are opened with the first, for good. */
  @BeforeAll
  static void openPollers() throws InterruptedException {
    Thread.ofVirtual()
        .start(() -> {
          try (ServerSocket listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
              Socket socket = new Socket(listening.getInetAddress(), listening.getLocalPort())) {
            listening.accept().close();
            assertThat(socket.getInputStream().read()).isEqualTo(-1);
          } catch (IOException e) {
            throw new AssertionError(e);
          }
        })
        .join();
  }

  @BeforeEach
  void open() {
    loop = tasks.loop();
  }

  @Test
  void shouldGoOnWhileTaskBlocksInQueue() {
    BlockingQueue<String> queue = new ArrayBlockingQueue<>(1);
    Task<String> taking = tasks.create(() -> queue.take());
    Task<Void> putting =
        tasks.create(() -> {
          queue.put("from another task");
        });

    assertThat(loop.runUntilComplete(taking)).isEqualTo("from another task");
    assertThat(putting.done()).isTrue();
  }

  @Test
  void shouldGoOnWhileTaskSleeps() {
    CountDownLatch sleeps = new CountDownLatch(1);
    Task<Void> sleeping =
        tasks.create(() -> {
          sleeps.countDown();
          Thread.sleep(java.time.Duration.ofDays(1));
        });
    Task<String> other =
        tasks.create(() -> {
          sleeps.await();
          Asyncio.sleep(java.time.Duration.ZERO);
          sleeping.cancel();
          return "went on";
        });

    assertThat(loop.runUntilComplete(other)).isEqualTo("went on");
    assertThatThrownBy(() -> loop.runUntilComplete(sleeping))
        .isInstanceOf(CancellationException.class);
    tasks.run(() -> {
      Thread.sleep(1);
      assertThat(RunningLoop.current()).isSameAs(loop);
    });
  }

  @Test
  void shouldGoOnWhileTaskWaitsForMonitor() {
    Object monitor = new Object();
    BlockingQueue<String> queue = new ArrayBlockingQueue<>(1);
    List<String> trace = new ArrayList<>();
    Task<Void> holding =
        tasks.create(() -> {
          synchronized (monitor) {
            trace.add("holds it, and blocks: " + queue.take());
          }
        });
    Task<Void> entering =
        tasks.create(() -> {
          synchronized (monitor) {
            trace.add("entered");
          }
        });
    tasks.create(() -> {
      queue.put("but not the loop");
    });

    loop.runUntilComplete(entering);

    assertThat(holding.done()).isTrue();
    assertThat(trace).containsExactly("holds it, and blocks: but not the loop", "entered");
  }

  @Test
  void shouldAwaitWhileHoldingMonitor() {
    Object monitor = new Object();
    Future<String> future = loop.createFuture();
    loop.callLater(java.time.Duration.ofNanos(1), () -> future.setResult("value"));

    String value =
        tasks.run(() -> {
          synchronized (monitor) {
            return future.await();
          }
        });

    assertThat(value).isEqualTo("value");
  }

  @Test
  void shouldTalkToItsOwnLoopThroughSocketOfTheJdk() {
    tasks.run(() -> {
      try (Server server =
              Asyncio.startServer(
                  "127.0.0.1",
                  0,
                  (reader, writer) -> {
                    writer.write(reader.readline());
                    writer.close();
                  });
          Socket socket = new Socket("127.0.0.1", NetworkFixture.port(server))) {
        socket.getOutputStream().write("hello\n".getBytes(UTF_8));
        assertThat(socket.getInputStream().readAllBytes()).isEqualTo("hello\n".getBytes(UTF_8));
      }
    });
  }

  @Test
  void shouldTalkToItsOwnLoopThroughHttpClient() {
    tasks.run(() -> {
      try (Server server =
              Asyncio.startServer(
                  "127.0.0.1",
                  0,
                  (reader, writer) -> {
                    while (!reader.readline(UTF_8).isBlank()) {
                      continue;
                    }
                    writer.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", UTF_8);
                    writer.close();
                  });
          HttpClient client =
              HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
        URI uri = URI.create("http://127.0.0.1:" + NetworkFixture.port(server) + "/");
        HttpResponse<String> response =
            client.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
        assertThat(response.body()).isEqualTo("hi");
      }
    });
  }

  /** A virtual thread that a task starts belongs to the JDK's scheduler, not to the loop. */
  @Test
  void shouldNotCarryThreadsThatTaskStarts() {
    tasks.run(() -> {
      Object[] seen = {loop, loop};
      Thread child = Thread.ofVirtual().start(() -> seen[0] = RunningLoop.current());
      child.join();
      try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
        seen[1] =
            loop.runInExecutor(executor, () -> RunningLoop.current() == null ? "none" : "the loop")
                .await();
      }
      assertThat(seen).containsExactly(null, "none");
    });
  }

  /** It would keep the loop from running for ever, if the loop carried it. */
  @Test
  void shouldNotBeBlockedByThreadThatTaskStarts() {
    Assumptions.assumeTrue(
        kind == TaskKind.MOUNTED || Runtime.getRuntime().availableProcessors() > 1,
        "the JDK's scheduler has one carrier, and the task, which it carries too, would never run");
    tasks.run(() -> {
      boolean[] stop = new boolean[1];
      Object lock = new Object();
      Thread spinning =
          Thread.ofVirtual()
              .start(() -> {
                while (true) {
                  synchronized (lock) {
                    if (stop[0]) {
                      return;
                    }
                  }
                }
              });
      Asyncio.sleep(java.time.Duration.ZERO);
      synchronized (lock) {
        stop[0] = true;
      }
      spinning.join();
    });
  }

  @Test
  void shouldAwaitAnyCompletionStage() {
    CompletableFuture<String> stage = new CompletableFuture<>();
    IOException failure = new IOException("of the stage");
    Thread completing = Thread.ofPlatform().unstarted(() -> stage.complete("from a thread"));
    tasks.run(() -> {
      completing.start();
      assertThat(Asyncio.await(stage)).isEqualTo("from a thread");
      assertThatThrownBy(() -> Asyncio.await(CompletableFuture.failedFuture(failure)))
          .isSameAs(failure);
      assertThatThrownBy(() -> Asyncio.await(stage.thenApply(value -> failure(failure))))
          .isInstanceOf(IllegalStateException.class)
          .hasCause(failure);
      completing.join();
    });
  }

  private static String failure(IOException cause) {
    throw new IllegalStateException(cause);
  }

  @Test
  void shouldCancelStageThatIsAwaited() {
    CompletableFuture<String> stage = new CompletableFuture<>();
    Task<String> task = tasks.create(() -> Asyncio.await(stage));
    tasks.runTurns(1);

    task.cancel();

    assertThatThrownBy(() -> loop.runUntilComplete(task)).isInstanceOf(CancellationException.class);
    tasks.runTurns(1);
    assertThat(stage.isCancelled()).isTrue();
  }

  @Test
  void shouldSuspendInGetOfFuture() {
    Future<String> future = loop.createFuture();
    loop.callLater(java.time.Duration.ofMillis(1), () -> future.setResult("value"));
    tasks.run(() -> {
      assertThat(future.get()).isEqualTo("value");
      assertThat(future.get(1, TimeUnit.DAYS)).isEqualTo("value");
    });
  }

  @Test
  void shouldRunCoroutineFromAnotherThread() throws InterruptedException {
    Future<Void> over = loop.createFuture();
    List<Object> seen = new ArrayList<>();
    Thread other =
        Thread.ofPlatform()
            .start(() -> {
              CompletableFuture<String> answer =
                  Asyncio.runCoroutineThreadsafe(
                      () -> {
                        Asyncio.sleep(java.time.Duration.ZERO);
                        return Asyncio.getRunningLoop() == loop ? "on the loop" : "elsewhere";
                      },
                      loop);
              seen.add(answer.join());
              CompletableFuture<Void> cancelled =
                  Asyncio.runCoroutineThreadsafe(
                      () -> Asyncio.sleep(java.time.Duration.ofDays(1)), loop);
              seen.add(cancelled.cancel(true));
              loop.callSoonThreadsafe(() -> over.setResult(null));
            });

    loop.runUntilComplete(over);
    other.join();

    assertThat(seen).containsExactly("on the loop", true);
    tasks.runUntil(() -> Asyncio.allTasks(loop).isEmpty());
  }

  /** TA:test_run_coroutine_threadsafe_task_factory_exception: no thread waits for good. */
  @Test
  void shouldTellOtherThreadWhatTaskFactoryThrows() {
    AssertionError broken = new AssertionError("broken factory");
    loop.setTaskFactory((on, coro, options) -> {
      throw broken;
    });
    CompletableFuture<String> answer = Asyncio.runCoroutineThreadsafe(() -> "", loop);
    tasks.runTurns(1);
    loop.setTaskFactory(null);

    assertThatThrownBy(answer::join).hasCause(broken);
    assertThat(tasks.takeErrors())
        .extracting(ExceptionContext::exception)
        .containsExactly((Throwable) broken);
  }

  @Test
  void shouldRunInThreadInCopyOfContext() {
    tasks.run(() -> {
      Thread own = Thread.currentThread();
      Thread used = Asyncio.toThread(() -> Thread.currentThread());
      assertThat(used).isNotSameAs(own);
      assertThat(used.getName()).startsWith("ouro-executor-");
      assertThatThrownBy(() ->
              Asyncio.toThread(() -> {
                throw new IOException("there");
              }))
          .isInstanceOf(IOException.class);
      loop.shutdownDefaultExecutor().await();
    });
  }

  // Where a task cannot be suspended

  /** A task that is mounted cannot leave a native frame: it is told so, and the loop goes on. */
  @Test
  void shouldThrowFromAwaitUnderNativeFrame() throws Throwable {
    Assumptions.assumeTrue(kind == TaskKind.MOUNTED, "an ordinary virtual thread blocks its own");
    Future<String> future = loop.createFuture();
    Linker linker = Linker.nativeLinker();
    FunctionDescriptor comparator =
        FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS);
    MethodHandle qsort =
        linker.downcallHandle(
            linker.defaultLookup().findOrThrow("qsort"),
            FunctionDescriptor.ofVoid(
                ValueLayout.ADDRESS,
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_LONG,
                ValueLayout.ADDRESS));
    for (int round = 0; round < 2; round++) {
      Awaiting awaiting = new Awaiting(future);
      tasks.run(() -> {
        try (Arena arena = Arena.ofConfined()) {
          MethodHandle compare =
              MethodHandles.lookup()
                  .bind(
                      awaiting,
                      "compare",
                      MethodType.methodType(int.class, MemorySegment.class, MemorySegment.class));
          MemorySegment stub = linker.upcallStub(compare, comparator, arena);
          try {
            qsort.invokeExact(arena.allocate(2), 2L, 1L, stub);
          } catch (Throwable unexpected) {
            throw new AssertionError(unexpected);
          }
        }
        Asyncio.sleep(java.time.Duration.ZERO); // here it can
      });

      assertThat(awaiting.thrown)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("native frame");
    }
    future.setResult("and nobody is left that waits for it");
    tasks.runTurns(1);
  }

  /** Awaits in a callback of C's. */
  private static final class Awaiting {
    private final Future<String> future;
    private Throwable thrown;

    Awaiting(Future<String> future) {
      this.future = future;
    }

    int compare(MemorySegment one, MemorySegment other) {
      try {
        future.await();
      } catch (Throwable refused) {
        thrown = refused; // nothing may be thrown through C
      }
      return 0;
    }
  }

  // Many

  @Test
  void shouldRunHundredThousandTasksAtOnce() {
    int count = kind == TaskKind.MOUNTED ? 100_000 : 10_000;
    Future<Integer> gate = loop.createFuture();
    int[] sum = new int[1];
    List<Task<Void>> all = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      all.add(
          tasks.create(() -> {
            int one = gate.await();
            sum[0] += one;
          }));
    }
    tasks.runTurns(1);
    assertThat(sum[0]).isZero();
    assertThat(Asyncio.allTasks(loop)).hasSize(count);

    gate.setResult(1);
    tasks.runTurns(1);

    assertThat(sum[0]).isEqualTo(count);
    assertThat(all).allMatch(Future::done);
  }
}
