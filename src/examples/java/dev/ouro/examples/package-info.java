// SPDX-License-Identifier: Apache-2.0

/** What the examples share: how they read their command line. */
package dev.ouro.examples;
