// SPDX-License-Identifier: Apache-2.0
/** The examples of the event loop, run as their users run them. */
package dev.ouro.examples.eventloop;
