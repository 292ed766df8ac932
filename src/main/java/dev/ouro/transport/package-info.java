// SPDX-License-Identifier: Apache-2.0
/**
 * asyncio's transports, protocols and servers: one tree for both engines.
 *
 * <p>A {@link dev.ouro.transport.Transport} moves bytes, a {@link dev.ouro.transport.Protocol}
 * knows what they mean; the loop makes the transport and calls the protocol. {@link
 * dev.ouro.transport.BaseProtocol} says in which order.
 *
 * <p>Threads: everything here belongs to the loop's thread, where every callback runs; from another
 * one go through {@code callSoonThreadsafe}. Ownership: a transport owns its descriptor and closes
 * it once, after {@code connectionLost}.
 */
package dev.ouro.transport;
