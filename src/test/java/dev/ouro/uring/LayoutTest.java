// SPDX-License-Identifier: Apache-2.0
package dev.ouro.uring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ouro.bindings.BindingRows;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
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
          Register.class,
          Napi.class);

  /** Each of Layout's names: the structure, and the field, or {@code sizeof}. */
  private static final Map<String, String> OFFSETS =
      Map.ofEntries(
          Map.entry("Layout.SQE_SIZE", "sizeof(struct io_uring_sqe)"),
          Map.entry("Layout.SQE_FLAGS", "offsetof(struct io_uring_sqe, flags)"),
          Map.entry("Layout.SQE_IOPRIO", "offsetof(struct io_uring_sqe, ioprio)"),
          Map.entry("Layout.SQE_FD", "offsetof(struct io_uring_sqe, fd)"),
          Map.entry("Layout.SQE_OFF", "offsetof(struct io_uring_sqe, off)"),
          Map.entry("Layout.SQE_ADDR", "offsetof(struct io_uring_sqe, addr)"),
          Map.entry("Layout.SQE_LEN", "offsetof(struct io_uring_sqe, len)"),
          Map.entry("Layout.SQE_OP_FLAGS", "offsetof(struct io_uring_sqe, msg_flags)"),
          Map.entry("Layout.SQE_USER_DATA", "offsetof(struct io_uring_sqe, user_data)"),
          Map.entry("Layout.SQE_BUF_INDEX", "offsetof(struct io_uring_sqe, buf_index)"),
          Map.entry("Layout.SQE_PERSONALITY", "offsetof(struct io_uring_sqe, personality)"),
          Map.entry("Layout.SQE_FILE_INDEX", "offsetof(struct io_uring_sqe, file_index)"),
          Map.entry("Layout.SQE_ADDR3", "offsetof(struct io_uring_sqe, addr3)"),
          Map.entry("Layout.SQE_PAD2", "offsetof(struct io_uring_sqe, __pad2)"),
          Map.entry("Layout.CQE_SIZE", "sizeof(struct io_uring_cqe)"),
          Map.entry("Layout.CQE_RESULT", "offsetof(struct io_uring_cqe, res)"),
          Map.entry("Layout.CQE_EXTRA", "offsetof(struct io_uring_cqe, big_cqe)"),
          Map.entry("Layout.PARAMS_SIZE", "sizeof(struct io_uring_params)"),
          Map.entry("Layout.PARAMS_SQ_ENTRIES", "offsetof(struct io_uring_params, sq_entries)"),
          Map.entry("Layout.PARAMS_CQ_ENTRIES", "offsetof(struct io_uring_params, cq_entries)"),
          Map.entry("Layout.PARAMS_FLAGS", "offsetof(struct io_uring_params, flags)"),
          Map.entry(
              "Layout.PARAMS_SQ_THREAD_CPU", "offsetof(struct io_uring_params, sq_thread_cpu)"),
          Map.entry(
              "Layout.PARAMS_SQ_THREAD_IDLE", "offsetof(struct io_uring_params, sq_thread_idle)"),
          Map.entry("Layout.PARAMS_FEATURES", "offsetof(struct io_uring_params, features)"),
          Map.entry("Layout.PARAMS_WQ_FD", "offsetof(struct io_uring_params, wq_fd)"),
          Map.entry("Layout.PARAMS_SQ_OFF", "offsetof(struct io_uring_params, sq_off)"),
          Map.entry("Layout.PARAMS_CQ_OFF", "offsetof(struct io_uring_params, cq_off)"),
          Map.entry("Layout.SQ_OFF_HEAD", "offsetof(struct io_sqring_offsets, head)"),
          Map.entry("Layout.SQ_OFF_TAIL", "offsetof(struct io_sqring_offsets, tail)"),
          Map.entry("Layout.SQ_OFF_FLAGS", "offsetof(struct io_sqring_offsets, flags)"),
          Map.entry("Layout.SQ_OFF_DROPPED", "offsetof(struct io_sqring_offsets, dropped)"),
          Map.entry("Layout.SQ_OFF_ARRAY", "offsetof(struct io_sqring_offsets, array)"),
          Map.entry("Layout.CQ_OFF_HEAD", "offsetof(struct io_cqring_offsets, head)"),
          Map.entry("Layout.CQ_OFF_TAIL", "offsetof(struct io_cqring_offsets, tail)"),
          Map.entry("Layout.CQ_OFF_OVERFLOW", "offsetof(struct io_cqring_offsets, overflow)"),
          Map.entry("Layout.CQ_OFF_CQES", "offsetof(struct io_cqring_offsets, cqes)"),
          Map.entry("Layout.GETEVENTS_ARG_SIZE", "sizeof(struct io_uring_getevents_arg)"),
          Map.entry(
              "Layout.GETEVENTS_ARG_MIN_WAIT_USEC",
              "offsetof(struct io_uring_getevents_arg, min_wait_usec)"),
          Map.entry("Layout.GETEVENTS_ARG_TS", "offsetof(struct io_uring_getevents_arg, ts)"),
          Map.entry("Layout.TIMESPEC_SIZE", "sizeof(struct __kernel_timespec)"),
          Map.entry("Layout.TIMESPEC_NSEC", "offsetof(struct __kernel_timespec, tv_nsec)"),
          Map.entry("Layout.SYNC_CANCEL_SIZE", "sizeof(struct io_uring_sync_cancel_reg)"),
          Map.entry("Layout.SYNC_CANCEL_FD", "offsetof(struct io_uring_sync_cancel_reg, fd)"),
          Map.entry("Layout.SYNC_CANCEL_FLAGS", "offsetof(struct io_uring_sync_cancel_reg, flags)"),
          Map.entry(
              "Layout.SYNC_CANCEL_TIMEOUT", "offsetof(struct io_uring_sync_cancel_reg, timeout)"),
          Map.entry("Layout.BUF_SIZE", "sizeof(struct io_uring_buf)"),
          Map.entry("Layout.BUF_LEN", "offsetof(struct io_uring_buf, len)"),
          Map.entry("Layout.BUF_BID", "offsetof(struct io_uring_buf, bid)"),
          Map.entry("Layout.BUF_RING_TAIL", "offsetof(struct io_uring_buf_ring, tail)"),
          Map.entry("Layout.BUF_REG_SIZE", "sizeof(struct io_uring_buf_reg)"),
          Map.entry("Layout.BUF_REG_ENTRIES", "offsetof(struct io_uring_buf_reg, ring_entries)"),
          Map.entry("Layout.BUF_REG_BGID", "offsetof(struct io_uring_buf_reg, bgid)"),
          Map.entry("Layout.BUF_REG_FLAGS", "offsetof(struct io_uring_buf_reg, flags)"),
          Map.entry("Layout.RECVMSG_OUT_SIZE", "sizeof(struct io_uring_recvmsg_out)"),
          Map.entry("Layout.RECVMSG_OUT_NAMELEN", "offsetof(struct io_uring_recvmsg_out, namelen)"),
          Map.entry(
              "Layout.RECVMSG_OUT_CONTROLLEN", "offsetof(struct io_uring_recvmsg_out, controllen)"),
          Map.entry(
              "Layout.RECVMSG_OUT_PAYLOADLEN", "offsetof(struct io_uring_recvmsg_out, payloadlen)"),
          Map.entry("Layout.RECVMSG_OUT_FLAGS", "offsetof(struct io_uring_recvmsg_out, flags)"),
          Map.entry("Layout.CQ_OFF_FLAGS", "offsetof(struct io_cqring_offsets, flags)"),
          Map.entry("Layout.BUF_STATUS_SIZE", "sizeof(struct io_uring_buf_status)"),
          Map.entry("Layout.BUF_STATUS_HEAD", "offsetof(struct io_uring_buf_status, head)"),
          Map.entry("Layout.RESTRICTION_SIZE", "sizeof(struct io_uring_restriction)"),
          Map.entry("Layout.RESTRICTION_VALUE", "offsetof(struct io_uring_restriction, sqe_op)"),
          Map.entry("Layout.NAPI_SIZE", "sizeof(struct io_uring_napi)"),
          Map.entry(
              "Layout.NAPI_PREFER_BUSY_POLL", "offsetof(struct io_uring_napi, prefer_busy_poll)"),
          Map.entry("Layout.NAPI_OP_PARAM", "offsetof(struct io_uring_napi, op_param)"),
          Map.entry("Layout.CLOCK_REGISTER_SIZE", "sizeof(struct io_uring_clock_register)"),
          Map.entry("Layout.CLONE_BUFFERS_SIZE", "sizeof(struct io_uring_clone_buffers)"),
          Map.entry("Layout.CLONE_BUFFERS_FLAGS", "offsetof(struct io_uring_clone_buffers, flags)"),
          Map.entry(
              "Layout.CLONE_BUFFERS_SRC_OFF", "offsetof(struct io_uring_clone_buffers, src_off)"),
          Map.entry(
              "Layout.CLONE_BUFFERS_DST_OFF", "offsetof(struct io_uring_clone_buffers, dst_off)"),
          Map.entry("Layout.CLONE_BUFFERS_NR", "offsetof(struct io_uring_clone_buffers, nr)"),
          Map.entry("Layout.MEM_REGION_REG_SIZE", "sizeof(struct io_uring_mem_region_reg)"),
          Map.entry(
              "Layout.MEM_REGION_REG_FLAGS", "offsetof(struct io_uring_mem_region_reg, flags)"),
          Map.entry("Layout.REGION_DESC_SIZE", "sizeof(struct io_uring_region_desc)"),
          Map.entry("Layout.REGION_DESC_BYTES", "offsetof(struct io_uring_region_desc, size)"),
          Map.entry("Layout.REGION_DESC_FLAGS", "offsetof(struct io_uring_region_desc, flags)"),
          Map.entry("Layout.REG_WAIT_SIZE", "sizeof(struct io_uring_reg_wait)"),
          Map.entry(
              "Layout.REG_WAIT_MIN_WAIT_USEC", "offsetof(struct io_uring_reg_wait, min_wait_usec)"),
          Map.entry("Layout.REG_WAIT_FLAGS", "offsetof(struct io_uring_reg_wait, flags)"),
          Map.entry("Layout.RSRC_REGISTER_SIZE", "sizeof(struct io_uring_rsrc_register)"),
          Map.entry("Layout.RSRC_REGISTER_FLAGS", "offsetof(struct io_uring_rsrc_register, flags)"),
          Map.entry("Layout.FILES_UPDATE_SIZE", "sizeof(struct io_uring_files_update)"),
          Map.entry("Layout.FILES_UPDATE_FDS", "offsetof(struct io_uring_files_update, fds)"),
          Map.entry("Layout.RSRC_UPDATE2_SIZE", "sizeof(struct io_uring_rsrc_update2)"),
          Map.entry("Layout.RSRC_UPDATE2_DATA", "offsetof(struct io_uring_rsrc_update2, data)"),
          Map.entry("Layout.RSRC_UPDATE2_TAGS", "offsetof(struct io_uring_rsrc_update2, tags)"),
          Map.entry("Layout.RSRC_UPDATE2_NR", "offsetof(struct io_uring_rsrc_update2, nr)"));

  @ParameterizedTest
  @ValueSource(strings = {"x86_64", "aarch64"})
  void shouldHaveTheKernelsValuesWhenComparedWithItsHeaders(String architecture) throws Exception {
    BindingRows.Comparison comparison =
        BindingRows.compareByName(BindingRows.of(architecture), CONSTANTS, Set.of());

    assertThat(comparison.wrong()).isEmpty();
    assertThat(comparison.compared()).isGreaterThan(200);
  }

  @ParameterizedTest
  @ValueSource(strings = {"x86_64", "aarch64"})
  void shouldHaveTheKernelsOffsetsWhenComparedWithItsHeaders(String architecture) throws Exception {
    BindingRows.Comparison comparison =
        BindingRows.compareByExpression(BindingRows.of(architecture), "dev.ouro.uring", OFFSETS);

    assertThat(comparison.wrong()).isEmpty();
  }

  @Test
  void shouldCompareEveryOffset() {
    assertThat(Layout.class.getDeclaredFields())
        .filteredOn(field -> !field.isSynthetic() && !field.getName().startsWith("OFF_"))
        .extracting(field -> "Layout." + field.getName())
        .containsExactlyInAnyOrderElementsOf(OFFSETS.keySet());
  }
}
