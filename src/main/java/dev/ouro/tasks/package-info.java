// SPDX-License-Identifier: Apache-2.0

/**
 * What tasks do with each other: wait for several, in groups, for a time, or shielded. The
 * functions of {@code dev.ouro.Asyncio} lead here.
 */
package dev.ouro.tasks;
