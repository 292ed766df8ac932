// SPDX-License-Identifier: Apache-2.0
package dev.ouro.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ouro.Asyncio;
import dev.ouro.EventLoop;
import dev.ouro.linux.Pipe;
import dev.ouro.linux.Signal;
import dev.ouro.linux.Socket;
import dev.ouro.loop.Future;
import dev.ouro.loop.Handle;
import dev.ouro.loop.Task;
import dev.ouro.loop.TaskBody;
import dev.ouro.poll.EngineKind;
import dev.ouro.streams.StreamConnection;
import dev.ouro.sync.Condition;
import dev.ouro.sync.Event;
import dev.ouro.sync.Lock;
import dev.ouro.sync.Queue;
import dev.ouro.sync.Semaphore;
import dev.ouro.testing.ChildRecorder;
import dev.ouro.testing.NetworkFixture;
import dev.ouro.testing.OnBothEngines;
import dev.ouro.testing.PipeRecorder;
import dev.ouro.testing.Recorder;
import dev.ouro.testing.TaskFixture;
import dev.ouro.testing.TaskKind;
import dev.ouro.testing.TlsFixture;
import dev.ouro.transport.ConnectionOptions;
import dev.ouro.transport.DatagramOptions;
import dev.ouro.transport.DatagramProtocol;
import dev.ouro.transport.DatagramTransport;
import dev.ouro.transport.ReadTransport;
import dev.ouro.transport.Server;
import dev.ouro.transport.ServerOptions;
import dev.ouro.transport.SubprocessOptions;
import dev.ouro.transport.SubprocessTransport;
import dev.ouro.transport.Transport;
import dev.ouro.transport.WriteTransport;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * A task on a thread that the loop cannot schedule, after code of the JDK has blocked it: it runs
 * beside the loop, until it calls something of Ouro's, which waits for control first. Behaviour
 * 258.
 */
@OnBothEngines
class HandOverContractTest {
  private static final InetSocketAddress ANY =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
  private static final byte[] DATA = {1, 2, 3};

  @RegisterExtension final TaskFixture tasks;
  private EventLoop loop;
  private NetworkFixture net;

  HandOverContractTest(EngineKind kind) {
    tasks = new TaskFixture(kind, TaskKind.HANDOVER);
    net = tasks.network();
  }

  @BeforeEach
  void open() {
    loop = tasks.loop();
  }

  /**
   * A task that calls {@code action} beside a callback of the loop's, and must wait for its end.
   */
  private final class Stray {
    private final CountDownLatch gate = new CountDownLatch(1);
    private final CountDownLatch awake = new CountDownLatch(1);
    private volatile Thread thread;
    private volatile boolean acted;
    private boolean actedBeside;

    Stray(TaskBody action) {
      Task<Void> task =
          tasks.create(() -> {
            gate.await();
            thread = Thread.currentThread();
            awake.countDown();
            action.run();
            acted = true;
          });
      tasks.runTurns(1);
      loop.callSoon(this::letGo);
      tasks.runUntil(task::done);
      task.result();
    }

    /** On the loop's thread, which it keeps until the task waits for it, or has not waited. */
    private void letGo() {
      gate.countDown();
      awaitCount(awake);
      while (!acted && thread.getState() != Thread.State.WAITING) {
        Thread.yield();
      }
      actedBeside = acted;
    }
  }

