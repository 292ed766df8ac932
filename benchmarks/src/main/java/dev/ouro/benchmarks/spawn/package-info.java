// SPDX-License-Identifier: Apache-2.0
/** Child processes, started and ended. */
package dev.ouro.benchmarks.spawn;
