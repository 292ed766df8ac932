// SPDX-License-Identifier: Apache-2.0
/**
 * Linux, one class per kernel facility: each method names its system call, handles its errno, and
 * stops.
 *
 * <p>Calls on a hot path return a result ≥ 0 or −errno; calls that set something up throw {@link
 * dev.ouro.linux.LinuxException}, which carries the call's name and the errno. Everything goes
 * through {@link dev.ouro.linux.Syscall}. EINTR is retried wherever a call may answer it.
 */
package dev.ouro.linux;
