package dev.weft.fabric.cli;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import javax.lang.model.SourceVersion;

/** What is to be run. */
sealed interface Target {

  /** A source file. */
  record Source(Path path) implements Target {
    /** Compiles it, or takes what was compiled before. */
    @Override
    public Target prepared(Libraries libraries) {
      return ScriptCache.ofUser().compiled(path, libraries);
    }

    @Override
    public Class<?> load(Libraries libraries) {
      return prepared(libraries).load(libraries);
    }

    @Override
    public String text() {
      return path.toString();
    }
  }

  /** A source file, compiled, and the file where that is kept. */
  record Compiled(Path path, CompiledScript script) implements Target {
    static final String ENDING = ".compiled";

    static Compiled read(Path path) {
      return CompiledScript.read(path)
          .map(script -> new Compiled(path, script))
          .orElseThrow(() -> CommandException.usage("the compiled script " + path + " is damaged"));
    }

    @Override
    public Class<?> load(Libraries libraries) {
      return classNamed(script.mainClass(), new ScriptLoader(script.classes(), libraries.loader()));
    }

    @Override
    public String text() {
      return path.toString();
    }
  }

  /** A jar whose manifest names the main class. */
  record Jar(Path path) implements Target {
    @Override
    public Class<?> load(Libraries libraries) {
      return classNamed(mainClass(), libraries.loaderWith(path));
    }

    private String mainClass() {
      try (var jar = new JarFile(path.toFile())) {
        return Optional.ofNullable(jar.getManifest())
            .map(Manifest::getMainAttributes)
            .map(attributes -> attributes.getValue(Attributes.Name.MAIN_CLASS))
            .orElseThrow(
                () ->
                    CommandException.usage(
                        "the manifest of "
                            + path
                            + " names no Main-Class; start a class of it with: fabric run"
                            + " --class-path "
                            + path
                            + " CLASS"));
      } catch (IOException e) {
        throw CommandException.usage(path + " cannot be read: " + e.getMessage());
      }
    }

    @Override
    public String text() {
      return path.toString();
    }
  }

  /** A class, by its full name. */
  record Named(String text) implements Target {
    @Override
    public Class<?> load(Libraries libraries) {
      return classNamed(text, libraries.loader());
    }
  }

  /**
   * Finds out what {@code text} means: a file by its ending, else a class.
   *
   * @throws CommandException when there is no such file and it is no class name either
   */
  static Target of(String text) {
    if (text.endsWith(".java")) {
      return new Source(file(text));
    }
    if (text.endsWith(".jar")) {
      return new Jar(file(text));
    }
    if (text.endsWith(Compiled.ENDING)) {
      return Compiled.read(file(text));
    }
    if (SourceVersion.isName(text) && !new File(text).exists()) {
      return new Named(text);
    }
    throw CommandException.usage(
        "'" + text + "' is no Java file (.java), no jar (.jar) and no name of a class");
  }

  private static Path file(String text) {
    try {
      Path path = Path.of(text).toAbsolutePath().normalize();
      if (Files.isRegularFile(path) && Files.isReadable(path)) {
        return path;
      }
      String problem =
          Files.isDirectory(path)
              ? " is a folder"
              : Files.exists(path) ? " cannot be read" : " does not exist";
      throw CommandException.usage("the script " + text + problem);
    } catch (InvalidPathException e) {
      throw CommandException.usage("the script " + text + ": " + e.getReason());
    }
  }

  /** Services are looked up in its class loader from now on. */
  private static Class<?> classNamed(String name, ClassLoader loader) {
    Thread.currentThread().setContextClassLoader(loader);
    try {
      return Class.forName(name, false, loader);
    } catch (ClassNotFoundException e) {
      throw CommandException.usage(
          "there is no class "
              + name
              + "; name the jar or folder that holds it: --class-path PATH");
    }
  }

  /** The same, compiled. */
  default Target prepared(Libraries libraries) {
    return this;
  }

  /** The main class, not yet initialised. Its class loader becomes the context's. */
  Class<?> load(Libraries libraries);

  /** What {@link #of} turns into it again. */
  String text();
}
