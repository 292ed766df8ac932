// SPDX-License-Identifier: Apache-2.0
package dev.ouro.transport;

import dev.ouro.linux.ConnectionAbortedException;
import dev.ouro.linux.ConnectionResetException;
import dev.ouro.loop.EngineLoop;
import dev.ouro.loop.LoopExit;
import dev.ouro.memory.ChunkPool;
import java.nio.ByteBuffer;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;

/**
 * TLS between a transport, whose protocol this is, and a protocol, whose transport {@link
 * TlsTransport} is: asyncio's {@code SSLProtocol}.
 *
 * <pre>
 * UNWRAPPED ─ connectionMade → HANDSHAKE → WRAPPED ─ close → FLUSHING → SHUTDOWN ─ the peer's
 * close_notify → (the lower transport closes) → LOST
 * </pre>
 *
 * and from everywhere, by an error or abort, BROKEN → LOST. What is written is encrypted at once
 * and waits in the lower transport; so FLUSHING only lasts while a renegotiation of TLS 1.2 holds
 * it up.
 */
final class TlsProtocol implements Protocol {
  /** Hears the end of the handshake, once. */
  interface Listener {
    /** The peer is who it should be; the protocol has got its transport. */
    void established(TlsTransport transport);

    /** It ended otherwise; the connection is closing or closed. */
    void failed(Throwable reason);
  }

  private enum State {
    UNWRAPPED,
    HANDSHAKE,
    WRAPPED,
    FLUSHING,
    SHUTDOWN,
    BROKEN,
    LOST
  }

  /** asyncio's: so much may wait below until the protocol is paused. */
  static final int WRITE_HIGH_BYTES = 512 * 1024;

  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  private final EngineLoop loop;
  private final SSLEngine engine;
  private final TlsCodec codec;
  private final TlsHandshake handshake;
  private final TlsInput input;
  private final TlsOutput output;
  private final TlsTimeouts timeouts;
  private final TlsArguments arguments;
  private final TlsTransport transport;
  private final ByteBuffer[] one = new ByteBuffer[1];
  private final Listener listener;
  private State state = State.UNWRAPPED;
  private LoopTransport lower;
  private Throwable failure;
  private boolean made;
  private boolean heard;
  private boolean reads;
  private boolean lowerEnded;
  private boolean writing;
  private boolean pausedWhileWriting;

  /**
   * Prepares a layer; it begins when its {@code connectionMade} is called.
   *
   * @param made whether {@code app} has had its {@code connectionMade}
   */
  TlsProtocol(
      EngineLoop loop,
      ChunkPool chunks,
      TlsBuffers buffers,
      TlsArguments arguments,
      SSLEngine engine,
      BaseProtocol app,
      boolean made,
      Listener listener) {
    this.loop = loop;
    this.engine = engine;
    this.codec = new TlsCodec(engine, buffers);
    this.handshake = new TlsHandshake(this, loop, engine, codec);
    this.input = new TlsInput(this, codec, buffers, chunks);
    this.output = new TlsOutput(engine, codec, chunks);
    this.timeouts = new TlsTimeouts(this, arguments);
    this.arguments = arguments;
    this.transport = new TlsTransport(this, chunks, app);
    this.made = made;
    this.listener = listener;
  }

  EngineLoop loop() {
    return loop;
  }

  SSLEngine engine() {
    return engine;
  }

  TlsArguments arguments() {
    return arguments;
  }

  TlsTransport transport() {
    return transport;
  }

  /** The transport below; null before {@code connectionMade}. */
  LoopTransport lower() {
    return lower;
  }

  /** Whether the first handshake is over. */
  boolean isEstablished() {
    return state != State.UNWRAPPED && state != State.HANDSHAKE;
  }

  private boolean isOver() {
    return state == State.BROKEN || state == State.LOST;
  }

  /** Whether what is written is sent. */
  boolean isOpen() {
    return state == State.WRAPPED && !lower.isClosing();
  }

  // The handshake

