// SPDX-License-Identifier: Apache-2.0
package dev.ouro.transport;

/**
 * What the {@code create…Connection} methods answer: asyncio's pair {@code (transport, protocol)}.
 *
 * @param transport moves the bytes
 * @param protocol what the caller's factory made
 */
public record Connection<T extends BaseTransport, P extends BaseProtocol>(
    T transport, P protocol) {}
