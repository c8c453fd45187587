package dev.weft.bench;

import static java.util.stream.Collectors.toList;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.autograd.Autograd;
import dev.weft.engine.Tensor;
import dev.weft.fabric.Fabric;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.module.ModuleDescriptor.Exports;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReader;
import java.lang.module.ModuleReference;
import java.lang.reflect.Modifier;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Scripts say {@code import module dev.weft.fabric;}, and a compact source file imports all of
 * java.base besides. A simple name that two packages export is ambiguous there: whoever uses it
 * gets a compile error.
 */
@Tag("architecture")
class ExportedNamesTest {

  /**
   * Names that are worth a line of import. PyTorch's users look for most of these, and java.base
   * has other things under them; each says so in its documentation.
   */
  private static final Map<String, String> EXCEPTIONS =
      Map.of(
          "Module", "dev.weft.nn and java.lang",
          "Parameter", "dev.weft.nn and java.lang.reflect",
          "Buffer", "dev.weft.nn and java.nio",
          "Identity", "dev.weft.nn and java.security",
          "Callback", "dev.weft.fabric and javax.security.auth.callback",
          "Native", "dev.weft.engine and java.lang.annotation");

  private static final List<Class<?>> ONE_OF_EACH_MODULE =
      List.of(Tensor.class, Autograd.class, Fabric.class);

  private static final Map<String, Set<String>> OURS = ours();

  private static Map<String, Set<String>> ours() {
    Path[] places = ONE_OF_EACH_MODULE.stream().map(ExportedNamesTest::place).toArray(Path[]::new);
    var names = new TreeMap<String, Set<String>>();
    for (ModuleReference module : ModuleFinder.of(places).findAll()) {
      collect(module, names);
    }
    return names;
  }

  private static Path place(Class<?> type) {
    try {
      return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Adds the packages of each simple name that {@code module} exports to everybody. */
  private static void collect(ModuleReference module, Map<String, Set<String>> names) {
    Set<String> exported =
        module.descriptor().exports().stream()
            .filter(exports -> !exports.isQualified())
            .map(Exports::source)
            .collect(Collectors.toSet());
    try (ModuleReader reader = module.open();
        Stream<String> entries = reader.list()) {
      for (String entry : entries.filter(name -> name.endsWith(".class")).collect(toList())) {
        String type = entry.substring(0, entry.length() - ".class".length()).replace('/', '.');
        int dot = type.lastIndexOf('.');
        if (dot > 0
            && exported.contains(type.substring(0, dot))
            && !type.contains("$")
            && !type.endsWith("-info")
            && isPublic(type)) {
          names
              .computeIfAbsent(type.substring(dot + 1), _ -> new TreeSet<>())
              .add(type.substring(0, dot));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean isPublic(String type) {
    try {
      Class<?> found = Class.forName(type, false, ExportedNamesTest.class.getClassLoader());
      return Modifier.isPublic(found.getModifiers());
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void ourModulesAreLookedAt() {
    assertThat(OURS.keySet()).contains("Tensor", "Autograd", "Linear", "Adam", "Fabric");
    assertThat(OURS.keySet()).hasSizeGreaterThan(150);
  }

  @Test
  void noTwoOfOurPackagesExportOneName() {
    var twice = new ArrayList<String>();
    OURS.forEach(
        (name, packages) -> {
          if (packages.size() > 1) {
            twice.add(name + " in " + packages);
          }
        });
    assertThat(twice).isEmpty();
  }

  @Test
  void noNameOfOursIsAlsoOneOfJavaBase() {
    var java = new TreeMap<String, Set<String>>();
    collect(ModuleFinder.ofSystem().find("java.base").orElseThrow(), java);
    assertThat(java.keySet()).contains("String", "List", "Function", "Path", "Duration");
    var both = new ArrayList<String>();
    OURS.forEach(
        (name, packages) -> {
          if (java.containsKey(name) && !EXCEPTIONS.containsKey(name)) {
            both.add(name + " in " + packages + " and " + java.get(name));
          }
        });
    assertThat(both).isEmpty();
    assertThat(java.keySet()).containsAll(EXCEPTIONS.keySet());
    assertThat(OURS.keySet()).containsAll(EXCEPTIONS.keySet());
  }
}