  @Override
  public void connectionMade(Transport below) {
    if (state != State.UNWRAPPED) {
      return; // lost already
    }
    lower = (LoopTransport) below;
    lower.setWriteBufferLimits(WRITE_HIGH_BYTES);
    state = State.HANDSHAKE;
    timeouts.startHandshake();
    try {
      handshake.begin();
    } catch (SSLException | RuntimeException e) {
      fail(e);
    }
  }

  /** What the engine delegated in the first handshake is done, or {@code thrown} ended it. */
  void handshakeTasksDone(Throwable thrown) {
    if (state != State.HANDSHAKE) {
      return;
    }
    if (thrown != null) {
      fail(thrown);
      return;
    }
    try {
      handshake.advance();
    } catch (SSLException | RuntimeException e) {
      fail(e);
      return;
    }
    receive(NOTHING);
  }

  /** No handshake is under way any more. */
  void handshakeOver() throws SSLException {
    if (state == State.HANDSHAKE) {
      established();
      return;
    }
    output.flush(lower);
    if (state == State.FLUSHING && output.sizeBytes() == 0) {
      shutDown();
    } else if (!lower.isWritingPaused()) {
      resumeWriting();
    }
  }

  private void established() {
    timeouts.stop();
    state = State.WRAPPED;
    transport.established();
    if (!made) {
      made = true;
      transport.callConnectionMade();
    }
    if (lower.isWritingPaused()) {
      transport.pauseWriting();
    }
    heard = true;
    listener.established(transport);
    // Whoever waits for the handshake is called before the first data: it may set another protocol.
    loop.callSoon(this::startReading, lower.context());
  }

  private void startReading() {
    reads = true;
    receive(NOTHING);
  }

  /** The protocol above takes data again. */
  void receiveHeld() {
    receive(NOTHING);
  }

  // Receiving

  @Override
  public void dataReceived(ByteBuffer data) {
    receive(data);
  }

  /** Hands over what can be decrypted of what is held and then of {@code arrived}. */
  private void receive(ByteBuffer arrived) {
    if (state == State.UNWRAPPED || isOver()) {
      arrived.position(arrived.limit());
      return;
    }
    try {
      input.decrypt(arrived);
    } catch (SSLException | RuntimeException e) {
      fail(e);
    }
    if (isOver()) {
      arrived.position(arrived.limit());
      return;
    }
    input.keep(arrived, lower);
    if (lowerEnded && mayDecrypt()) {
      inputEnded();
    }
  }

  /** Whether the engine may be given records now. */
  boolean mayDecrypt() {
    return switch (state) {
      case HANDSHAKE -> !handshake.isElsewhere();
      case WRAPPED -> reads && transport.mayDeliver();
      case FLUSHING, SHUTDOWN -> true;
      default -> false;
    };
  }

  /** A record was decrypted; {@code wanted} is what the engine wants then. */
  void decrypted(HandshakeStatus wanted) throws SSLException {
    if (state == State.HANDSHAKE) {
      handshake.advance(wanted);
    } else if (wanted != HandshakeStatus.NOT_HANDSHAKING) {
      output.hold();
      handshake.advance(wanted);
    }
  }

  /** Hands {@code plain} over, if anybody still wants it. */
  void deliver(ByteBuffer plain) {
    if (state == State.WRAPPED) {
      transport.deliver(plain);
    }
  }

  @Override
  public boolean eofReceived() {
    lowerEnded = true;
    receive(NOTHING);
    return true; // the lower transport closes when this layer has said goodbye
  }

  /** The peer sends no more: by a close_notify, or without one. */
  void inputEnded() {
    switch (state) {
      case HANDSHAKE ->
          breakOff(new ConnectionResetException("handshake", "the peer ended the connection"));
      case WRAPPED -> {
        transport.callEofReceived();
        close();
      }
      case FLUSHING -> shutDown();
      case SHUTDOWN -> lower.close();
      default -> {}
    }
  }

  // Sending

  /** Sends what remains in {@code data}; only while {@link #isOpen}. */
  void write(ByteBuffer data) {
    loop.requireThread();
    one[0] = data;
    write(one);
    one[0] = null;
  }

