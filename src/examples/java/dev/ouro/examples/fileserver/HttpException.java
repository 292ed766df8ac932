// SPDX-License-Identifier: Apache-2.0
package dev.ouro.examples.fileserver;

/** A request that is answered with an error: which, and why. */
final class HttpException extends Exception {
  private static final long serialVersionUID = 1L;

  private final Status status;

  HttpException(Status status, String message) {
    // Bad requests are no fault of this program: nobody wants their stack traces.
    super(message, null, false, false);
    this.status = status;
  }

  Status status() {
    return status;
  }
}
