// SPDX-License-Identifier: Apache-2.0
package dev.ouro.uring;

/** What {@link Uring#forEachCompletion} calls for each completion, on the ring's thread. */
@FunctionalInterface
public interface CompletionHandler {
  /**
   * An operation completed, or, with {@link CqeFlag#IORING_CQE_F_MORE}, completed once of many
   * times. May prepare and submit further operations. An exception ends the iteration and comes out
   * of it; this completion counts as read.
   *
   * @param userData what the operation was submitted with
   * @param result ≥ 0, its meaning the operation's; or −errno
   * @param flags {@code IORING_CQE_F_*}, see {@link CqeFlag}
   */
  void completed(long userData, int result, int flags);
}
