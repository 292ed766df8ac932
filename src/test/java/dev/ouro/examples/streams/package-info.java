// SPDX-License-Identifier: Apache-2.0
/** The programs of tasks and streams, each run against a real peer. */
package dev.ouro.examples.streams;
