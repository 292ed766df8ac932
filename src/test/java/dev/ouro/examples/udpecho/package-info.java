// SPDX-License-Identifier: Apache-2.0
/** The UDP echo example, run as users run it. */
package dev.ouro.examples.udpecho;
