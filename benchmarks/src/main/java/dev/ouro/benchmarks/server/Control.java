// SPDX-License-Identifier: Apache-2.0
package dev.ouro.benchmarks.server;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import dev.ouro.EngineChoice;
import dev.ouro.benchmarks.harness.ServerProcess;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The far end of {@link ServerProcess}: runs a server's loop on a thread of known name, counts what
 * it echoes, and answers commands on stdin from the main thread.
 */
final class Control {
  /** Written by the loop's thread alone. */
  private static final AtomicLong ECHOED_BYTES = new AtomicLong();

  private Control() {}

  /** A server's loop, which may fail to start. */
  interface Loop {
    void run() throws Exception;
  }

  /** Called on the loop's thread for bytes sent back. */
  static void echoed(long bytes) {
    ECHOED_BYTES.setOpaque(ECHOED_BYTES.getPlain() + bytes);
  }

  /**
   * Says what a server of Ouro stands on. Not concatenated: NIO's server links one concatenation
   * before it listens, and the second would be counted as Ouro's.
   */
  static void engine(EngineChoice choice) {
    System.out.print("engine ");
    System.out.println(choice);
  }

  /** Says by which port the server can be reached. */
  static void listening(int port) {
    System.out.println("listening " + port);
  }

  /** Runs the loop and serves stdin until its end, then exits. */
  static void serve(Loop loop) throws IOException {
    Thread thread =
        Thread.ofPlatform().name(ServerProcess.LOOP_THREAD).start(() -> runOrExit(loop));
    BufferedReader commands =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String command; (command = commands.readLine()) != null; ) {
      if (command.equals("collect")) {
        System.gc();
      }
      System.out.println(stats(thread));
    }
    System.exit(0);
  }

  private static void runOrExit(Loop loop) {
    try {
      loop.run();
    } catch (Exception e) {
      System.err.println(e.getMessage() == null ? e : e.getMessage());
      e.printStackTrace();
      System.exit(1);
    }
  }

  private static String stats(Thread loop) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    OperatingSystemMXBean system =
        (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    return "{\"echoed_bytes\":%d,\"allocated_bytes\":%d,\"heap_used_bytes\":%d,\"cpu_nanos\":%d}"
        .formatted(
            ECHOED_BYTES.getOpaque(),
            threads.getThreadAllocatedBytes(loop.threadId()),
            ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed(),
            system.getProcessCpuTime());
  }
}
