// SPDX-License-Identifier: Apache-2.0
package dev.ouro.examples.fileserver;

/**
 * What tells one version of a file from another, RFC 9110 section 8.8: the time of its last change,
 * and an entity tag of that time and its size.
 *
 * @param strong whether another version would surely have another tag: not for a file that changed
 *     just now, which could change once more within the same second
 */
record Validator(String entityTag, long modifiedSeconds, boolean strong) {
  private static final long SETTLED_SECONDS = 2;

  static Validator of(long modifiedSeconds, long sizeBytes, long nowSeconds) {
    boolean strong = nowSeconds - modifiedSeconds >= SETTLED_SECONDS;
    String tag =
        "\"" + Long.toHexString(modifiedSeconds) + "-" + Long.toHexString(sizeBytes) + "\"";
    return new Validator(strong ? tag : "W/" + tag, modifiedSeconds, strong);
  }

  /**
   * The answer that the request's conditions make of a GET or HEAD, in the order of RFC 9110
   * section 13.2.2: 412, 304, or {@link Status#OK} when they hold.
   */
  Status evaluate(HeaderFields fields) {
    String ifMatch = fields.value("If-Match");
    boolean changed =
        ifMatch != null ? !matches(ifMatch, true) : isAfter(fields.value("If-Unmodified-Since"));
    if (changed) {
      return Status.PRECONDITION_FAILED;
    }
    String ifNoneMatch = fields.value("If-None-Match");
    boolean known =
        ifNoneMatch != null
            ? matches(ifNoneMatch, false)
            : isNotAfter(fields.value("If-Modified-Since"));
    return known ? Status.NOT_MODIFIED : Status.OK;
  }

  /** Whether a Range field counts: there is no If-Range, or it names exactly this version. */
  boolean allowsRange(HeaderFields fields) {
    String ifRange = fields.value("If-Range");
    if (ifRange == null) {
      return true;
    }
    return strong && (ifRange.equals(entityTag) || HttpDate.parse(ifRange) == modifiedSeconds);
  }

  /** A date that cannot be understood, or none, is no condition: false here and there. */
  private boolean isAfter(String date) {
    long seconds = date == null ? HttpDate.NONE : HttpDate.parse(date);
    return seconds != HttpDate.NONE && modifiedSeconds > seconds;
  }

  private boolean isNotAfter(String date) {
    long seconds = date == null ? HttpDate.NONE : HttpDate.parse(date);
    return seconds != HttpDate.NONE && modifiedSeconds <= seconds;
  }

  /**
   * Whether the list of tags has this one; a weak one, or this when it is weak, unless strongly.
   */
  private boolean matches(String tags, boolean strongly) {
    for (String each : tags.split(",", -1)) {
      String tag = each.strip();
      boolean same =
          strongly ? strong && tag.equals(entityTag) : opaque(tag).equals(opaque(entityTag));
      if (same || tag.equals("*")) {
        return true;
      }
    }
    return false;
  }

  private static String opaque(String tag) {
    return tag.startsWith("W/") ? tag.substring(2) : tag;
  }
}
