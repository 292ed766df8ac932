// SPDX-License-Identifier: Apache-2.0
package dev.ouro.testing;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** What Ouro logs while this is open, instead of showing it. */
public final class LogCapture implements AutoCloseable {
  private final Logger logger = Logger.getLogger("dev.ouro");
  private final boolean usedParents = logger.getUseParentHandlers();
  private final List<LogRecord> records = new CopyOnWriteArrayList<>();
  private final Handler handler =
      new Handler() {
        @Override
        public void publish(LogRecord record) {
          records.add(record);
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };

  public LogCapture() {
    logger.setUseParentHandlers(false);
    logger.addHandler(handler);
  }

  public List<LogRecord> records() {
    return records;
  }

  /** The messages of warnings, in order. */
  public List<String> warnings() {
    return messages(Level.WARNING);
  }

  /** The messages of errors, in order. */
  public List<String> errors() {
    return messages(Level.SEVERE);
  }

  private List<String> messages(Level level) {
    return records.stream()
        .filter(record -> record.getLevel().equals(level))
        .map(LogRecord::getMessage)
        .toList();
  }

  @Override
  public void close() {
    logger.removeHandler(handler);
    logger.setUseParentHandlers(usedParents);
  }
}
