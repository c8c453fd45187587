package dev.weft.engine;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/** Where each live storage was made; on with {@code -Dweft.trackMemory}. Thread-safe. */
final class MemoryTracking {

  static final boolean ON = isOn(System.getProperty("weft.trackMemory"));

  private static final Map<Long, Site> SITES = new ConcurrentHashMap<>();

  private record Site(long bytes, String place) {}

  private MemoryTracking() {}

  private static boolean isOn(String property) {
    return property != null && !property.equalsIgnoreCase("false");
  }

  static void made(long id, long bytes, String place) {
    SITES.put(id, new Site(bytes, place));
  }

  static void released(long id) {
    SITES.remove(id);
  }

  /** The places that hold most bytes, largest first, one line each. */
  static String report(int lines) {
    Map<String, List<Site>> byPlace =
        SITES.values().stream().collect(Collectors.groupingBy(Site::place));
    return byPlace.entrySet().stream()
        .sorted(Comparator.comparingLong(e -> -total(e.getValue())))
        .limit(lines)
        .map(
            e ->
                String.format(
                    Locale.ROOT,
                    "  %,14d bytes in %d storages from %s",
                    total(e.getValue()),
                    e.getValue().size(),
                    e.getKey()))
        .collect(Collectors.joining("\n"));
  }

  private static long total(List<Site> sites) {
    return sites.stream().mapToLong(Site::bytes).sum();
  }
}
