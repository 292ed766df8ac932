// SPDX-License-Identifier: Apache-2.0
/** What the examples have in common. */
package dev.ouro.examples;
