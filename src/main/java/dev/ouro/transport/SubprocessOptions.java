// SPDX-License-Identifier: Apache-2.0
package dev.ouro.transport;

import dev.ouro.linux.Accounts;
import dev.ouro.linux.LinuxException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * How a child process is made: the keyword arguments of asyncio's {@code subprocess_exec} and
 * {@code subprocess_shell}, and those of Python's {@code Popen} that they take. Immutable: every
 * {@code with…} answers a changed copy.
 *
 * <p>Of the standard descriptors, those that are not set are pipes for {@code
 * EventLoop.subprocessExec} and {@code subprocessShell}, and this process's own for {@code
 * Asyncio.createSubprocessExec} and {@code createSubprocessShell}, as in asyncio. A child has no
 * other descriptor of this process but {@link #withPassFds}; it blocks no signal, and does the
 * default about those that this process handles.
 */
public final class SubprocessOptions {
  /** Nothing is set: all but the standard descriptors is as this process has it. */
  public static final SubprocessOptions DEFAULT = new SubprocessOptions();

  private static final int MAX_UMASK = 07777;

  private Stdio stdin;
  private Stdio stdout;
  private Stdio stderr;
  private String cwd;
  private Map<String, String> env;
  private String executable;
  private boolean startNewSession;
  private Integer processGroup;
  private List<Integer> passFds = List.of();
  private boolean closeFds = true;
  private boolean restoreSignals = true;
  private Integer umask;
  private Integer user;
  private Integer group;
  private List<Integer> extraGroups;
  private Integer pipesize;

  private SubprocessOptions() {}

  private SubprocessOptions(SubprocessOptions other) {
    stdin = other.stdin;
    stdout = other.stdout;
    stderr = other.stderr;
    cwd = other.cwd;
    env = other.env;
    executable = other.executable;
    startNewSession = other.startNewSession;
    processGroup = other.processGroup;
    passFds = other.passFds;
    closeFds = other.closeFds;
    restoreSignals = other.restoreSignals;
    umask = other.umask;
    user = other.user;
    group = other.group;
    extraGroups = other.extraGroups;
    pipesize = other.pipesize;
  }

  /**
   * With this standard input; null, as asyncio's {@code None}, is {@link Stdio#INHERIT}.
   *
   * @throws IllegalArgumentException {@link Stdio#STDOUT}
   */
  public SubprocessOptions withStdin(Stdio stdin) {
    SubprocessOptions copy = new SubprocessOptions(this);
    copy.stdin = notStdout(orInherit(stdin));
    return copy;
  }

  /**
   * With this standard output; null, as asyncio's {@code None}, is {@link Stdio#INHERIT}.
   *
   * @throws IllegalArgumentException {@link Stdio#STDOUT}
   */
  public SubprocessOptions withStdout(Stdio stdout) {
    SubprocessOptions copy = new SubprocessOptions(this);
    copy.stdout = notStdout(orInherit(stdout));
    return copy;
  }

  /** With this standard error; null, as asyncio's {@code None}, is {@link Stdio#INHERIT}. */
  public SubprocessOptions withStderr(Stdio stderr) {
    SubprocessOptions copy = new SubprocessOptions(this);
    copy.stderr = orInherit(stderr);
    return copy;
  }

  /**
   * With {@code stdio} for those of the three that are not set: {@code
   * withDefaultStdio(Stdio.PIPE)} asks for three pipes.
   *
   * @param stdio null as {@link Stdio#INHERIT}
   * @throws IllegalArgumentException {@link Stdio#STDOUT}
   */
  public SubprocessOptions withDefaultStdio(Stdio stdio) {
    Stdio unset = notStdout(orInherit(stdio));
    SubprocessOptions copy = new SubprocessOptions(this);
    copy.stdin = stdin == null ? unset : stdin;
    copy.stdout = stdout == null ? unset : stdout;
    copy.stderr = stderr == null ? unset : stderr;
    return copy;
  }

  private static Stdio orInherit(Stdio stdio) {
    return stdio == null ? Stdio.INHERIT : stdio;
  }

  @SuppressWarnings("ReferenceEquality") // of a constant
  private static Stdio notStdout(Stdio stdio) {
    if (stdio == Stdio.STDOUT) {
      throw new IllegalArgumentException("STDOUT can only be used for stderr");
    }
    return stdio;
  }

  /** In this working directory; null: in this process's. The program's path is relative to it. */
  public SubprocessOptions withCwd(String cwd) {
    SubprocessOptions copy = new SubprocessOptions(this);
    copy.cwd = cwd == null ? null : ChildProgram.checked("cwd", cwd);
    return copy;
  }

  /** {@link #withCwd(String)}. */
  public SubprocessOptions withCwd(Path cwd) {
    return withCwd(cwd == null ? null : cwd.toString());
  }

  /**
   * With these environment variables and no other, and the program searched for in their {@code
   * PATH}; null: this process's.
   *
   * @throws IllegalArgumentException a name is empty or has {@code =} in it, or anything has a NUL
   */
  public SubprocessOptions withEnv(Map<String, String> env) {
    SubprocessOptions copy = new SubprocessOptions(this);
    copy.env = env == null ? null : Map.copyOf(env);
    if (env != null) {
      ChildProgram.checkEnvironment(copy.env);
    }
    return copy;
  }

  /** Runs this program instead of the first argument, or instead of {@code /bin/sh}. */
  public SubprocessOptions withExecutable(String executable) {
    SubprocessOptions copy = new SubprocessOptions(this);
    copy.executable = executable == null ? null : ChildProgram.checked("executable", executable);
    return copy;
  }

  /** {@link #withExecutable(String)}. */
  public SubprocessOptions withExecutable(Path executable) {
    return withExecutable(executable == null ? null : executable.toString());
  }

  /** As the leader of a new session, {@code setsid(2)}, or not (default). */
  public SubprocessOptions withStartNewSession(boolean startNewSession) {
    SubprocessOptions copy = new SubprocessOptions(this);
    copy.startNewSession = startNewSession;
    return copy;
  }

  /**
   * In this process group; 0: in a new one of its own; null (default): in this process's.
   *
   * @throws IllegalArgumentException it is negative
   */
  public SubprocessOptions withProcessGroup(Integer processGroup) {
    SubprocessOptions copy = new SubprocessOptions(this);
    copy.processGroup = notNegative("processGroup", processGroup);
    return copy;
  }

  /**
   * With these descriptors of this process, by the same numbers, besides the standard ones.
   *
   * @throws IllegalArgumentException one is negative
   */
  public SubprocessOptions withPassFds(int... passFds) {
    SubprocessOptions copy = new SubprocessOptions(this);
    copy.passFds = IntStream.of(passFds).sorted().distinct().boxed().toList();
    copy.passFds.forEach(fd -> notNegative("passFds", fd));
    return copy;
  }

  /**
   * Without every other descriptor (default), or with those that are not close-on-exec. Passed
   * descriptors imply it.
   */
  public SubprocessOptions withCloseFds(boolean closeFds) {
    SubprocessOptions copy = new SubprocessOptions(this);
    copy.closeFds = closeFds;
    return copy;
  }

  /**
   * With the default action for SIGPIPE and SIGXFSZ even if this process ignores them (default), or
   * not.
   */
  public SubprocessOptions withRestoreSignals(boolean restoreSignals) {
    SubprocessOptions copy = new SubprocessOptions(this);
    copy.restoreSignals = restoreSignals;
    return copy;
  }

  /**
   * With this umask; null (default): this process's. The child is then made by a thread of its own,
   * as with {@link #withUser}, {@link #withGroup} and {@link #withExtraGroups}: about 0.1 ms more.
   *
   * @throws IllegalArgumentException not in 0..07777
   */
  public SubprocessOptions withUmask(Integer umask) {
    if (umask != null && (umask < 0 || umask > MAX_UMASK)) {
      throw new IllegalArgumentException("umask: " + umask + " is not in 0..07777");
    }
    SubprocessOptions copy = new SubprocessOptions(this);
    copy.umask = umask;
    return copy;
  }

  /**
   * As this user, real and effective, before the program is run; null (default): as this process's.
   * Supplementary groups stay unless {@link #withExtraGroups} sets them.
   *
   * @throws IllegalArgumentException it is negative
   */
  public SubprocessOptions withUser(Integer user) {
    SubprocessOptions copy = new SubprocessOptions(this);
    copy.user = notNegative("user", user);
    return copy;
  }

  /**
   * {@link #withUser(Integer)} by name, which is looked up now.
   *
   * @throws IllegalArgumentException there is no such user
   * @throws LinuxException the system cannot tell
   */
  public SubprocessOptions withUser(String user) throws LinuxException {
    return withUser(Integer.valueOf(Accounts.uid(user)));
  }

  /**
   * As this group, real and effective; null (default): as this process's.
   *
   * @throws IllegalArgumentException it is negative
   */
  public SubprocessOptions withGroup(Integer group) {
    SubprocessOptions copy = new SubprocessOptions(this);
    copy.group = notNegative("group", group);
    return copy;
  }

  /**
   * {@link #withGroup(Integer)} by name, which is looked up now.
   *
   * @throws IllegalArgumentException there is no such group
   * @throws LinuxException the system cannot tell
   */
  public SubprocessOptions withGroup(String group) throws LinuxException {
    return withGroup(Integer.valueOf(Accounts.gid(group)));
  }

  /**
   * With these supplementary groups; null (default): this process's.
   *
   * @throws IllegalArgumentException one is negative
   */
  public SubprocessOptions withExtraGroups(List<Integer> extraGroups) {
    SubprocessOptions copy = new SubprocessOptions(this);
    copy.extraGroups = extraGroups == null ? null : List.copyOf(extraGroups);
    if (extraGroups != null) {
      copy.extraGroups.forEach(gid -> notNegative("extraGroups", gid));
    }
    return copy;
  }

  /**
   * With pipes of this many bytes, {@code F_SETPIPE_SZ}; null (default): the kernel's 64 KiB.
   *
   * @throws IllegalArgumentException not positive
   */
  public SubprocessOptions withPipesize(Integer pipesize) {
    if (pipesize != null && pipesize <= 0) {
      throw new IllegalArgumentException("pipesize: " + pipesize + " is not positive");
    }
    SubprocessOptions copy = new SubprocessOptions(this);
    copy.pipesize = pipesize;
    return copy;
  }

  private static Integer notNegative(String name, Integer value) {
    if (value != null && value < 0) {
      throw new IllegalArgumentException(name + ": " + value + " is negative");
    }
    return value;
  }

  /** The standard input; null: not set. */
  public Stdio stdin() {
    return stdin;
  }

  /** The standard output; null: not set. */
  public Stdio stdout() {
    return stdout;
  }

  /** The standard error; null: not set. */
  public Stdio stderr() {
    return stderr;
  }

  /** The working directory; null: this process's. */
  public String cwd() {
    return cwd;
  }

  /** The environment variables; null: this process's. */
  public Map<String, String> env() {
    return env;
  }

  /** The program to run; null: the first argument. */
  public String executable() {
    return executable;
  }

  /** Whether as the leader of a new session. */
  public boolean startNewSession() {
    return startNewSession;
  }

  /** The process group; 0: its own; null: this process's. */
  public Integer processGroup() {
    return processGroup;
  }

  /** The descriptors that are passed by number, in ascending order. */
  public List<Integer> passFds() {
    return passFds;
  }

  /** Whether without every other descriptor. */
  public boolean closeFds() {
    return closeFds;
  }

  /** Whether with the default action for SIGPIPE and SIGXFSZ. */
  public boolean restoreSignals() {
    return restoreSignals;
  }

  /** The umask; null: this process's. */
  public Integer umask() {
    return umask;
  }

  /** The user; null: this process's. */
  public Integer user() {
    return user;
  }

  /** The group; null: this process's. */
  public Integer group() {
    return group;
  }

  /** The supplementary groups; null: this process's. */
  public List<Integer> extraGroups() {
    return extraGroups;
  }

  /** The pipes' size in bytes; null: the kernel's default. */
  public Integer pipesize() {
    return pipesize;
  }
}
