// SPDX-License-Identifier: Apache-2.0
package dev.ouro.uring;

import dev.ouro.linux.LinuxException;
import java.util.BitSet;

/**
 * What {@code io_uring_register(2)} sets up for a ring. Files, buffers, groups of buffers and waits
 * have classes of their own: {@link RegisteredFiles}, {@link RegisteredBuffers}, {@link BufferRing}
 * and {@link RegisteredWaits}.
 *
 * <p>The ring's thread only; what a method says of errnos is beside EINVAL, for a kernel that is
 * too old.
 */
public sealed interface RegisterOperations permits Uring {
  /** See {@link Uring#register}. */
  int register(int op, long arg, int count);

  /**
   * {@link Register#IORING_REGISTER_EVENTFD}: {@code eventFd} is signalled at each completion.
   * Never also watch that eventfd with a poll of this very ring: each signal then completes the
   * poll, which signals.
   *
   * @throws LinuxException EBUSY: there is one already; EBADF, EINVAL: not an eventfd
   */
  default void registerEventFd(int eventFd) throws LinuxException {
    Registration.ints(this, "eventfd", Register.IORING_REGISTER_EVENTFD, eventFd);
  }

  /**
   * {@link Register#IORING_REGISTER_EVENTFD_ASYNC}: as {@link #registerEventFd}, but only for what
   * a worker thread completes.
   */
  default void registerEventFdAsync(int eventFd) throws LinuxException {
    Registration.ints(this, "eventfd", Register.IORING_REGISTER_EVENTFD_ASYNC, eventFd);
  }

  /**
   * {@link Register#IORING_UNREGISTER_EVENTFD}.
   *
   * @throws LinuxException ENXIO: there is none
   */
  default void unregisterEventFd() throws LinuxException {
    Registration.call(this, "eventfd", Register.IORING_UNREGISTER_EVENTFD, 0, 0);
  }

  /**
   * {@link Register#IORING_REGISTER_IOWQ_MAX_WORKERS}: how many worker threads there may be for
   * regular files and for everything else; 0 leaves a limit as it is.
   *
   * @return the two limits until now
   */
  default int[] limitWorkers(int bounded, int unbounded) throws LinuxException {
    return Registration.limitWorkers(this, bounded, unbounded);
  }

  /**
   * {@link Register#IORING_REGISTER_IOWQ_AFF}: the processors that worker threads may run on; none:
   * all.
   *
   * @throws LinuxException EINVAL: none of them is there
   */
  default void bindWorkers(BitSet processors) throws LinuxException {
    Registration.bindWorkers(this, processors);
  }

  /**
   * {@link Register#IORING_REGISTER_PERSONALITY}: keeps the calling thread's credentials, for
   * {@link Sqe#personality}.
   *
   * @return its number, &gt; 0
   */
  default int registerPersonality() throws LinuxException {
    return Registration.call(this, "personality", Register.IORING_REGISTER_PERSONALITY, 0, 0);
  }

  /**
   * {@link Register#IORING_UNREGISTER_PERSONALITY}. Operations that run keep it.
   *
   * @throws LinuxException EINVAL: there is no such number
   */
  default void unregisterPersonality(int personality) throws LinuxException {
    Registration.call(this, "personality", Register.IORING_UNREGISTER_PERSONALITY, 0, personality);
  }

  /**
   * {@link Register#IORING_REGISTER_RESTRICTIONS}: once the ring is enabled it can do only what
   * {@code restrictions} allow. What is refused completes with EACCES.
   *
   * @throws LinuxException EBADFD: the ring does not start disabled, or is enabled; EBUSY: it has
   *     restrictions
   */
  default void registerRestrictions(Restrictions restrictions) throws LinuxException {
    Registration.restrictions(this, restrictions);
  }

  /**
   * {@link Register#IORING_REGISTER_NAPI}: waits of this ring poll the network devices that its
   * sockets receive from, before they sleep.
   *
   * @return the settings until now
   * @throws LinuxException EINVAL: the kernel has no busy polling, or the ring is of {@link
   *     Setup#IORING_SETUP_IOPOLL}
   */
  default Napi registerNapi(Napi settings) throws LinuxException {
    return Registration.napi(this, settings);
  }

  /**
   * {@link Register#IORING_UNREGISTER_NAPI}: no busy polling any more.
   *
   * @return the settings until now
   */
  default Napi unregisterNapi() throws LinuxException {
    return Registration.noNapi(this);
  }

  /**
   * {@link Register#IORING_REGISTER_NAPI} with {@code IO_URING_NAPI_STATIC_ADD_ID}: a device queue
   * to poll, where the ring tracks them with {@link Napi#IO_URING_NAPI_TRACKING_STATIC}.
   *
   * @param napiId as {@code SO_INCOMING_NAPI_ID} tells it
   * @throws LinuxException EEXIST: it is there; EINVAL: no such number, or the ring tracks them
   *     itself
   */
  default void addNapiId(int napiId) throws LinuxException {
    Registration.napiId(this, Napi.IO_URING_NAPI_STATIC_ADD_ID, napiId);
  }

  /**
   * {@link Register#IORING_REGISTER_NAPI} with {@code IO_URING_NAPI_STATIC_DEL_ID}.
   *
   * @throws LinuxException ENOENT: it is not there; EINVAL: as {@link #addNapiId}
   */
  default void removeNapiId(int napiId) throws LinuxException {
    Registration.napiId(this, Napi.IO_URING_NAPI_STATIC_DEL_ID, napiId);
  }

  /**
   * {@link Register#IORING_REGISTER_CLOCK}: the clock that limits waits: {@link Uring#submitAndWait
   * (int, long)} and {@link Uring#submitAndWaitUntil}.
   *
   * @param clockId {@link OpFlag#CLOCK_MONOTONIC}, as it is at first, or {@link
   *     OpFlag#CLOCK_BOOTTIME}, which goes on while the machine is suspended
   * @throws LinuxException EINVAL: another one
   */
  default void registerClock(int clockId) throws LinuxException {
    Registration.clock(this, clockId);
  }

  /**
   * {@link Register#IORING_REGISTER_ZCRX_IFQ}: a network device's queue, for {@link
   * SocketOperations#prepareRecvZc}. The ring must have {@link Setup#IORING_SETUP_CQE32} or {@link
   * Setup#IORING_SETUP_CQE_MIXED}, and {@link Setup#IORING_SETUP_DEFER_TASKRUN}.
   *
   * @param ifqReg the address of a {@code struct io_uring_zcrx_ifq_reg}, to which the kernel writes
   * @throws LinuxException EPERM: without CAP_NET_ADMIN; ENODEV: no such device; EOPNOTSUPP: it
   *     cannot; EINVAL; EFAULT
   */
  default void registerIfq(long ifqReg) throws LinuxException {
    Registration.call(this, "ifq", Register.IORING_REGISTER_ZCRX_IFQ, ifqReg, 1);
  }

  /**
   * {@link Register#IORING_REGISTER_SEND_MSG_RING}: a completion with these values appears in
   * another ring, without a ring of one's own. From any thread, a virtual one too.
   *
   * @param ringFd the target's {@link Uring#fd}, for as long as it is open
   * @return 0; or −errno: EBADFD: no ring, or not enabled; EBADF; EOVERFLOW: the target is full;
   *     EINVAL: the kernel is too old, before 6.13
   */
  static int sendMsgRing(int ringFd, int result, long userData) {
    return Registration.sendMsgRing(ringFd, result, userData);
  }
}
