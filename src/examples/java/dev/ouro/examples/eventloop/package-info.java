// SPDX-License-Identifier: Apache-2.0
/**
 * The examples of asyncio's page "Event Loop", and its TCP echo client and server with protocols.
 * Each file runs from where it is:
 *
 * <pre>
 * java --enable-native-access=ALL-UNNAMED -cp ouro.jar \
 *     src/examples/java/dev/ouro/examples/eventloop/HelloWorld.java
 * </pre>
 */
package dev.ouro.examples.eventloop;
