// SPDX-License-Identifier: Apache-2.0
/**
 * The Java half of the bridge over which CPython's asyncio tests drive Ouro's loops: what JPype
 * cannot express from Python, and the count of the loop's methods that were reached.
 */
package dev.ouro.conformance;
