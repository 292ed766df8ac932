// SPDX-License-Identifier: Apache-2.0
/** Tests of the file server: its parts on plain bytes and files, the whole with curl and wrk. */
package dev.ouro.examples.fileserver;
