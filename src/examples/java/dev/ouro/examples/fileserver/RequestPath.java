// SPDX-License-Identifier: Apache-2.0
package dev.ouro.examples.fileserver;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Where a request target leads, below the root.
 *
 * <p>Decoded first, then freed of {@code .} and {@code ..}, so that no way of writing them makes a
 * difference. What leads above the root is refused here; symbolic links are the kernel's business,
 * see {@link Site}.
 *
 * @param names the names from the root on; none for the root itself
 * @param isFolder whether it ends in a slash
 * @param query what follows the path, with its question mark; or empty
 */
record RequestPath(List<String> names, boolean isFolder, String query) {
  /**
   * Understands {@code target} in origin form or absolute form, RFC 9112 section 3.2.
   *
   * @throws HttpException 400
   */
  static RequestPath parse(String target) throws HttpException {
    if (target.indexOf('#') >= 0 || target.indexOf('\\') >= 0) {
      throw new HttpException(Status.BAD_REQUEST, "the request target is malformed");
    }
    int queryStart = target.indexOf('?');
    String query = queryStart < 0 ? "" : target.substring(queryStart);
    String path = withoutAuthority(queryStart < 0 ? target : target.substring(0, queryStart));
    List<String> names = new ArrayList<>();
    boolean isFolder = true;
    for (String segment : path.split("/", -1)) {
      String name = PercentEncoding.decode(segment);
      isFolder = name.isEmpty() || name.equals(".") || name.equals("..");
      if (!isFolder) {
        names.add(name);
      } else if (name.equals("..")) {
        if (names.isEmpty()) {
          throw new HttpException(Status.BAD_REQUEST, "the path leads above the root");
        }
        names.removeLast();
      }
    }
    return new RequestPath(List.copyOf(names), isFolder, query);
  }

  private static String withoutAuthority(String target) throws HttpException {
    if (target.startsWith("/")) {
      return target;
    }
    int authority = target.indexOf("://");
    String scheme = authority < 0 ? "" : target.substring(0, authority).toLowerCase(Locale.ROOT);
    if (!scheme.equals("http") && !scheme.equals("https")) {
      throw new HttpException(Status.BAD_REQUEST, "the request target is malformed");
    }
    int path = target.indexOf('/', authority + 3);
    return path < 0 ? "/" : target.substring(path);
  }

  /** The path for the kernel, relative to the root. */
  String relative() {
    return names.isEmpty() ? "." : String.join("/", names);
  }

  /** The last name; empty for the root. */
  String lastName() {
    return names.isEmpty() ? "" : names.getLast();
  }

  /** The path of this folder for a URL, with a slash at both ends. */
  String encodedFolder() {
    StringBuilder encoded = new StringBuilder("/");
    for (String name : names) {
      encoded.append(PercentEncoding.encode(name)).append('/');
    }
    return encoded.toString();
  }

  @Override
  public String toString() {
    return "/" + String.join("/", names) + (isFolder && !names.isEmpty() ? "/" : "");
  }
}
