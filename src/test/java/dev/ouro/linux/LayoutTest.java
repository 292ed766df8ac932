// SPDX-License-Identifier: Apache-2.0
package dev.ouro.linux;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ouro.bindings.BindingRows;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every constant and offset of this package against jextract's, for each architecture. */
class LayoutTest {
  /** Those whose numbers have the kernel's or libc's names. */
  private static final List<Class<?>> BY_NAME =
      List.of(
          AddressInfo.class,
          Epoll.class,
          Errno.class,
          EventFd.class,
          Fd.class,
          FileStatus.class,
          Mapping.class,
          NameInfo.class,
          OpenFile.class,
          ResourceLimit.class,
          ChildWait.class,
          ExitStatus.class,
          FileCalls.class,
          PidFd.class,
          Pipe.class,
          Spawn.class,
          SigAction.class,
          SignalFd.class,
          SignalInfo.class,
          SignalMask.class,
          SocketConstants.class,
          TimerFd.class);

  /** The names of our own, and what they stand for in C. */
  private static final Map<String, String> EXPRESSIONS =
      Map.ofEntries(
          Map.entry("Accounts.PASSWD_SIZE", "sizeof(struct passwd)"),
          Map.entry("Accounts.PASSWD_UID", "offsetof(struct passwd, pw_uid)"),
          Map.entry("Accounts.GROUP_SIZE", "sizeof(struct group)"),
          Map.entry("Accounts.GROUP_GID", "offsetof(struct group, gr_gid)"),
          Map.entry("AddressInfo.HINTS_SIZE", "sizeof(struct addrinfo)"),
          Map.entry("AddressInfo.FAMILY", "offsetof(struct addrinfo, ai_family)"),
          Map.entry("AddressInfo.TYPE", "offsetof(struct addrinfo, ai_socktype)"),
          Map.entry("AddressInfo.PROTOCOL", "offsetof(struct addrinfo, ai_protocol)"),
          Map.entry("AddressInfo.ADDRESS_LENGTH", "offsetof(struct addrinfo, ai_addrlen)"),
          Map.entry("AddressInfo.ADDRESS", "offsetof(struct addrinfo, ai_addr)"),
          Map.entry("AddressInfo.CANONICAL_NAME", "offsetof(struct addrinfo, ai_canonname)"),
          Map.entry("AddressInfo.NEXT", "offsetof(struct addrinfo, ai_next)"),
          Map.entry("Epoll.PARAMS_SIZE", "sizeof(struct epoll_params)"),
          Map.entry("Epoll.PARAMS_BUDGET", "offsetof(struct epoll_params, busy_poll_budget)"),
          Map.entry("Epoll.PARAMS_PREFER", "offsetof(struct epoll_params, prefer_busy_poll)"),
          Map.entry("TimerFd.ITIMERSPEC_SIZE", "sizeof(struct itimerspec)"),
          Map.entry("TimerFd.INTERVAL", "offsetof(struct itimerspec, it_interval)"),
          Map.entry("TimerFd.VALUE", "offsetof(struct itimerspec, it_value)"),
          Map.entry("FileStatus.STATX_SIZE", "sizeof(struct statx)"),
          Map.entry("FileStatus.MODE", "offsetof(struct statx, stx_mode)"),
          Map.entry("FileStatus.INODE", "offsetof(struct statx, stx_ino)"),
          Map.entry("FileStatus.SIZE", "offsetof(struct statx, stx_size)"),
          Map.entry("FileStatus.MODIFIED", "offsetof(struct statx, stx_mtime)"),
          Map.entry("FileStatus.DEVICE", "offsetof(struct statx, stx_dev_major)"),
          Map.entry("MessageArray.MMSGHDR_SIZE", "sizeof(struct mmsghdr)"),
          Map.entry("MessageArray.MSGHDR_SIZE", "sizeof(struct msghdr)"),
          Map.entry("MessageArray.MSG_NAME", "offsetof(struct msghdr, msg_name)"),
          Map.entry("MessageArray.MSG_NAMELEN", "offsetof(struct msghdr, msg_namelen)"),
          Map.entry("MessageArray.MSG_IOV", "offsetof(struct msghdr, msg_iov)"),
          Map.entry("MessageArray.MSG_IOVLEN", "offsetof(struct msghdr, msg_iovlen)"),
          Map.entry("MessageArray.MSG_CONTROL", "offsetof(struct msghdr, msg_control)"),
          Map.entry("MessageArray.MSG_CONTROLLEN", "offsetof(struct msghdr, msg_controllen)"),
          Map.entry("MessageArray.MSG_FLAGS", "offsetof(struct msghdr, msg_flags)"),
          Map.entry("MessageArray.MSG_LEN", "offsetof(struct mmsghdr, msg_len)"),
          Map.entry("MessageArray.IOVEC_SIZE", "sizeof(struct iovec)"),
          Map.entry("MessageArray.IOV_LEN", "offsetof(struct iovec, iov_len)"),
          Map.entry("UdpSegments.CMSG_LEN", "offsetof(struct cmsghdr, cmsg_len)"),
          Map.entry("UdpSegments.CMSG_LEVEL", "offsetof(struct cmsghdr, cmsg_level)"),
          Map.entry("UdpSegments.CMSG_TYPE", "offsetof(struct cmsghdr, cmsg_type)"),
          Map.entry("UdpSegments.CMSG_DATA", "sizeof(struct cmsghdr)"),
          Map.entry("OpenFile.OPEN_HOW_SIZE", "sizeof(struct open_how)"),
          Map.entry("OpenFile.OPEN_HOW_RESOLVE", "offsetof(struct open_how, resolve)"),
          Map.entry("ChildWait.CODE", "offsetof(siginfo_t, si_code)"),
          Map.entry("ChildWait.PID", "offsetof(siginfo_t, _sifields._sigchld.si_pid)"),
          Map.entry("ChildWait.STATUS", "offsetof(siginfo_t, _sifields._sigchld.si_status)"),
          Map.entry("Spawn.ACTIONS_SIZE", "sizeof(posix_spawn_file_actions_t)"),
          Map.entry("Spawn.ATTRIBUTES_SIZE", "sizeof(posix_spawnattr_t)"),
          Map.entry("SigAction.SIZE", "sizeof(struct sigaction)"),
          Map.entry("SigAction.HANDLER", "offsetof(struct sigaction, __sigaction_handler)"),
          Map.entry("SigAction.MASK", "offsetof(struct sigaction, sa_mask)"),
          Map.entry("SigAction.FLAGS", "offsetof(struct sigaction, sa_flags)"),
          Map.entry("SignalFd.INFO_SIZE", "sizeof(struct signalfd_siginfo)"),
          Map.entry("SignalInfo.SIZE", "sizeof(siginfo_t)"),
          Map.entry("SignalInfo.CODE", "offsetof(siginfo_t, si_code)"),
          Map.entry("SignalInfo.PID", "offsetof(siginfo_t, _sifields._rt.si_pid)"),
          Map.entry("SignalInfo.UID", "offsetof(siginfo_t, _sifields._rt.si_uid)"),
          Map.entry("SignalInfo.VALUE", "offsetof(siginfo_t, _sifields._rt.si_sigval)"),
          Map.entry("SignalInfo.FD_CODE", "offsetof(struct signalfd_siginfo, ssi_code)"),
          Map.entry("SignalInfo.FD_PID", "offsetof(struct signalfd_siginfo, ssi_pid)"),
          Map.entry("SignalInfo.FD_UID", "offsetof(struct signalfd_siginfo, ssi_uid)"),
          Map.entry("SignalInfo.FD_INT", "offsetof(struct signalfd_siginfo, ssi_int)"),
          Map.entry("SignalInfo.FD_STATUS", "offsetof(struct signalfd_siginfo, ssi_status)"),
          Map.entry("SignalSet.SIZE", "sizeof(__sigset_t)"),
          Map.entry("SockAddr.SIZE_BYTES", "sizeof(struct sockaddr_storage)"),
          Map.entry("SockAddr.INET_SIZE", "sizeof(struct sockaddr_in)"),
          Map.entry("SockAddr.INET6_SIZE", "sizeof(struct sockaddr_in6)"),
          Map.entry("SockAddr.PORT", "offsetof(struct sockaddr_in, sin_port)"),
          Map.entry("SockAddr.INET_ADDRESS", "offsetof(struct sockaddr_in, sin_addr)"),
          Map.entry("SockAddr.INET6_ADDRESS", "offsetof(struct sockaddr_in6, sin6_addr)"),
          Map.entry("SockAddr.INET6_SCOPE", "offsetof(struct sockaddr_in6, sin6_scope_id)"),
          Map.entry("SockAddr.UNIX_PATH", "offsetof(struct sockaddr_un, sun_path)"));

