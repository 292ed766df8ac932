// SPDX-License-Identifier: Apache-2.0

/**
 * asyncio's streams: connections that tasks read and write, over the transports. {@code
 * dev.ouro.Asyncio} opens them.
 */
package dev.ouro.streams;
