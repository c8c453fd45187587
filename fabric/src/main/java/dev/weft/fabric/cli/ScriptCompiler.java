package dev.weft.fabric.cli;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.StringWriter;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.StandardLocation;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;

/**
 * Compiles a script in this JVM, with the modules of Weft. Classes that it uses and that have
 * source files of their own beside it are compiled along, as {@code java Train.java} does.
 */
final class ScriptCompiler {

  /** The first that follows nothing but comments and blanks is what javac takes, too. */
  private static final Pattern PACKAGE =
      Pattern.compile("^\\s*package\\s+([\\w.]+)\\s*;", Pattern.MULTILINE);

  private final Path script;
  private final Libraries libraries;

  private ScriptCompiler(Path script, Libraries libraries) {
    this.script = script;
    this.libraries = libraries;
  }

  /**
   * Compiles a script.
   *
   * @throws CommandException with javac's messages, when it does not compile; or when no class of
   *     it has a main method
   */
  static CompiledScript compile(Path script, Libraries libraries) throws IOException {
    return new ScriptCompiler(script, libraries).compile();
  }

  private CompiledScript compile() throws IOException {
    JavaCompiler compiler =
        Optional.ofNullable(ToolProvider.getSystemJavaCompiler())
            .orElseThrow(
                () ->
                    CommandException.usage(
                        System.getProperty("java.home")
                            + " has no compiler (module jdk.compiler); scripts need a JDK"));
    var messages = new StringWriter();
    try (StandardJavaFileManager files =
        compiler.getStandardFileManager(null, Locale.ROOT, StandardCharsets.UTF_8)) {
      files.setLocationFromPaths(StandardLocation.CLASS_PATH, libraries.paths());
      files.setLocationFromPaths(StandardLocation.SOURCE_PATH, List.of(shown(sourceRoot())));
      var output = new Output(files);
      var task =
          compiler.getTask(
              messages, output, null, options(), null, files.getJavaFileObjects(shown(script)));
      task.setLocale(Locale.ROOT); // English, whatever the user's language
      if (!task.call()) {
        throw CommandException.script(messages.toString().stripTrailing());
      }
      Map<String, byte[]> classes = output.classes();
      return new CompiledScript(
          mainClass(output.classesOf(script), classes), output.furtherSources(script), classes);
    }
  }

  /** Paths in messages are as short as the user would write them. */
  private static Path shown(Path path) {
    Path here = Path.of("").toAbsolutePath();
    return path.startsWith(here) ? here.relativize(path) : path;
  }

  private static List<String> options() {
    var options =
        new ArrayList<>(
            List.of("-g", "-nowarn", "-XDsuppressNotes", "-proc:none", "-implicit:class"));
    String modulePath = Fingerprint.modulePath();
    if (!modulePath.isEmpty()) {
      options.addAll(List.of("--module-path", modulePath));
      options.addAll(List.of("--add-modules", ScriptCompiler.class.getModule().getName()));
    }
    return options;
  }

  /** The folder under which packages are folders. */
  private Path sourceRoot() throws IOException {
    Path folder = folderOf(script);
    Matcher declared = PACKAGE.matcher(Files.readString(script));
    if (declared.find()) {
      Path packages = Path.of(declared.group(1).replace('.', File.separatorChar));
      if (folder.endsWith(packages)) {
        for (int i = 0; i < packages.getNameCount(); i++) {
          folder = folderOf(folder);
        }
      }
    }
    return folder;
  }

  private static Path folderOf(Path path) {
    @Nullable Path parent = path.getParent();
    return parent == null ? path.getRoot() : parent;
  }

  // ------------------------------------------------------------------------- the main class

  /** The one that is named like the file, or the only one that has a main method. */
  private String mainClass(Set<String> own, Map<String, byte[]> classes) {
    var loader = new ScriptLoader(classes, libraries.loader());
    List<String> withMain = own.stream().filter(name -> hasMain(name, loader)).toList();
    String file = script.getFileName().toString();
    String stem = file.substring(0, file.length() - ".java".length());
    return withMain.stream()
        .filter(name -> name.equals(stem) || name.endsWith("." + stem))
        .findFirst()
        .or(() -> withMain.size() == 1 ? Optional.of(withMain.getFirst()) : Optional.empty())
        .orElseThrow(
            () ->
                CommandException.script(
                    withMain.isEmpty()
                        ? "fabric: " + file + " has no main method; write: void main() { … }"
                        : "fabric: "
                            + file
                            + " has several classes with a main method ("
                            + String.join(", ", withMain)
                            + "); name one of them "
                            + stem));
  }

  private static boolean hasMain(String name, ClassLoader loader) {
    try {
      Class<?> type = Class.forName(name, false, loader);
      return type.getEnclosingClass() == null && MainMethod.isIn(type);
    } catch (ClassNotFoundException | LinkageError e) {
      return false; // then starting it would fail as well
    }
  }

  // ------------------------------------------------------------------------- class files

  /** Keeps class files in memory, and which source each came from. */
  private static final class Output extends ForwardingJavaFileManager<StandardJavaFileManager> {

    private final Map<String, ClassFile> files = new TreeMap<>();

    Output(StandardJavaFileManager sources) {
      super(sources);
    }

    @Override
    public JavaFileObject getJavaFileForOutput(
        Location location, String name, JavaFileObject.Kind kind, @Nullable FileObject sibling) {
      var file = new ClassFile(name, sibling == null ? Path.of("") : Path.of(sibling.toUri()));
      files.put(name, file);
      return file;
    }

    Map<String, byte[]> classes() {
      var classes = new TreeMap<String, byte[]>();
      files.forEach((name, file) -> classes.put(name, file.content.toByteArray()));
      return classes;
    }

    Set<String> classesOf(Path source) {
      return files.entrySet().stream()
          .filter(file -> file.getValue().source.equals(source))
          .map(Map.Entry::getKey)
          .collect(Collectors.toCollection(TreeSet::new));
    }

    Map<Path, String> furtherSources(Path script) throws IOException {
      var sources = new TreeMap<Path, String>();
      for (ClassFile file : files.values()) {
        if (!file.source.equals(script)) {
          sources.put(file.source, Fingerprint.ofContent(file.source));
        }
      }
      return sources;
    }
  }

  private static final class ClassFile extends SimpleJavaFileObject {

    private final Path source;
    private final ByteArrayOutputStream content = new ByteArrayOutputStream();

    ClassFile(String name, Path source) {
      super(URI.create("memory:///" + name.replace('.', '/') + Kind.CLASS.extension), Kind.CLASS);
      this.source = source;
    }

    @Override
    public OutputStream openOutputStream() {
      return content;
    }
  }
}
