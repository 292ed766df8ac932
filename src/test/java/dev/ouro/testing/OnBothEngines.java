// SPDX-License-Identifier: Apache-2.0
package dev.ouro.testing;

import dev.ouro.poll.EngineKind;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Runs a contract test's class once on each engine, and fails tests that leak. The class's
 * constructor takes the {@link EngineKind}.
 */
@Documented
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ParameterizedClass(name = "{0}")
@EnumSource(EngineKind.class)
@ExtendWith(LeakCheck.class)
public @interface OnBothEngines {}
