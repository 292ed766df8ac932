// SPDX-License-Identifier: Apache-2.0
package dev.ouro.testing;

/** How the loop lets tasks run. */
public enum TaskKind {
  MOUNTED,
  HANDOVER;

  static final String PROPERTY = "dev.ouro.tasks";

  String property() {
    return name().toLowerCase(java.util.Locale.ROOT);
  }
}
