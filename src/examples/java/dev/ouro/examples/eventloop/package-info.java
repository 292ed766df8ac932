// SPDX-License-Identifier: Apache-2.0
/**
 * The examples of asyncio's page "Event Loop", and its TCP echo client and server with protocols.
 * Each file stands alone: copy it and run it.
 *
 * <pre>
 * java --enable-native-access=ALL-UNNAMED -cp ouro.jar HelloWorld.java
 * </pre>
 */
package dev.ouro.examples.eventloop;
