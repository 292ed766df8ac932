// SPDX-License-Identifier: Apache-2.0

/**
 * Made from native/jextract/pwd.h for aarch64 by {@code make bindings}; not to be edited.
 *
 * <pre>{@code
 * jextract --output ../../bindings --target-package dev.ouro.bindings.aarch64.pwd --header-class-name PwdHeader @../../native/jextract/pwd.args ../../native/jextract/pwd.h
 *
 * compile_flags.txt in the working directory target/jextract:
 *   -nostdinc
 *   --target=aarch64-linux-gnu
 *   -isystem../headers/uapi/usr/include/aarch64-linux-gnu
 *   -isystem../headers/uapi/usr/include
 *   -isystem../headers/glibc-aarch64/usr/aarch64-linux-gnu/include
 *
 * jextract 25, libclang Debian clang version 14.0.6
 * jextract revision f9866df3a178baa2e4a3746a7a6e458d783ace92
 *
 * linux-libc-dev 7.3.4-1~bpo13+1 (trixie-backports)
 *   sha256 b3a4538fca67081c8606a93f37521d0eb74ac75996a02f3321a6b27f978e10a8
 * libc6-dev-arm64-cross 2.36-8cross1 (bookworm)
 *   sha256 5e4cf6abf0e89e89c4b3006bb8b7dc47aa831df25d94df9134929b8b968cacb4
 * }</pre>
 */
package dev.ouro.bindings.aarch64.pwd;
