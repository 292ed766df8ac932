// SPDX-License-Identifier: Apache-2.0
package dev.ouro.poll;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** A listener that remembers what it heard. */
class RecordingStream implements StreamListener {
  final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  final List<String> events = new ArrayList<>();

  @Override
  public void received(ByteBuffer view, long address) {
    byte[] piece = new byte[view.remaining()];
    view.get(piece);
    bytes.writeBytes(piece);
  }

  @Override
  public void endOfStream() {
    events.add("end");
  }

  @Override
  public void receiveFailed(int errno) {
    events.add("failed " + errno);
  }

  @Override
  public void sent(int result) {
    events.add("sent " + result);
  }

  @Override
  public void writable() {
    events.add("writable");
  }

  @Override
  public void cancelled() {
    events.add("cancelled");
  }
}
