// SPDX-License-Identifier: Apache-2.0
/** The ring alone, without a loop. */
package dev.ouro.benchmarks.ring;
