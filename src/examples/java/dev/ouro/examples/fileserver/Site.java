// SPDX-License-Identifier: Apache-2.0
package dev.ouro.examples.fileserver;

import dev.ouro.linux.Errno;
import dev.ouro.linux.LinuxException;
import dev.ouro.linux.OpenFile;
import java.nio.file.Path;
import java.util.function.LongSupplier;

/**
 * The files below a root, as answers to requests. Does no network I/O.
 *
 * <p>That nothing outside the root is reached is left to the kernel: every file is opened beneath
 * the root's descriptor with {@code RESOLVE_BENEATH}, so that no symbolic link leads out, whoever
 * changes whatever in between. Files are opened on the loop's thread: on a local disk that takes a
 * few microseconds, less than to hand it to another thread. A server of files on a network would
 * not.
 */
final class Site implements AutoCloseable {
  /** The content of a request that is read to get to the next; more of it ends the connection. */
  static final long MAX_CONTENT_BYTES = 64 * 1024;

  private static final String INDEX = "index.html";

  private final OpenFile root;
  private final LongSupplier epochSeconds;

  private Site(OpenFile root, LongSupplier epochSeconds) {
    this.root = root;
    this.epochSeconds = epochSeconds;
  }

  /**
   * Serves the files below {@code folder}.
   *
   * @throws LinuxException it cannot be opened, or it is not a folder
   */
  static Site open(Path folder, LongSupplier epochSeconds) throws LinuxException {
    OpenFile root = OpenFile.open(folder);
    try {
      // Fails here, not at the first request, where the kernel has no openat2 or forbids it.
      root.openBeneath(".").close();
      if (!root.status().isDirectory()) {
        throw LinuxException.of("openat2", Errno.ENOTDIR, folder.toString());
      }
      return new Site(root, epochSeconds);
    } catch (LinuxException e) {
      root.close();
      throw e;
    }
  }

  /** The answer to {@code request}; whoever gets it closes its body. */
  Response respond(Request request) {
    try {
      if (!request.method().equals("GET") && !request.isHead()) {
        throw new HttpException(Status.METHOD_NOT_ALLOWED, "this server only answers GET and HEAD");
      }
      if (request.contentLength() == Request.CHUNKED) {
        throw new HttpException(Status.LENGTH_REQUIRED, "content needs a Content-Length");
      }
      if (request.contentLength() > MAX_CONTENT_BYTES) {
        throw new HttpException(Status.CONTENT_TOO_LARGE, "there is no use for so much content");
      }
      return find(request, RequestPath.parse(request.target()));
    } catch (HttpException e) {
      return Response.of(e);
    }
  }

  private Response find(Request request, RequestPath path) throws HttpException {
    OpenFile file = open(path.relative());
    try {
      if (file.status().isRegular() && !path.isFolder()) {
        return fileResponse(request, path.lastName(), file);
      }
      if (!file.status().isDirectory()) {
        throw file.status().isRegular()
            ? new HttpException(Status.NOT_FOUND, "there is no such folder")
            : new HttpException(Status.FORBIDDEN, "this is no regular file");
      }
      if (!path.isFolder()) {
        file.close();
        String location = path.encodedFolder() + path.query();
        HeaderFields fields = new HeaderFields().add("Location", location);
        return Response.text(Status.MOVED_PERMANENTLY, fields, "this is a folder");
      }
      return folderResponse(request, path, file);
    } catch (HttpException e) {
      file.close();
      throw e;
    }
  }

  /** The folder's index page, or a listing when it has none. */
  private Response folderResponse(Request request, RequestPath path, OpenFile folder)
      throws HttpException {
    OpenFile index;
    try {
      index = open(path.relative() + "/" + INDEX);
    } catch (HttpException e) {
      if (e.status() != Status.NOT_FOUND) {
        throw e;
      }
      return new Response(Status.OK, new HeaderFields(), new Body.Listing(folder, path));
    }
    folder.close();
    if (!index.status().isRegular()) {
      index.close();
      throw new HttpException(Status.FORBIDDEN, "the index page is no regular file");
    }
    return fileResponse(request, INDEX, index);
  }

  private Response fileResponse(Request request, String name, OpenFile file) {
    long size = file.status().sizeBytes();
    Validator validator =
        Validator.of(file.status().modifiedSeconds(), size, epochSeconds.getAsLong());
    HeaderFields fields =
        new HeaderFields()
            .add("Last-Modified", HttpDate.format(validator.modifiedSeconds()))
            .add("ETag", validator.entityTag())
            .add("Accept-Ranges", "bytes");
    Status status = validator.evaluate(request.fields());
    if (status == Status.NOT_MODIFIED) {
      file.close();
      return new Response(status, fields, Body.NONE);
    }
    if (status == Status.PRECONDITION_FAILED) {
      file.close();
      return Response.text(status, fields, "the file is another by now");
    }
    ByteRange part = requestedPart(request, validator, size);
    if (part == null) {
      fields.add("Content-Type", ContentTypes.of(name));
      return new Response(Status.OK, fields, new Body.FilePart(file, new ByteRange(0, size)));
    }
    fields.add("Content-Range", part.contentRange(size));
    if (part == ByteRange.UNSATISFIABLE) {
      file.close();
      return Response.text(Status.RANGE_NOT_SATISFIABLE, fields, "the file has no such part");
    }
    fields.add("Content-Type", ContentTypes.of(name));
    return new Response(Status.PARTIAL_CONTENT, fields, new Body.FilePart(file, part));
  }

  /** Null for the whole. A range is defined for GET only, RFC 9110 section 14.2. */
  private static ByteRange requestedPart(Request request, Validator validator, long sizeBytes) {
    String range = request.fields().value("Range");
    if (range == null || request.isHead() || !validator.allowsRange(request.fields())) {
      return null;
    }
    return ByteRange.parse(range, sizeBytes);
  }

  private OpenFile open(String relative) throws HttpException {
    try {
      return root.openBeneath(relative);
    } catch (LinuxException e) {
      throw switch (e.errno()) {
        case Errno.ENOENT, Errno.ENOTDIR, Errno.ENAMETOOLONG ->
            new HttpException(Status.NOT_FOUND, "there is no such file");
        case Errno.EACCES, Errno.EPERM, Errno.EXDEV, Errno.ELOOP, Errno.ENXIO, Errno.ENODEV ->
            new HttpException(Status.FORBIDDEN, "this file is not for you");
        case Errno.EMFILE, Errno.ENFILE, Errno.ENOMEM ->
            new HttpException(Status.SERVICE_UNAVAILABLE, "there is too much to do");
        default -> new HttpException(Status.INTERNAL_SERVER_ERROR, "the file cannot be opened");
      };
    }
  }

  @Override
  public void close() {
    root.close();
  }
}
