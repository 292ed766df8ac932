// SPDX-License-Identifier: Apache-2.0
package dev.ouro.transport;

import java.net.SocketAddress;

/**
 * What a socket received and from whom: the pair of asyncio's {@code sock_recvfrom}.
 *
 * @param data the bytes, or how many there are in the caller's buffer
 * @param address the sender's; null when the kernel tells none, as for a connected stream
 * @param <T> {@code byte[]} or {@code Integer}
 */
public record ReceivedFrom<T>(T data, SocketAddress address) {}
