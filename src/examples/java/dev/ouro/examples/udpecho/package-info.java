// SPDX-License-Identifier: Apache-2.0
/**
 * asyncio's UDP echo server and client on Ouro: {@code createDatagramEndpoint} and a protocol each,
 * {@link dev.ouro.examples.udpecho.UdpEchoServer} and {@link
 * dev.ouro.examples.udpecho.UdpEchoClient}.
 */
package dev.ouro.examples.udpecho;
