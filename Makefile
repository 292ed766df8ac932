# SPDX-License-Identifier: Apache-2.0

.DEFAULT_GOAL := help
.PHONY: help run test conformance conformance-mutants serve bench bindings aot format verify clean benchmarks-built

ROOT ?= .
PORT ?= 8080

JDK = $$(src/build/find-jdk)
# Warnings (they fail the build) and the tests' results, nothing else.
MVN = src/build/with-jdk mvn -B \
  -Dorg.slf4j.simpleLogger.defaultLogLevel=warn \
  -Dorg.slf4j.simpleLogger.log.org.apache.maven.plugin.surefire=info
CLASSES = target/classes
JAVA_FLAGS = --enable-native-access=dev.ouro --add-opens=java.base/java.lang=dev.ouro
# The examples as an application has them: Ouro on the module path, they on the class path.
EXAMPLE = $(JDK)/bin/java $(JAVA_FLAGS) -p $(CLASSES) --add-modules dev.ouro -cp target/examples-classes

# The benchmark program, on the class path with Ouro and all that it starts.
BENCHMARKS = $(JDK)/bin/java -cp "$(CLASSES):benchmarks/target/classes:benchmarks/target/lib/*" \
  dev.ouro.benchmarks.Main
# What make bench measures: echo, udp, ring, startup, idle, spawn or tls, with options; make bench BENCH=--help lists them.
BENCH ?= all
# The same from jars, with the cache that was made for them.
AOT = target/aot/fileserver.aot
AOT_EXAMPLE = $(JDK)/bin/java $(JAVA_FLAGS) -XX:AOTCache=$(AOT) -p target/aot/ouro.jar --add-modules dev.ouro -cp target/aot/examples.jar

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 21

run: benchmarks-built ## a first look: echo servers measured against C and the JDK, in 20 s
	@exec $(BENCHMARKS) run

bench: benchmarks-built ## measure: BENCH="echo --rounds 5", udp, ring, startup, idle, spawn, tls, jmh; default all
	@exec $(BENCHMARKS) $(BENCH)

benchmarks-built:
	@src/build/require mvn gcc
	@$(MVN) -DskipTests compile
	@$(MAKE) --silent -C native/bench
	@$(MVN) -f benchmarks/pom.xml process-classes

test: ## run the whole suite, each engine forced in turn
	@src/build/require mvn gcc
	$(MVN) test

# For make conformance: --engine epoll, -v, names of tests; CONFORMANCE=--help lists them.
CONFORMANCE ?=

conformance: ## CPython's own asyncio tests against both loops, over JPype (Debian's packages)
	@src/build/require mvn dpkg-deb
	@$(MVN) -DskipTests compile
	@src/build/with-jdk src/conformance/run $(CONFORMANCE)

conformance-mutants: ## breaks the loop in ten ways: which conformance test catches which
	@src/build/require mvn dpkg-deb
	@$(MVN) -DskipTests compile
	@src/build/with-jdk /usr/bin/python3 src/conformance/mutants.py

verify: test ## tests, format, jars of classes, sources and Javadoc
	$(MVN) -DskipTests verify

serve: ## serve the files under ROOT=dir on PORT=8080
	@src/build/require mvn
	@$(MVN) -DskipTests test-compile
	@if [ -s $(AOT) ] && [ -z "$$(find $(CLASSES) target/examples-classes -name '*.class' -newer $(AOT))" ]; then \
	  exec $(AOT_EXAMPLE) dev.ouro.examples.fileserver.FileServer "$(ROOT)" "$(PORT)"; \
	fi; \
	exec $(EXAMPLE) dev.ouro.examples.fileserver.FileServer "$(ROOT)" "$(PORT)"

aot: ## make the ahead-of-time cache with which make serve starts faster
	@src/build/require mvn curl
	@$(MVN) -DskipTests test-compile
	@src/build/aot $(JAVA_FLAGS)

bindings: ## regenerate bindings/ with jextract (from the PATH, or JEXTRACT=...)
	@src/build/require mvn gcc
	native/jextract/generate

format: ## format the Java sources
	@src/build/require mvn
	$(MVN) spotless:apply

clean: ## remove what was built
	@src/build/require mvn
	$(MVN) clean