  /** {@link #write(ByteBuffer)} of each, in full records. */
  void write(ByteBuffer[] data) {
    loop.requireThread();
    writing = true;
    try {
      output.write(data, lower);
    } catch (SSLException | RuntimeException e) {
      fail(e);
    }
    writing = false;
    if (output.sizeBytes() > lower.getWriteBufferLimits().highBytes()) {
      pausedWhileWriting = true;
    }
    if (pausedWhileWriting) {
      pausedWhileWriting = false;
      pauseWriting();
    }
  }

  /** How many bytes wait for a handshake. */
  long backlogBytes() {
    return output.sizeBytes();
  }

  /** The protocol hears of it when all of its write is encrypted, for it may write again then. */
  @Override
  public void pauseWriting() {
    if (writing) {
      pausedWhileWriting = true;
    } else if (state == State.WRAPPED || state == State.FLUSHING) {
      transport.pauseWriting();
    }
  }

  @Override
  public void resumeWriting() {
    if (output.sizeBytes() == 0) {
      transport.resumeWriting();
    }
  }

  // The end

  /** Sends what is left and a close_notify, and waits for the peer's. */
  void close() {
    if (!isEstablished()) {
      abort();
    } else if (state == State.WRAPPED) {
      state = State.FLUSHING;
      transport.closing(null);
      timeouts.startShutdown();
      if (output.sizeBytes() == 0 || lowerEnded || engine.isInboundDone()) {
        shutDown(); // a handshake that the peer has left does not end
      }
    }
  }

  private void shutDown() {
    state = State.SHUTDOWN;
    if (lowerEnded) {
      lower.close(); // without a close_notify, as the peer
      return;
    }
    engine.closeOutbound();
    try {
      codec.produce(lower);
    } catch (SSLException | RuntimeException e) {
      fail(e);
      return;
    }
    if (engine.isInboundDone()) {
      lower.close();
    } else {
      // What is held is not wanted any more, but the peer's close_notify may be behind it.
      loop.callSoon(this::receiveHeld, lower.context());
    }
  }

  /** Closes the connection below at once. */
  void abort() {
    breakOff(null);
  }

  /** What the peer did wrong, or the engine: tells the peer, and closes. */
  private void fail(Throwable thrown) {
    LoopExit.rethrowIfFatal(thrown);
    if (isOver()) {
      return;
    }
    State before = state;
    end(thrown);
    transport.report(
        thrown, before == State.HANDSHAKE ? "SSL handshake failed" : "SSL error in data received");
    sendAlert();
    timeouts.startShutdown();
    lower.close();
  }

  private void sendAlert() {
    for (int tries = 0; tries < 2; tries++) {
      try {
        codec.produce(lower);
        return;
      } catch (SSLException | RuntimeException again) {
        // An engine throws what a delegated task threw first, and has its alert then.
      }
    }
  }

  /** Ends the connection below at once, as {@link LoopTransport#forceClose}. */
  boolean breakOff(Throwable reasonOrNull) {
    if (state == State.LOST) {
      return false;
    }
    if (state != State.BROKEN) {
      end(reasonOrNull);
    }
    return lower == null || lower.forceClose(failure);
  }

  private void end(Throwable reasonOrNull) {
    boolean shaking = !isEstablished();
    state = State.BROKEN;
    failure = reasonOrNull;
    timeouts.stop();
    input.discard();
    transport.closing(reasonOrNull);
    if (shaking) {
      tellFailure();
    }
  }

  private void tellFailure() {
    if (!heard) {
      heard = true;
      listener.failed(
          failure != null
              ? failure
              : new ConnectionAbortedException("handshake", "the connection was closed"));
    }
  }

  @Override
  public void connectionLost(Throwable exceptionOrNull) {
    timeouts.stop();
    if (failure == null) {
      failure = exceptionOrNull;
    }
    state = State.LOST;
    input.discard();
    output.discard();
    transport.closing(failure);
    tellFailure();
    if (made) {
      transport.callConnectionLost(failure);
    }
  }
}
