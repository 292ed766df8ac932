// SPDX-License-Identifier: Apache-2.0
package dev.ouro.streams;

import dev.ouro.loop.Future;
import dev.ouro.transport.BaseProtocol;
import dev.ouro.transport.StartTlsOptions;
import dev.ouro.transport.Transport;

/** How a loop goes over to TLS: {@code EventLoop.startTls}. */
@FunctionalInterface
public interface StartTls {
  /** The transport above {@code transport}, as {@code EventLoop.startTls} answers it. */
  Future<Transport> start(Transport transport, BaseProtocol protocol, StartTlsOptions options);
}
