// SPDX-License-Identifier: Apache-2.0
package dev.ouro.transport;

import dev.ouro.loop.Context;
import dev.ouro.loop.EngineLoop;
import java.nio.ByteBuffer;

/** What the parts of this package ask of a byte stream's transport, whichever it is. */
interface LoopTransport extends Transport, Delivery.Owner {
  /** The loop that it belongs to. */
  EngineLoop loop();

  /** Where its protocol's methods run. */
  Context context();

  /** Has the protocol's methods run in {@code changed} from now on. */
  void setContext(Context changed);

  /** Whether the protocol was told to pause writing, and not yet to resume. */
  boolean isWritingPaused();

  /** {@link #abort}, with what {@code connectionLost} shall hear; false when it is ending. */
  boolean forceClose(Throwable reasonOrNull);

  // For SendfileOperation

  /**
   * Lets {@code operation} have the sending half, until {@link #endSendfile}.
   *
   * @throws IllegalStateException it is not free
   */
  void beginSendfile(SendfileOperation operation);

  /** Gives the sending half back. */
  void endSendfile();

  /** Whether more of a file may be written now; else {@code operation.drained()} tells when. */
  boolean takesFile();

  /** {@link #write} of a file's bytes. */
  void writeFile(ByteBuffer data);
}
