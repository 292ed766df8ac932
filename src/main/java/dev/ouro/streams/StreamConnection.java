// SPDX-License-Identifier: Apache-2.0
package dev.ouro.streams;

/**
 * What {@code openConnection} answers: asyncio's pair {@code (reader, writer)}.
 *
 * @param reader what the peer sends
 * @param writer what the peer gets
 */
public record StreamConnection(StreamReader reader, StreamWriter writer) implements AutoCloseable {
  /** {@link StreamWriter#close}. */
  @Override
  public void close() {
    writer.close();
  }
}
