package dev.weft.bench;

import java.util.List;
import java.util.ServiceLoader;
import java.util.stream.Stream;

/** Ours, and the peers that are on the path. */
final class Engines {

  static final String OURS = "weft";

  private Engines() {}

  private static Stream<Engine> all() {
    Stream<Engine> ours = Stream.of(new WeftEngine());
    // A peer loads its native libraries with its first task: one per process, they do not mix.
    return Stream.concat(
        ours, ServiceLoader.load(Engine.class).stream().map(ServiceLoader.Provider::get));
  }

  static List<String> names() {
    return all().map(Engine::name).toList();
  }

  static Engine named(String name) {
    return all()
        .filter(engine -> engine.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "engine '" + name + "': there are " + names() + "; peers need -Ppeers"));
  }
}
