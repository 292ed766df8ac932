// SPDX-License-Identifier: Apache-2.0
/**
 * Runs what is measured: every server in a process of its own, one C client for all of them, placed
 * on processors, measured in turns.
 *
 * <p>Servers speak one small protocol, in whatever language: they print {@code listening PORT};
 * before it, if they like, {@code engine NAME AND REASON}; they answer the line {@code stats} on
 * stdin with one line of JSON; they exit at end of file.
 */
package dev.ouro.benchmarks.harness;
