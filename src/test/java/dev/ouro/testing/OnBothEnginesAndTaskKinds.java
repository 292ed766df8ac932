// SPDX-License-Identifier: Apache-2.0
package dev.ouro.testing;

import dev.ouro.poll.EngineKind;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.ArgumentsProvider;
import org.junit.jupiter.params.provider.ArgumentsSource;
import org.junit.jupiter.params.support.ParameterDeclarations;

/**
 * Runs a contract test's class once on each engine with each kind of task, and fails tests that
 * leak. The class's constructor takes the {@link EngineKind} and the {@link TaskKind}.
 */
@Documented
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ParameterizedClass(name = "{0} {1}")
@ArgumentsSource(OnBothEnginesAndTaskKinds.Combinations.class)
@ExtendWith(LeakCheck.class)
public @interface OnBothEnginesAndTaskKinds {
  /** Each engine with each kind of task. */
  final class Combinations implements ArgumentsProvider {
    @Override
    public Stream<Arguments> provideArguments(
        ParameterDeclarations parameters, ExtensionContext context) {
      return Stream.of(EngineKind.values())
          .flatMap(engine -> Stream.of(TaskKind.values()).map(kind -> Arguments.of(engine, kind)));
    }
  }
}
