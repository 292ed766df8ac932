// SPDX-License-Identifier: Apache-2.0
/** The echo servers in Java that are measured, each a main class of its own. */
package dev.ouro.benchmarks.server;
