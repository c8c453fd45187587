package dev.weft.fabric.cli;

import java.io.File;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Jars and folders of classes that a script needs beside Weft.
 *
 * @param paths absolute, in the order in which classes are looked for
 */
record Libraries(List<Path> paths) {

  Libraries {
    paths = List.copyOf(paths);
  }

  /**
   * Reads a class path; {@code folder/*} stands for all jars of a folder.
   *
   * @throws CommandException naming an entry that does not exist
   */
  static Libraries of(String classPath) {
    var paths = new ArrayList<Path>();
    for (String entry : classPath.split(File.pathSeparator)) {
      if (entry.equals("*") || entry.endsWith("/*") || entry.endsWith(File.separator + "*")) {
        paths.addAll(jarsIn(existing(entry.substring(0, entry.length() - 1))));
      } else if (!entry.isEmpty()) {
        paths.add(existing(entry));
      }
    }
    return new Libraries(paths);
  }

  private static Path existing(String entry) {
    try {
      Path path = Path.of(entry).toAbsolutePath();
      if (Files.exists(path)) {
        return path;
      }
    } catch (InvalidPathException e) {
      // Then there is no such file either.
    }
    throw CommandException.usage("--class-path: there is no '" + entry + "'");
  }

  private static List<Path> jarsIn(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> file.toString().endsWith(".jar")).sorted().toList();
    } catch (IOException e) {
      throw CommandException.usage("--class-path: " + folder + " cannot be listed: " + e);
    }
  }

  /** As a class path. */
  String text() {
    return paths.stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator));
  }

  /** Looks for classes of the libraries, after those of Weft. */
  ClassLoader loader() {
    ClassLoader weft = Libraries.class.getClassLoader();
    return paths.isEmpty() ? weft : new URLClassLoader(urls(paths), weft);
  }

  /** Looks for classes of a jar and of the libraries, after those of Weft. */
  ClassLoader loaderWith(Path jar) {
    return new URLClassLoader(
        urls(Stream.concat(Stream.of(jar), paths.stream()).toList()),
        Libraries.class.getClassLoader());
  }

  private static URL[] urls(List<Path> paths) {
    return paths.stream().map(Libraries::url).toArray(URL[]::new);
  }

  private static URL url(Path path) {
    try {
      return path.toUri().toURL();
    } catch (MalformedURLException e) {
      throw new IllegalStateException(path.toString(), e); // a file's address has a known scheme
    }
  }
}
