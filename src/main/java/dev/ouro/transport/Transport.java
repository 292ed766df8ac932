// SPDX-License-Identifier: Apache-2.0
package dev.ouro.transport;

/**
 * A connection in both directions: asyncio's {@code Transport}.
 *
 * {@snippet :
 * final class Echo implements Protocol {
 *   private Transport transport;
 *
 *   @Override
 *   public void connectionMade(Transport transport) {
 *     this.transport = transport;
 *   }
 *
 *   @Override
 *   public void dataReceived(ByteBuffer data) {
 *     transport.write(data);
 *   }
 * }
 * }
 */
public interface Transport extends ReadTransport, WriteTransport {}
