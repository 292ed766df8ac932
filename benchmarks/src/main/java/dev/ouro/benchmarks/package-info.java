// SPDX-License-Identifier: Apache-2.0
/** The benchmark program: its commands. */
package dev.ouro.benchmarks;
