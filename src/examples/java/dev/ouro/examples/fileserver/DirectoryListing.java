// SPDX-License-Identifier: Apache-2.0
package dev.ouro.examples.fileserver;

import dev.ouro.linux.OpenFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** The index page of a folder that has none of its own. */
final class DirectoryListing {
  /** Folders may have millions of names, and a page is made in memory: so many are listed. */
  static final int MAX_NAMES = 10_000;

  /** What the answer is when there can be no page. */
  static final HttpException UNREADABLE =
      new HttpException(Status.INTERNAL_SERVER_ERROR, "the folder cannot be read");

  private DirectoryListing() {}

  /**
   * Reads the names in {@code folder}, sorted, folders with a slash at the end. May wait for the
   * disk: not for the loop's thread.
   */
  static Response of(OpenFile folder, RequestPath path) {
    try {
      List<String> names = names(folder);
      boolean complete = names.size() <= MAX_NAMES;
      if (!complete) {
        names.removeLast();
      }
      Collections.sort(names);
      byte[] page = page(path, names, complete).getBytes(StandardCharsets.UTF_8);
      HeaderFields fields = new HeaderFields().add("Content-Type", "text/html; charset=utf-8");
      return new Response(Status.OK, fields, new Body.Text(page));
    } catch (IOException | DirectoryIteratorException e) {
      return Response.of(UNREADABLE);
    }
  }

  /** At most one name more than are listed. */
  private static List<String> names(OpenFile folder) throws IOException {
    // Through its descriptor, not by its path: that may lead elsewhere by now.
    Path open = Path.of("/proc/self/fd/" + folder.fd().number());
    List<String> names = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(open)) {
      for (Path entry : entries) {
        String name = name(entry);
        if (name != null) {
          boolean isFolder = Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS);
          names.add(isFolder ? name + "/" : name);
        }
        if (names.size() > MAX_NAMES) {
          break;
        }
      }
    }
    return names;
  }

  /**
   * The name in UTF-8, whatever the locale; null when it is not UTF-8, so that no URL leads to it.
   */
  private static String name(Path entry) {
    String uri = entry.toUri().getRawPath();
    String path = uri.endsWith("/") ? uri.substring(0, uri.length() - 1) : uri;
    try {
      return PercentEncoding.decode(path.substring(path.lastIndexOf('/') + 1));
    } catch (HttpException e) {
      return null;
    }
  }

  private static String page(RequestPath path, List<String> names, boolean complete) {
    String title = "Index of " + escape(path.toString());
    StringBuilder html = new StringBuilder(256 + 64 * names.size());
    html.append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>");
    html.append(title).append("</title>\n</head>\n<body>\n<h1>").append(title).append("</h1>\n");
    html.append("<ul>\n");
    if (!path.names().isEmpty()) {
      appendLink(html, "../", "../");
    }
    for (String name : names) {
      boolean isFolder = name.endsWith("/");
      String plain = isFolder ? name.substring(0, name.length() - 1) : name;
      // The dot keeps a colon in the name from ending a scheme.
      appendLink(html, "./" + PercentEncoding.encode(plain) + (isFolder ? "/" : ""), name);
    }
    html.append("</ul>\n");
    if (!complete) {
      html.append("<p>There are more than ").append(MAX_NAMES).append(" names.</p>\n");
    }
    return html.append("</body>\n</html>\n").toString();
  }

  private static void appendLink(StringBuilder html, String href, String name) {
    html.append("<li><a href=\"").append(escape(href)).append("\">");
    html.append(escape(name)).append("</a></li>\n");
  }

  private static String escape(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;")
        .replace("'", "&#39;");
  }
}
