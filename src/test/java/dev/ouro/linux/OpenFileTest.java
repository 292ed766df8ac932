// SPDX-License-Identifier: Apache-2.0
package dev.ouro.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ouro.testing.LeakCheck;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(LeakCheck.class)
class OpenFileTest {
  private static final int F_SETLEASE = 1024;
  private static final int F_WRLCK = 1;
  private static final int F_UNLCK = 2;

  @TempDir Path folder;

  /** The holder is told by a signal, which ends a process that does nothing about it. */
  @Test
  void shouldNotSpinWhenSomebodyHasALeaseOnTheFile() throws Exception {
    Path file = Files.writeString(folder.resolve("file"), "content");
    SigAction before = SigAction.ofIgnore().install(Signal.SIGIO);
    try (OpenFile below = OpenFile.open(folder);
        OpenFile holder = OpenFile.open(file, OpenFile.O_RDWR)) {
      int number = holder.fd().number();
      long lease = Syscall.call(Nr.FCNTL, number, F_SETLEASE, F_WRLCK);
      Assumptions.assumeTrue(lease == 0, "the folder's file system has no leases");

      assertThatThrownBy(() -> below.openBeneath("file"))
          .isInstanceOfSatisfying(
              LinuxException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EAGAIN));

      LinuxException.check("fcntl", Syscall.call(Nr.FCNTL, number, F_SETLEASE, F_UNLCK));
      below.openBeneath("file").close();
    } finally {
      before.install(Signal.SIGIO);
    }
  }

  @Test
  void shouldRefusePathsWithNul() throws Exception {
    String path = folder + "\0behind";

    assertThatThrownBy(() -> FileStatus.ofPath(path)).isInstanceOf(IllegalArgumentException.class);
    try (OpenFile below = OpenFile.open(folder)) {
      assertThatThrownBy(() -> below.openBeneath("\0"))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }
}
