// SPDX-License-Identifier: Apache-2.0
package dev.ouro.uring;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every constant and offset of this package against jextract's, for each architecture. */
class LayoutTest {
  private static final List<Class<?>> CONSTANTS =
      List.of(
          Op.class,
          OpFlag.class,
          SqeFlag.class,
          CqeFlag.class,
          Setup.class,
          Enter.class,
          Register.class);

  /** Each of Layout's names: the structure, and the field, or {@code sizeof}. */
  private static final Map<String, String> OFFSETS =
      Map.ofEntries(
          Map.entry("SQE_SIZE", "io_uring_sqe sizeof"),
          Map.entry("SQE_FLAGS", "io_uring_sqe flags"),
          Map.entry("SQE_IOPRIO", "io_uring_sqe ioprio"),
          Map.entry("SQE_FD", "io_uring_sqe fd"),
          Map.entry("SQE_OFF", "io_uring_sqe off"),
          Map.entry("SQE_ADDR", "io_uring_sqe addr"),
          Map.entry("SQE_LEN", "io_uring_sqe len"),
          Map.entry("SQE_OP_FLAGS", "io_uring_sqe msg_flags"),
          Map.entry("SQE_USER_DATA", "io_uring_sqe user_data"),
          Map.entry("SQE_BUF_INDEX", "io_uring_sqe buf_index"),
          Map.entry("SQE_PERSONALITY", "io_uring_sqe personality"),
          Map.entry("SQE_FILE_INDEX", "io_uring_sqe file_index"),
          Map.entry("SQE_ADDR3", "io_uring_sqe addr3"),
          Map.entry("SQE_PAD2", "io_uring_sqe __pad2"),
          Map.entry("CQE_SIZE", "io_uring_cqe sizeof"),
          Map.entry("CQE_RESULT", "io_uring_cqe res"),
          Map.entry("CQE_EXTRA", "io_uring_cqe big_cqe"),
          Map.entry("PARAMS_SIZE", "io_uring_params sizeof"),
          Map.entry("PARAMS_SQ_ENTRIES", "io_uring_params sq_entries"),
          Map.entry("PARAMS_CQ_ENTRIES", "io_uring_params cq_entries"),
          Map.entry("PARAMS_FLAGS", "io_uring_params flags"),
          Map.entry("PARAMS_SQ_THREAD_CPU", "io_uring_params sq_thread_cpu"),
          Map.entry("PARAMS_SQ_THREAD_IDLE", "io_uring_params sq_thread_idle"),
          Map.entry("PARAMS_FEATURES", "io_uring_params features"),
          Map.entry("PARAMS_WQ_FD", "io_uring_params wq_fd"),
          Map.entry("PARAMS_SQ_OFF", "io_uring_params sq_off"),
          Map.entry("PARAMS_CQ_OFF", "io_uring_params cq_off"),
          Map.entry("SQ_OFF_HEAD", "io_sqring_offsets head"),
          Map.entry("SQ_OFF_TAIL", "io_sqring_offsets tail"),
          Map.entry("SQ_OFF_FLAGS", "io_sqring_offsets flags"),
          Map.entry("SQ_OFF_DROPPED", "io_sqring_offsets dropped"),
          Map.entry("SQ_OFF_ARRAY", "io_sqring_offsets array"),
          Map.entry("CQ_OFF_HEAD", "io_cqring_offsets head"),
          Map.entry("CQ_OFF_TAIL", "io_cqring_offsets tail"),
          Map.entry("CQ_OFF_OVERFLOW", "io_cqring_offsets overflow"),
          Map.entry("CQ_OFF_CQES", "io_cqring_offsets cqes"),
          Map.entry("GETEVENTS_ARG_SIZE", "io_uring_getevents_arg sizeof"),
          Map.entry("GETEVENTS_ARG_MIN_WAIT_USEC", "io_uring_getevents_arg min_wait_usec"),
          Map.entry("GETEVENTS_ARG_TS", "io_uring_getevents_arg ts"),
          Map.entry("TIMESPEC_SIZE", "__kernel_timespec sizeof"),
          Map.entry("TIMESPEC_NSEC", "__kernel_timespec tv_nsec"),
          Map.entry("SYNC_CANCEL_SIZE", "io_uring_sync_cancel_reg sizeof"),
          Map.entry("SYNC_CANCEL_FD", "io_uring_sync_cancel_reg fd"),
          Map.entry("SYNC_CANCEL_FLAGS", "io_uring_sync_cancel_reg flags"),
          Map.entry("SYNC_CANCEL_TIMEOUT", "io_uring_sync_cancel_reg timeout"),
          Map.entry("BUF_SIZE", "io_uring_buf sizeof"),
          Map.entry("BUF_LEN", "io_uring_buf len"),
          Map.entry("BUF_BID", "io_uring_buf bid"),
          Map.entry("BUF_RING_TAIL", "io_uring_buf_ring tail"),
          Map.entry("BUF_REG_SIZE", "io_uring_buf_reg sizeof"),
          Map.entry("BUF_REG_ENTRIES", "io_uring_buf_reg ring_entries"),
          Map.entry("BUF_REG_BGID", "io_uring_buf_reg bgid"),
          Map.entry("BUF_REG_FLAGS", "io_uring_buf_reg flags"),
          Map.entry("RECVMSG_OUT_SIZE", "io_uring_recvmsg_out sizeof"),
          Map.entry("RECVMSG_OUT_NAMELEN", "io_uring_recvmsg_out namelen"),
          Map.entry("RECVMSG_OUT_CONTROLLEN", "io_uring_recvmsg_out controllen"),
          Map.entry("RECVMSG_OUT_PAYLOADLEN", "io_uring_recvmsg_out payloadlen"),
          Map.entry("RECVMSG_OUT_FLAGS", "io_uring_recvmsg_out flags"),
          Map.entry("RSRC_REGISTER_SIZE", "io_uring_rsrc_register sizeof"),
          Map.entry("RSRC_REGISTER_FLAGS", "io_uring_rsrc_register flags"),
          Map.entry("RSRC_UPDATE2_SIZE", "io_uring_rsrc_update2 sizeof"),
          Map.entry("RSRC_UPDATE2_DATA", "io_uring_rsrc_update2 data"),
          Map.entry("RSRC_UPDATE2_TAGS", "io_uring_rsrc_update2 tags"),
          Map.entry("RSRC_UPDATE2_NR", "io_uring_rsrc_update2 nr"));

