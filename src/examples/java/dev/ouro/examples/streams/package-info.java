// SPDX-License-Identifier: Apache-2.0

/**
 * Programs of tasks and streams: an echo server, a chat, a proxy, a port scanner, a Redis client.
 */
package dev.ouro.examples.streams;
