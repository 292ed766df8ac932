// SPDX-License-Identifier: Apache-2.0
package dev.ouro.transport;

import java.nio.ByteBuffer;

/** Tells a child's protocol what one of its pipes tells. */
final class ChildPipe implements Protocol {
  private final ChildTransport child;
  private final int fd;

  ChildPipe(ChildTransport child, int fd) {
    this.child = child;
    this.fd = fd;
  }

  @Override
  public void connectionMade(BaseTransport transport) {
    // The child's protocol finds it there.
  }

  @Override
  public void dataReceived(ByteBuffer data) {
    child.pipeDataReceived(fd, data);
  }

  @Override
  public void connectionLost(Throwable exceptionOrNull) {
    child.pipeConnectionLost(fd, exceptionOrNull);
  }

  @Override
  public void pauseWriting() {
    child.getProtocol().pauseWriting();
  }

  @Override
  public void resumeWriting() {
    child.getProtocol().resumeWriting();
  }
}
