// SPDX-License-Identifier: Apache-2.0
package dev.ouro.examples.fileserver;

import dev.ouro.linux.OpenFile;

/** What follows the head of a response. */
sealed interface Body {
  /** Nothing, and no Content-Length either: as 304 wants it. */
  Body NONE = new None();

  /** See {@link #NONE}. */
  record None() implements Body {}

  /** Bytes in memory. */
  record Text(byte[] bytes) implements Body {}

  /** A part of a file. Whoever has this closes the file. */
  record FilePart(OpenFile file, ByteRange part) implements Body {}

  /** The names in a folder, still to be read. Whoever has this closes the folder. */
  record Listing(OpenFile folder, RequestPath path) implements Body {}

  /** Closes what has to be closed. */
  default void close() {
    switch (this) {
      case FilePart(OpenFile file, _) -> file.close();
      case Listing(OpenFile folder, _) -> folder.close();
      case None() -> {}
      case Text(_) -> {}
    }
  }
}
