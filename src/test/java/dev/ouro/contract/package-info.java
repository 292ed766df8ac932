// SPDX-License-Identifier: Apache-2.0
/**
 * What asyncio's documentation and tests say of an event loop, checked on every engine. Each test
 * names the behaviours of the list in the project's documents that it shows.
 */
package dev.ouro.contract;
