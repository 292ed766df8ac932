// SPDX-License-Identifier: Apache-2.0
package dev.ouro.streams;

import java.nio.charset.Charset;

/**
 * What {@link Process#communicate} answers: asyncio's pair {@code (stdout, stderr)}.
 *
 * @param stdout what the child wrote to a pipe as standard output, or null
 * @param stderr what the child wrote to a pipe as standard error, or null
 */
@SuppressWarnings("ArrayRecordComponent") // what was read, the caller's own
public record ProcessOutput(byte[] stdout, byte[] stderr) {
  /** {@link #stdout} as text, or null. */
  public String stdout(Charset charset) {
    return stdout == null ? null : new String(stdout, charset);
  }

  /** {@link #stderr} as text, or null. */
  public String stderr(Charset charset) {
    return stderr == null ? null : new String(stderr, charset);
  }
}
