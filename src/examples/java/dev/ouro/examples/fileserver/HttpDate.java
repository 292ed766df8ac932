// SPDX-License-Identifier: Apache-2.0
package dev.ouro.examples.fileserver;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.util.List;
import java.util.Locale;

/** Dates of HTTP, RFC 9110 section 5.6.7, as seconds since 1970 in UTC. */
final class HttpDate {
  /** What {@link #parse} answers when it is none. */
  static final long NONE = Long.MIN_VALUE;

  private static final DateTimeFormatter PREFERRED =
      DateTimeFormatter.ofPattern("EEE, dd MMM uuuu HH:mm:ss 'GMT'", Locale.US);

  /** Obsolete forms that every recipient must understand: RFC 850's, and asctime's. */
  private static final List<DateTimeFormatter> ACCEPTED =
      List.of(
          PREFERRED,
          new DateTimeFormatterBuilder()
              .appendPattern("EEEE, dd-MMM-")
              .appendValueReduced(
                  ChronoField.YEAR, 2, 2, LocalDate.now(ZoneOffset.UTC).minusYears(49))
              .appendPattern(" HH:mm:ss 'GMT'")
              .toFormatter(Locale.US),
          DateTimeFormatter.ofPattern("EEE MMM ppd HH:mm:ss uuuu", Locale.US));

  private HttpDate() {}

  static String format(long epochSeconds) {
    return PREFERRED.format(LocalDateTime.ofEpochSecond(epochSeconds, 0, ZoneOffset.UTC));
  }

  /** The date that {@code text} says, or {@link #NONE}. */
  static long parse(String text) {
    for (DateTimeFormatter formatter : ACCEPTED) {
      try {
        return LocalDateTime.parse(text, formatter).toEpochSecond(ZoneOffset.UTC);
      } catch (DateTimeException e) {
        // Not in this form; perhaps in the next.
        continue;
      }
    }
    return NONE;
  }

  /** The time of day as HTTP writes it, formatted once a second. For one thread. */
  static final class Clock {
    private long seconds = NONE;
    private String text;

    String now() {
      long now = Instant.now().getEpochSecond();
      if (now != seconds) {
        seconds = now;
        text = format(now);
      }
      return text;
    }
  }
}
