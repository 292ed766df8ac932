// SPDX-License-Identifier: Apache-2.0
package dev.ouro.testing;

import dev.ouro.linux.Signal;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Fails a test that leaves a descriptor open or a thread running.
 *
 * <p>Threads that were told to end are waited for; descriptors must be closed by then. What the JVM
 * opens for itself (jars, its own threads) does not count.
 */
public final class LeakCheck implements BeforeEachCallback, AfterEachCallback {
  private static final ExtensionContext.Namespace NAMESPACE =
      ExtensionContext.Namespace.create(LeakCheck.class);
  private static final Duration PATIENCE = Duration.ofSeconds(100);

  static {
    // The JDK's sockets share a descriptor that is opened with the first and never closed.
    try (ServerSocket listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      new Socket(listening.getInetAddress(), listening.getLocalPort()).close();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    // A pipe for signals is never closed, and goes from loop to loop: as many as tests need at
    // once.
    try (FakeLoop one = FakeLoop.create();
        FakeLoop other = FakeLoop.create()) {
      one.addSignalHandler(Signal.SIGUSR1, () -> {});
      other.addSignalHandler(Signal.SIGWINCH, () -> {});
    }
  }

  private record Before(Map<Integer, String> descriptors, Set<Thread> threads) {}

  @Override
  public void beforeEach(ExtensionContext context) {
    Before before = new Before(openDescriptors(), new HashSet<>(liveThreads()));
    context.getStore(NAMESPACE).put("before", before);
  }

  @Override
  public void afterEach(ExtensionContext context) throws Exception {
    Before before = context.getStore(NAMESPACE).remove("before", Before.class);
    Set<Thread> threads = liveThreads();
    threads.removeAll(before.threads());
    for (Thread thread : threads) {
      if (!thread.join(PATIENCE)) {
        throw new AssertionError("left running: " + thread);
      }
    }
    Map<Integer, String> descriptors = openedSince(before.descriptors());
    if (!descriptors.isEmpty()) {
      throw new AssertionError("left open: " + descriptors);
    }
  }

  private static Set<Thread> liveThreads() {
    Set<Thread> threads = new HashSet<>(Thread.getAllStackTraces().keySet());
    threads.removeIf(LeakCheck::isOfTheProcess);
    return threads;
  }

  /** Threads that live as long as the process: the JVM's, and the cleaner of futures. */
  private static boolean isOfTheProcess(Thread thread) {
    ThreadGroup group = thread.getThreadGroup();
    return group == null
        || group.getName().equals("system")
        || group.getName().equals("InnocuousThreadGroup")
        || group.getName().equals("CarrierThreads")
        || thread.getName().equals("ouro-cleaner")
        || thread.getName().startsWith("ForkJoinPool.commonPool");
  }

  /**
   * What is open now and was not in {@code before}. What was and is not may be anybody's: files
   * that somebody forgot are closed when the collector finds them.
   */
  static Map<Integer, String> openedSince(Map<Integer, String> before) {
    Map<Integer, String> opened = openDescriptors();
    before.forEach(opened::remove);
    return opened;
  }

  /** Every open descriptor and what it is, without the JVM's files. */
  static Map<Integer, String> openDescriptors() {
    Map<Integer, String> open = new HashMap<>();
    try (DirectoryStream<Path> links = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
      for (Path link : links) {
        String target = target(link);
        if (target != null && !isOfTheJvm(target)) {
          open.put(Integer.valueOf(link.getFileName().toString()), target);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return open;
  }

  private static String target(Path link) throws IOException {
    try {
      return Files.readSymbolicLink(link).toString();
    } catch (java.nio.file.NoSuchFileException closedMeanwhile) {
      return null;
    }
  }

  private static boolean isOfTheJvm(String target) {
    return target.endsWith(".jar")
        || target.endsWith(".class") // a thread of the process's loads it
        || target.endsWith("/lib/modules")
        || target.endsWith("/lib/tzdb.dat")
        || target.startsWith("/proc/")
        || target.startsWith("/sys/fs/cgroup")
        || target.equals("/dev/random")
        || target.equals("/dev/urandom");
  }
}
