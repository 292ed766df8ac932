// SPDX-License-Identifier: Apache-2.0
/** What is made of measurements: medians, ratios, verdicts and the tables that show them. */
package dev.ouro.benchmarks.report;
