// SPDX-License-Identifier: Apache-2.0
package dev.ouro.benchmarks.harness;

/**
 * How long is measured.
 *
 * @param rounds in each of which every server has its turn
 * @param warmUpMillis of each turn, before the measurement
 * @param measureMillis of each turn
 * @param firstWarmUpMillis of a JVM's first turn, which is not measured: time to compile
 */
public record Pace(int rounds, int warmUpMillis, int measureMillis, int firstWarmUpMillis) {}
