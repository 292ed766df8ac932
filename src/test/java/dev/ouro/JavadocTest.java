// SPDX-License-Identifier: Apache-2.0
package dev.ouro;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.source.tree.AnnotationTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.ModifiersTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.VariableTree;
import com.sun.source.util.DocTrees;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePathScanner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import javax.lang.model.element.Modifier;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;

/** Everything that a user of the library can name says what it is. */
class JavadocTest {
  @Test
  void shouldDocumentEveryPublicElement() throws IOException {
    List<String> undocumented = new ArrayList<>();
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
      JavacTask task =
          (JavacTask)
              compiler.getTask(
                  null,
                  files,
                  null,
                  null,
                  null,
                  files.getJavaFileObjectsFromPaths(publicSources()));
      DocTrees docs = DocTrees.instance(task);
      for (CompilationUnitTree unit : task.parse()) {
        new Undocumented(docs, undocumented).scan(unit, null);
      }
    }

    assertThat(undocumented).isEmpty();
  }

  private static List<Path> publicSources() throws IOException {
    Path notExported = Path.of("src/main/java/dev/ouro/poll");
    try (Stream<Path> files = Files.walk(Path.of("src/main/java/dev"))) {
      return files
          .filter(file -> file.toString().endsWith(".java") && !file.startsWith(notExported))
          .toList();
    }
  }

  /** Collects the public and protected declarations without a comment; an override needs none. */
  private static final class Undocumented extends TreePathScanner<Void, Void> {
    private final DocTrees docs;
    private final List<String> found;
    private CompilationUnitTree unit;

    Undocumented(DocTrees docs, List<String> found) {
      this.docs = docs;
      this.found = found;
    }

    @Override
    public Void visitCompilationUnit(CompilationUnitTree tree, Void unused) {
      unit = tree;
      return super.visitCompilationUnit(tree, unused);
    }

    @Override
    public Void visitClass(ClassTree tree, Void unused) {
      if (!visible(tree.getModifiers())) {
        return null;
      }
      check(tree, tree.getSimpleName());
      return super.visitClass(tree, unused);
    }

    @Override
    public Void visitMethod(MethodTree tree, Void unused) {
      if (visible(tree.getModifiers()) && !overrides(tree)) {
        check(tree, tree.getName());
      }
      return null;
    }

    @Override
    public Void visitVariable(VariableTree tree, Void unused) {
      boolean member = getCurrentPath().getParentPath().getLeaf() instanceof ClassTree;
      // A record's components are documented by @param of the record.
      if (member && visible(tree.getModifiers())) {
        check(tree, tree.getName());
      }
      return null;
    }

    private boolean visible(ModifiersTree modifiers) {
      Set<Modifier> flags = modifiers.getFlags();
      if (flags.contains(Modifier.PUBLIC) || flags.contains(Modifier.PROTECTED)) {
        return true;
      }
      Tree parent = getCurrentPath().getParentPath().getLeaf();
      return parent.getKind() == Tree.Kind.INTERFACE && !flags.contains(Modifier.PRIVATE);
    }

    private static boolean overrides(MethodTree tree) {
      return tree.getModifiers().getAnnotations().stream()
          .map(AnnotationTree::getAnnotationType)
          .anyMatch(type -> type.toString().equals("Override"));
    }

    private void check(Tree tree, CharSequence name) {
      if (docs.getDocComment(getCurrentPath()) == null) {
        long line =
            unit.getLineMap().getLineNumber(docs.getSourcePositions().getStartPosition(unit, tree));
        found.add(Path.of(unit.getSourceFile().getName()).getFileName() + ":" + line + " " + name);
      }
    }
  }
}