  @ParameterizedTest
  @ValueSource(strings = {"x86_64", "aarch64"})
  void shouldHaveTheKernelsNumbersWhereItHasItsNames(String architecture) throws Exception {
    BindingRows.Comparison comparison =
        BindingRows.compareByName(BindingRows.of(architecture), BY_NAME, EXPRESSIONS.keySet());

    assertThat(comparison.wrong()).isEmpty();
    assertThat(comparison.compared()).isGreaterThan(200);
  }

  @ParameterizedTest
  @ValueSource(strings = {"x86_64", "aarch64"})
  void shouldHaveTheKernelsOffsetsWhereItReadsStructures(String architecture) throws Exception {
    BindingRows.Comparison comparison =
        BindingRows.compareByExpression(
            BindingRows.of(architecture), "dev.ouro.linux", EXPRESSIONS);

    assertThat(comparison.wrong()).isEmpty();
  }

  @Test
  void shouldHaveThisArchitecturesNumbersOfSystemCalls() throws Exception {
    String architecture = System.getProperty("os.arch").equals("amd64") ? "x86_64" : "aarch64";
    Map<String, Long> rows = BindingRows.of(architecture);

    for (Field field : Nr.class.getFields()) {
      String name = "__NR_" + field.getName().toLowerCase(Locale.ROOT);
      assertThat(rows).containsEntry(name, (long) field.getInt(null));
    }
    assertThat(rows)
        .containsEntry("sizeof(struct epoll_event)", Abi.EPOLL_EVENT_SIZE)
        .containsEntry("offsetof(struct epoll_event, data)", Abi.EPOLL_EVENT_DATA_OFFSET);
  }

  @ParameterizedTest
  @ValueSource(strings = {"x86_64", "aarch64"})
  void shouldHaveBothArchitecturesNumbersOfSystemCalls(String architecture) throws Exception {
    // The source, since only one of the two is loaded here.
    String source = Files.readString(Path.of("src/main/java/dev/ouro/linux/Nr.java"));
    Map<String, Long> rows = BindingRows.of(architecture);
    Matcher matcher = Pattern.compile("int (\\w+) = number\\((\\d+), (\\d+)\\)").matcher(source);
    int compared = 0;

    while (matcher.find()) {
      String name = "__NR_" + matcher.group(1).toLowerCase(Locale.ROOT);
      long ours = Long.parseLong(matcher.group(architecture.equals("x86_64") ? 2 : 3));
      assertThat(rows).containsEntry(name, ours);
      compared++;
    }

    assertThat(compared).isEqualTo(Nr.class.getFields().length);
  }
}
