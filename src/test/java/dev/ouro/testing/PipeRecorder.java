// SPDX-License-Identifier: Apache-2.0
package dev.ouro.testing;

import dev.ouro.transport.BaseTransport;

/** A {@link Recorder} of a transport in one direction. */
public class PipeRecorder extends Recorder {
  private BaseTransport pipe;

  @Override
  public void connectionMade(BaseTransport made) {
    pipe = made;
    events().add("connectionMade");
  }

  public BaseTransport pipe() {
    return pipe;
  }

  @Override
  public boolean isMade() {
    return pipe != null;
  }
}
