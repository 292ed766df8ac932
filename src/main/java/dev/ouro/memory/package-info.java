// SPDX-License-Identifier: Apache-2.0
/**
 * Buffers in memory that the library owns, outside of the Java heap, where the kernel may read and
 * write while a call goes on.
 *
 * <p>A {@link dev.ouro.memory.ChunkPool} hands out {@link dev.ouro.memory.Chunk}s of two sizes; a
 * {@link dev.ouro.memory.ByteQueue} keeps bytes in a chain of them. All of it belongs to one
 * thread, the loop's; nothing is allocated on the Java heap once the pool is warm.
 */
package dev.ouro.memory;
