// SPDX-License-Identifier: Apache-2.0
/**
 * An HTTP/1.1 server of static files on Ouro: {@code createServer}, a protocol, {@code sendfile}.
 *
 * <p>{@link dev.ouro.examples.fileserver.FileServer} starts it. {@link
 * dev.ouro.examples.fileserver.HttpConnection} is the protocol, the only class that knows a
 * transport; what it needs to understand requests ({@link
 * dev.ouro.examples.fileserver.RequestParser}) and to find answers ({@link
 * dev.ouro.examples.fileserver.Site}) does no network I/O.
 */
package dev.ouro.examples.fileserver;
