// SPDX-License-Identifier: Apache-2.0
package dev.ouro.conformance;

/** A Python object as Java holds it; handed back to Python, it is that very object again. */
public interface PyObject {}