  private static List<Field> constantsOf(Class<?> type) {
    return Stream.of(type.getDeclaredFields())
        .filter(field -> Modifier.isStatic(field.getModifiers()) && !field.isSynthetic())
        .toList();
  }

  @ParameterizedTest
  @ValueSource(strings = {"x86_64", "aarch64"})
  void shouldHaveTheKernelsValuesWhenComparedWithItsHeaders(String arch) throws Exception {
    List<String> wrong = new ArrayList<>();
    int compared = 0;
    for (Class<?> type : CONSTANTS) {
      for (Field field : constantsOf(type)) {
        String header = field.getName().startsWith("MSG_") ? "socket.Socket" : "io_uring.IoUring";
        if (field.getName().startsWith("SPLICE_")) {
          continue;
        }
        long kernels =
            ((Number)
                    Class.forName("dev.ouro.bindings." + arch + "." + header + "Header")
                        .getMethod(field.getName())
                        .invoke(null))
                .longValue();
        if ((int) kernels != field.getInt(null)) {
          wrong.add(field.getName() + " is " + kernels);
        }
        compared++;
      }
    }
    assertThat(wrong).isEmpty();
    assertThat(compared).isGreaterThan(200);
  }

  @ParameterizedTest
  @ValueSource(strings = {"x86_64", "aarch64"})
  void shouldHaveTheKernelsOffsetsWhenComparedWithItsHeaders(String arch) throws Exception {
    List<String> wrong = new ArrayList<>();
    for (Field field : constantsOf(Layout.class)) {
      if (field.getName().equals("OFF_SQ_RING") || field.getName().equals("OFF_SQES")) {
        continue;
      }
      String[] where = OFFSETS.get(field.getName()).split(" ");
      Class<?> struct = Class.forName("dev.ouro.bindings." + arch + ".io_uring." + where[0]);
      boolean size = where[1].equals("sizeof");
      long kernels =
          ((Number) struct.getMethod(size ? "sizeof" : where[1] + "$offset").invoke(null))
              .longValue();
      if (kernels != field.getInt(null)) {
        wrong.add(field.getName() + " is " + kernels);
      }
    }
    assertThat(wrong).isEmpty();
  }
}
