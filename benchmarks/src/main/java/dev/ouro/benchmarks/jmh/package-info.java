// SPDX-License-Identifier: Apache-2.0
/** Micro-benchmarks, for JMH. */
package dev.ouro.benchmarks.jmh;
