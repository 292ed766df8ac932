// SPDX-License-Identifier: Apache-2.0
package dev.ouro.benchmarks.harness;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Where the programs are: C ones under {@code native/bench/out}, Java ones on this program's own
 * class path.
 */
public final class Programs {
  /** Lets a loop carry its tasks. */
  private static final String OPEN = "--add-opens=java.base/java.lang=ALL-UNNAMED";

  private static final String SERVERS = "dev.ouro.benchmarks.server.";

  private final Path nativeDirectory;

  /**
   * @param nativeDirectory where the C programs are
   * @throws RefusedException if they have not been built
   */
  public Programs(Path nativeDirectory) {
    this.nativeDirectory = nativeDirectory;
    if (!Files.isExecutable(nativeDirectory.resolve("echo_client"))) {
      throw new RefusedException("benchmarks", "run \"make -C native/bench\" first");
    }
  }

  /** The command of a C program. */
  public List<String> nativeCommand(String program, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(nativeDirectory.resolve(program).toString());
    command.addAll(List.of(arguments));
    return command;
  }

  /** The command of a Java program of this project, with the class path that runs now. */
  public static List<String> javaCommand(
      List<String> options, String mainClass, String... arguments) {
    return javaCommand(System.getProperty("java.class.path"), options, mainClass, arguments);
  }

  /** The command of a Java program on a class path of its own. */
  public static List<String> javaCommand(
      String classPath, List<String> options, String mainClass, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(System.getProperty("java.home") + File.separator + "bin" + File.separator + "java");
    command.add("-XX:+UseSerialGC");
    command.add("-Xms64m");
    command.add("-Xmx512m");
    command.add("--enable-native-access=ALL-UNNAMED");
    command.addAll(options);
    command.add("-cp");
    command.add(classPath);
    command.add(mainClass);
    command.addAll(List.of(arguments));
    return command;
  }

  /** The epoll reference. */
  public Contender epollReference() {
    return new Contender(
        "C epoll",
        Contender.Runtime.NATIVE,
        nativeCommand("echo_server_epoll"),
        "reference: edge-triggered, 64 KiB buffer");
  }

  /**
   * The io_uring reference.
   *
   * @param bufferBytes the size of a receive buffer
   */
  public Contender uringReference(int bufferBytes) {
    return new Contender(
        "C io_uring",
        Contender.Runtime.NATIVE,
        nativeCommand("echo_server_uring", "--buffer", Integer.toString(bufferBytes)),
        "reference: multishot, " + bufferBytes / 1024 + " KiB buffers");
  }

  /** The reference that blocks in recv, a thread per connection. */
  public Contender blockingReference() {
    return new Contender(
        "C blocking",
        Contender.Runtime.NATIVE,
        nativeCommand("echo_server_blocking"),
        "reference: a thread per connection");
  }

  /** What no wait can beat: it never waits. One connection at a time. */
  public Contender pollingReference() {
    return new Contender(
        "C polling",
        Contender.Runtime.NATIVE,
        nativeCommand("echo_server_polling"),
        "the ceiling: recv without waiting");
  }

  /** The reference of UDP. */
  public Contender udpReference() {
    return new Contender(
        "C recvmmsg",
        Contender.Runtime.NATIVE,
        nativeCommand("udp_server_epoll"),
        "reference: epoll, edge-triggered, batches of 64");
  }

  /** The selector of the JDK, with datagrams. */
  public Contender nioUdp() {
    return new Contender(
        "JDK NIO",
        Contender.Runtime.JVM,
        javaCommand(List.of(), SERVERS + "NioUdpEcho"),
        "java.nio.channels.DatagramChannel");
  }

  /** Ouro's datagrams, made to use an engine. */
  public Contender ouroUdp(Engine engine) {
    return new Contender(
        "Ouro " + engine.text(),
        Contender.Runtime.JVM,
        javaCommand(List.of("-Ddev.ouro.engine=" + engine.text()), SERVERS + "OuroUdpEcho"),
        "");
  }

  /** The selector of the JDK. */
  public Contender nio() {
    return new Contender(
        "JDK NIO",
        Contender.Runtime.JVM,
        javaCommand(List.of(), SERVERS + "NioEcho"),
        "java.nio.channels.Selector");
  }

  /** Ouro, made to use an engine. */
  public Contender ouro(Engine engine, ProtocolKind protocol) {
    String suffix = protocol == ProtocolKind.STREAMING ? "" : " " + protocol.text();
    return new Contender(
        "Ouro " + engine.text() + suffix,
        Contender.Runtime.JVM,
        javaCommand(
            List.of("-Ddev.ouro.engine=" + engine.text(), OPEN),
            SERVERS + "OuroEcho",
            protocol.text()),
        "");
  }

  /** Ouro, left to choose its engine. */
  public Contender ouro() {
    return new Contender(
        "Ouro", Contender.Runtime.JVM, javaCommand(List.of(), SERVERS + "OuroEcho"), "");
  }

  /** Ouro's engines. */
  public enum Engine {
    IO_URING("io_uring"),
    EPOLL("epoll");

    private final String text;

    Engine(String text) {
      this.text = text;
    }

    /** As {@code dev.ouro.engine} has it. */
    public String text() {
      return text;
    }
  }

  /** As what the echo is written. */
  public enum ProtocolKind {
    /** {@code Protocol}. */
    STREAMING("protocol"),
    /** {@code BufferedProtocol}. */
    BUFFERED("buffered"),
    /** Neither: streams, in a task for each connection. */
    TASKS("tasks");

    private final String text;

    ProtocolKind(String text) {
      this.text = text;
    }

    /** As the server's argument has it. */
    public String text() {
      return text;
    }
  }
}
