// SPDX-License-Identifier: Apache-2.0
/** What tests share: a clock moved by hand, loops to test on, checks for leaks, what was logged. */
package dev.ouro.testing;
