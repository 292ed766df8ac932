// SPDX-License-Identifier: Apache-2.0
/**
 * The front door: {@link dev.ouro.Asyncio} makes an {@link dev.ouro.EventLoop}, which makes
 * everything else.
 *
 * <p>Names are asyncio's, in camelCase, on the type that has them there.
 */
package dev.ouro;