  private static void awaitCount(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private void assertWaits(String what, TaskBody action) {
    assertThat(new Stray(action).actedBeside).as(what + " ran beside the loop").isFalse();
  }

  @Test
  void shouldRunBesideTheLoopUntilThen() {
    assertThat(new Stray(() -> {}).actedBeside).isTrue();
  }

  @Test
  void shouldRegainControlInMethodsOfTheLoop() throws Exception {
    assertWaits("callSoon", () -> loop.callSoon(() -> {}));
    assertWaits("callLater", () -> loop.callLater(Duration.ZERO, () -> {}));
    assertWaits("callAt", () -> loop.callAt(0, () -> {}));
    Handle later = loop.callLater(Duration.ofDays(1), () -> {});
    assertWaits("Handle.cancel", later::cancel);
    assertWaits("createTask", () -> loop.createTask(() -> {}));
    assertWaits("runInExecutor", () -> loop.runInExecutor(() -> ""));
    assertWaits("stop", loop::stop);
    assertWaits("setExceptionHandler", () -> loop.setExceptionHandler(loop.getExceptionHandler()));
    Socket[] pair = pair();
    assertWaits("addReader", () -> loop.addReader(pair[0], () -> {}));
    assertWaits("removeReader", () -> loop.removeReader(pair[0]));
    assertWaits("addWriter", () -> loop.addWriter(pair[0], () -> {}));
    assertWaits("removeWriter", () -> loop.removeWriter(pair[0]));
    assertWaits("addAsyncgen", () -> loop.addAsyncgen(() -> {}));
    assertWaits("shutdownAsyncgens", loop::shutdownAsyncgens);
    assertWaits("shutdownDefaultExecutor", loop::shutdownDefaultExecutor);
  }

  @Test
  void shouldRegainControlInWhatOpensConnections() throws Exception {
    Socket[] pair = pair();
    assertWaits("sockRecv", () -> loop.sockRecv(pair[0], 1).cancel());
    assertWaits("sockSendall", () -> loop.sockSendall(pair[0], DATA));
    Server server = net.serve(Recorder::new);
    ConnectionOptions there = ConnectionOptions.of("127.0.0.1", NetworkFixture.port(server));
    assertWaits(
        "createConnection",
        () -> loop.createConnection(Recorder::new, there).await().transport().abort());
    assertWaits(
        "createServer",
        () -> loop.createServer(Recorder::new, ServerOptions.of("127.0.0.1", 0)).await().close());
    assertWaits(
        "createDatagramEndpoint",
        () ->
            loop.createDatagramEndpoint(() -> new DatagramProtocol() {}, DatagramOptions.local(ANY))
                .await()
                .transport()
                .abort());
    server.abortClients();
  }

  @Test
  void shouldRegainControlInFuturesAndTasks() {
    assertWaits("setResult", () -> loop.createFuture().setResult(null));
    Future<String> shared = loop.createFuture();
    assertWaits("addDoneCallback", () -> shared.addDoneCallback(done -> {}));
    assertWaits("removeDoneCallback", () -> shared.removeDoneCallback(done -> {}));
    assertWaits("cancel", () -> loop.createFuture().cancel());
    Future<String> done = loop.createFuture();
    done.setResult("result");
    assertWaits("await of what is done", () -> assertThat(done.await()).isEqualTo("result"));
    Task<Void> other = tasks.create(() -> Asyncio.sleep(Duration.ofDays(1)));
    tasks.runTurns(1);
    assertWaits("Task.cancel", other::cancel);
  }

  /** Not for ever, if it was done while the task waited for control. */
  @Test
  void shouldAwaitWhatIsDoneMeanwhile() {
    Future<String> future = loop.createFuture();
    CountDownLatch gate = new CountDownLatch(1);
    CountDownLatch awake = new CountDownLatch(1);
    Thread[] thread = new Thread[1];
    Task<String> task =
        tasks.create(() -> {
          gate.await();
          thread[0] = Thread.currentThread();
          awake.countDown();
          return future.await();
        });
    tasks.runTurns(1);
    loop.callSoon(() -> {
      gate.countDown();
      awaitCount(awake);
      while (thread[0].getState() != Thread.State.WAITING) {
        Thread.yield();
      }
      future.setResult("result");
    });

    tasks.runUntil(task::done);

    assertThat(task.result()).isEqualTo("result");
  }

  @Test
  void shouldNotBeRefusedInDebugMode() {
    loop.setDebug(true);
    assertWaits("callSoon", () -> loop.callSoon(() -> {}));
    assertWaits("setResult", () -> loop.createFuture().setResult(null));
    assertWaits("addDoneCallback", () -> loop.createFuture().addDoneCallback(done -> {}));
  }

  @Test
  void shouldRegainControlInWhatTasksShare() {
    Event event = new Event();
    assertWaits("Event.set", event::set);
    assertWaits("Event.await", event::await);
    assertWaits("Event.clear", event::clear);
    Lock lock = new Lock();
    assertWaits("Lock.acquire", () -> lock.hold().close());
    Semaphore semaphore = new Semaphore(2);
    assertWaits("Semaphore.acquire", semaphore::acquire);
    assertWaits("Semaphore.release", semaphore::release);
    Queue<String> queue = new Queue<>();
    assertWaits("Queue.putNowait", () -> queue.putNowait("item"));
    assertWaits("Queue.get", queue::get);
    assertWaits("Queue.taskDone", queue::taskDone);
    Condition condition = new Condition();
    tasks.run(condition::acquire);
    assertWaits("Condition.signalAll", condition::signalAll);
    assertWaits("timeout", () -> Asyncio.timeout(Duration.ofDays(1), () -> {}));
    assertWaits("taskGroup", () -> Asyncio.taskGroup(group -> {}));
  }

  // Transports and servers

  private Socket[] pair() throws IOException {
    Socket[] pair = Socket.pair();
    net.closing(pair[0]);
    net.closing(pair[1]);
    return pair;
  }

  /** Every method that changes something; the last ones close it. */
  private void assertWaits(Transport transport) {
    assertWaits((WriteTransport) transport);
    assertWaits("pauseReading", transport::pauseReading);
    assertWaits("resumeReading", transport::resumeReading);
    assertWaits("setProtocol", () -> transport.setProtocol(transport.getProtocol()));
    assertWaits("close", transport::close);
    assertWaits("abort", transport::abort);
  }

  private void assertWaits(WriteTransport transport) {
    assertWaits("write of bytes", () -> transport.write(DATA));
    assertWaits("write", () -> transport.write(ByteBuffer.wrap(DATA)));
    assertWaits("writelines", () -> transport.writelines(List.of(ByteBuffer.wrap(DATA))));
    assertWaits("setWriteBufferLimits", () -> transport.setWriteBufferLimits(100));
  }

  @Test
  void shouldRegainControlInStreamTransports() {
    Recorder accepted = new Recorder();
    Server server = net.serve(() -> accepted);
    Transport transport = net.connect(server, new Recorder());
    net.runUntil(accepted::isMade);
    assertWaits("writeEof", accepted.transport()::writeEof);
    assertWaits(transport);
  }

  @Test
  void shouldRegainControlInTransportsOfTls() {
    Recorder accepted = new Recorder();
    Recorder client = new Recorder();
    Server server =
        net.closing(
            net.run(
                loop.createServer(
                    () -> accepted, ServerOptions.of("127.0.0.1", 0).withSsl(TlsFixture.SERVER))));
    net.run(loop.createConnection(() -> client, TlsFixture.to(server)));
    assertWaits(client.transport());
    net.runUntil(() -> client.isLost() && accepted.isLost());
  }

  @Test
  void shouldRegainControlInDatagramTransports() {
    DatagramTransport transport =
        net.run(
                loop.createDatagramEndpoint(
                    () -> new DatagramProtocol() {}, DatagramOptions.local(ANY)))
            .transport();
    InetSocketAddress itself = (InetSocketAddress) transport.getExtraInfo("sockname");
    assertWaits("sendto", () -> transport.sendto(DATA, itself));
    assertWaits("setWriteBufferLimits", () -> transport.setWriteBufferLimits(100));
    assertWaits("close", transport::close);
    assertWaits("abort", transport::abort);
  }

  @Test
  void shouldRegainControlInTransportsOfPipesAndChildren() throws Exception {
    Pipe pipe = net.closing(Pipe.create());
    WriteTransport writing =
        net.run(loop.connectWritePipe(PipeRecorder::new, pipe.writeEnd())).transport();
    ReadTransport reading =
        net.run(loop.connectReadPipe(PipeRecorder::new, pipe.readEnd())).transport();
    assertWaits(writing);
    assertWaits("pauseReading", reading::pauseReading);
    assertWaits("resumeReading", reading::resumeReading);
    assertWaits("writeEof", writing::writeEof);
    assertWaits("close", reading::close);
    ChildRecorder child = new ChildRecorder(loop);
    SubprocessTransport transport =
        net.run(loop.subprocessExec(() -> child, List.of("cat"), SubprocessOptions.DEFAULT))
            .transport();
    assertWaits("sendSignal", () -> transport.sendSignal(Signal.SIGCONT));
    assertWaits("SubprocessTransport.close", transport::close);
    net.run(child.lost());
  }

  @Test
  void shouldRegainControlInServers() {
    Server server = net.serve(Recorder::new);
    assertWaits("startServing", server::startServing);
    assertWaits("waitClosed", server::waitClosed);
    assertWaits("closeClients", server::closeClients);
    assertWaits("abortClients", server::abortClients);
    assertWaits("close", server::close);
  }

  @Test
  void shouldRegainControlInStreams() throws Exception {
    Socket[] pair = pair();
    StreamConnection streams =
        tasks.run(() -> Asyncio.openConnection(ConnectionOptions.of(pair[0])));
    loop.sockSendall(pair[1], new byte[100]);
    assertWaits("StreamReader.read", () -> streams.reader().read(1));
    assertWaits("StreamReader.readexactly", () -> streams.reader().readexactly(1));
    assertWaits("StreamWriter.write", () -> streams.writer().write(DATA));
    assertWaits("StreamWriter.drain", () -> streams.writer().drain());
    assertWaits("StreamWriter.close", streams::close);
    tasks.run(() -> streams.writer().waitClosed());
    assertWaits("StreamWriter.waitClosed", () -> streams.writer().waitClosed());
  }
}
