// SPDX-License-Identifier: Apache-2.0
package dev.ouro.bindings;

import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What the bindings say, as C expressions and their values: every constant, and the size and each
 * field's offset of every structure. {@code native/probe} asks the C compiler the same.
 */
public final class BindingRows {
  private static final String OFFSET = "$offset";

  /**
   * The declaration that jextract quotes above a class; without a tag the class has a typedef's
   * name.
   */
  private static final Pattern DECLARATION =
      Pattern.compile("\\{@snippet lang=c :\\s+\\* (?:typedef )?(struct|union)( \\w+)? \\{");

  private BindingRows() {}

  /** Writes {@code FACILITY.rows} for each facility of an architecture into a directory. */
  public static void main(String[] args) throws IOException {
    for (String facility : facilities(args[0])) {
      writeRows(args[0], facility, Path.of(args[1]));
    }
  }

  static void writeRows(String architecture, String facility, Path directory) throws IOException {
    Files.createDirectories(directory);
    Files.write(
        directory.resolve(facility + ".rows"),
        of(architecture, facility).keySet().stream().map(row -> "ROW(" + row + ");").toList());
  }

  /** The facilities that have bindings for an architecture. */
  public static List<String> facilities(String architecture) throws IOException {
    try (Stream<Path> packages = Files.list(Path.of("bindings/dev/ouro/bindings", architecture))) {
      return packages.map(path -> path.getFileName().toString()).sorted().toList();
    }
  }

  /** The value of each C expression that the bindings of one facility hold. */
  public static SortedMap<String, Long> of(String architecture, String facility)
      throws IOException {
    SortedMap<String, Long> rows = new TreeMap<>();
    Path sources = Path.of("bindings/dev/ouro/bindings", architecture, facility);
    try (Stream<Path> files = Files.list(sources)) {
      for (Path file : files.toList()) {
        String name = file.getFileName().toString().replace(".java", "");
        if (name.endsWith("Header")) {
          addConstants(load(architecture, facility, name), rows);
        } else if (!name.endsWith("$shared") && !name.equals("package-info")) {
          addStructure(load(architecture, facility, name), cType(file, name), rows);
        }
      }
    }
    return rows;
  }

  /** {@link #of(String, String)} of all facilities. */
  public static SortedMap<String, Long> of(String architecture) throws IOException {
    SortedMap<String, Long> rows = new TreeMap<>();
    for (String facility : facilities(architecture)) {
      rows.putAll(of(architecture, facility));
    }
    return rows;
  }

  /**
   * What a comparison found.
   *
   * @param compared how many numbers have a row
   * @param wrong those that differ from it, or have none and should
   */
  public record Comparison(int compared, SortedMap<String, String> wrong) {}

  /**
   * Compares the {@code int} constants of {@code types} with the rows of the same names. One that C
   * does not have may be our own if it is not public.
   *
   * @param others those that are compared elsewhere, {@code Class.NAME}
   */
  public static Comparison compareByName(
      Map<String, Long> rows, List<Class<?>> types, Set<String> others)
      throws ReflectiveOperationException {
    SortedMap<String, String> wrong = new TreeMap<>();
    int compared = 0;
    for (Class<?> type : types) {
      for (Field field : type.getDeclaredFields()) {
        String ours = type.getSimpleName() + "." + field.getName();
        if (isConstant(field) && !others.contains(ours)) {
          Long theirs = rows.get(field.getName());
          long value = value(field);
          boolean isPublic = Modifier.isPublic(field.getModifiers());
          if (theirs == null ? isPublic : theirs.intValue() != value) {
            wrong.put(ours, value + ", not " + theirs);
          }
          compared += theirs == null ? 0 : 1;
        }
      }
    }
    return new Comparison(compared, wrong);
  }

  /**
   * Compares numbers that have names of our own.
   *
   * @param expressions what each, {@code Class.NAME} of {@code inPackage}, stands for in C
   */
  public static Comparison compareByExpression(
      Map<String, Long> rows, String inPackage, Map<String, String> expressions)
      throws ReflectiveOperationException {
    SortedMap<String, String> wrong = new TreeMap<>();
    for (Map.Entry<String, String> entry : expressions.entrySet()) {
      String[] name = entry.getKey().split("\\.");
      long ours = value(Class.forName(inPackage + "." + name[0]).getDeclaredField(name[1]));
      Long theirs = rows.get(entry.getValue());
      if (theirs == null || theirs != ours) {
        wrong.put(entry.getKey(), ours + ", not " + theirs);
      }
    }
    return new Comparison(expressions.size(), wrong);
  }

  private static boolean isConstant(Field field) {
    return Modifier.isStatic(field.getModifiers())
        && field.getType() == int.class
        && field.getName().matches("[A-Z][A-Z0-9_]+");
  }

  private static long value(Field field) throws IllegalAccessException {
    field.setAccessible(true);
    return ((Number) field.get(null)).longValue();
  }

  private static Class<?> load(String architecture, String facility, String name) {
    try {
      return Class.forName("dev.ouro.bindings." + architecture + "." + facility + "." + name);
    } catch (ClassNotFoundException e) {
      throw new AssertionError("bindings not compiled: " + name, e);
    }
  }

  private static String cType(Path source, String name) throws IOException {
    Matcher matcher = DECLARATION.matcher(Files.readString(source));
    if (!matcher.find()) {
      throw new AssertionError("no C declaration in " + source);
    }
    return matcher.group(2) == null ? name : matcher.group(1) + matcher.group(2);
  }

  private static void addConstants(Class<?> header, SortedMap<String, Long> rows) {
    for (Method method : header.getDeclaredMethods()) {
      if (Modifier.isPublic(method.getModifiers())) {
        rows.put(method.getName(), number(method));
      }
    }
  }

  private static void addStructure(Class<?> type, String cType, SortedMap<String, Long> rows) {
    rows.put("sizeof(" + cType + ")", number(method(type, "sizeof")));
    addFields(type, cType, "", 0, rows);
  }

  /** The fields of a structure, and of the structures and unions that it declares in place. */
  private static void addFields(
      Class<?> type, String cType, String path, long base, SortedMap<String, Long> rows) {
    for (Method method : type.getDeclaredMethods()) {
      if (!method.getName().endsWith(OFFSET)) {
        continue;
      }
      String field = method.getName().substring(0, method.getName().length() - OFFSET.length());
      // jextract appends an underscore to what Java keeps for itself.
      String cField = path + field.replaceFirst("^(\\w*[a-z])_$", "$1");
      long offset = base + number(method);
      rows.put("offsetof(" + cType + ", " + cField + ")", offset);
      for (Class<?> nested : type.getDeclaredClasses()) {
        if (nested.getSimpleName().equals(field) && !nested.isInterface()) {
          addFields(nested, cType, cField + ".", offset, rows);
        }
      }
    }
  }

  private static Method method(Class<?> type, String name) {
    try {
      return type.getMethod(name);
    } catch (NoSuchMethodException e) {
      throw new AssertionError(type + " has no " + name, e);
    }
  }

  private static long number(Method method) {
    try {
      Object value = method.invoke(null);
      return value instanceof java.lang.foreign.MemorySegment segment
          ? segment.address()
          : ((Number) value).longValue();
    } catch (ReflectiveOperationException e) {
      throw new AssertionError(method.toString(), e);
    }
  }
}
