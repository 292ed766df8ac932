// SPDX-License-Identifier: Apache-2.0
/** Programs that measure tasks, each in a JVM of its own. */
package dev.ouro.benchmarks.tasks;
