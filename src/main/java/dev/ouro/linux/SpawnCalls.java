// SPDX-License-Identifier: Apache-2.0
package dev.ouro.linux;

import java.io.IOException;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;

/** libc's functions around {@code posix_spawn(3)}, and what they are given of this process. */
final class SpawnCalls {
  static final MethodHandle SPAWN = Syscall.function("posix_spawn");
  static final MethodHandle ACTIONS_INIT = Syscall.function("posix_spawn_file_actions_init");
  static final MethodHandle ACTIONS_DESTROY = Syscall.function("posix_spawn_file_actions_destroy");
  static final MethodHandle ADD_DUP2 = Syscall.function("posix_spawn_file_actions_adddup2");
  static final MethodHandle ADD_CLOSE = Syscall.function("posix_spawn_file_actions_addclose");
  static final MethodHandle ADD_CHDIR = Syscall.function("posix_spawn_file_actions_addchdir_np");
  static final MethodHandle ATTRIBUTES_INIT = Syscall.function("posix_spawnattr_init");
  static final MethodHandle ATTRIBUTES_DESTROY = Syscall.function("posix_spawnattr_destroy");
  static final MethodHandle SET_FLAGS = Syscall.function("posix_spawnattr_setflags");
  static final MethodHandle SET_PROCESS_GROUP = Syscall.function("posix_spawnattr_setpgroup");
  static final MethodHandle SET_MASK = Syscall.function("posix_spawnattr_setsigmask");
  static final MethodHandle SET_DEFAULT = Syscall.function("posix_spawnattr_setsigdefault");

  /** Null where libc has none. */
  static final MethodHandle ADD_CLOSE_FROM =
      Syscall.symbol("posix_spawn_file_actions_addclosefrom_np") == 0
          ? null
          : Syscall.function("posix_spawn_file_actions_addclosefrom_np");

  private static final long ENVIRON = Syscall.symbol("environ");

  private SpawnCalls() {}

  /** libc's {@code environ}, byte for byte what this process was started with; 0 if it has none. */
  static long environ() {
    return ENVIRON == 0 ? 0 : NativeMemory.getLong(ENVIRON);
  }

  /** What the JVM says of it, for a libc that does not tell. */
  static List<byte[]> environmentOfTheJvm() {
    List<byte[]> environment = new ArrayList<>();
    for (Map.Entry<String, String> variable : System.getenv().entrySet()) {
      String text = variable.getKey() + "=" + variable.getValue();
      environment.add(text.getBytes(StandardCharsets.UTF_8));
    }
    return environment;
  }

  /** Those open now, and maybe the one that lists them. */
  static BitSet openDescriptors() {
    BitSet descriptors = new BitSet();
    try (DirectoryStream<Path> links = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
      for (Path link : links) {
        descriptors.set(Integer.parseInt(link.getFileName().toString()));
      }
    } catch (IOException noProc) {
      // Ours are all close-on-exec.
    }
    return descriptors;
  }

  static String text(byte[] path) {
    return new String(path, StandardCharsets.UTF_8);
  }
}
