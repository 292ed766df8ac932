// SPDX-License-Identifier: Apache-2.0
/** The front door: {@link dev.ouro.Asyncio}, and the event loops that it makes. */
package dev.ouro;
