package dev.weft.fabric.accelerator;

import dev.weft.fabric.ConfigurationException;
import dev.weft.fabric.text.Choices;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/** The accelerators that have names: those of this library, registered ones, and services. */
public final class Accelerators {

  private static final String AUTO = "auto";
  private static final String GPU = "gpu";

  /** Names that users of Lightning know, and why they cannot be had here. */
  private static final Map<String, String> ABSENT =
      Map.of(
          "mps", "there is no backend for Apple's GPUs",
          "tpu", "XLA's runtime for TPUs has no interface for the JVM");

  private static final Map<String, Accelerator> REGISTERED = new ConcurrentHashMap<>();

  private Accelerators() {}

  /**
   * Lets an accelerator be chosen by its name; {@code auto} considers it too, before the others.
   *
   * @throws ConfigurationException when the name is taken
   */
  public static void register(Accelerator accelerator) {
    String name = accelerator.name();
    if (name.equals(AUTO)
        || name.equals(GPU)
        || ABSENT.containsKey(name)
        || known().containsKey(name)
        || REGISTERED.putIfAbsent(name, accelerator) != null) {
      throw new ConfigurationException("accelerator '" + name + "': this name is taken");
    }
  }

  /** Takes a registered name away; whether there was one. */
  public static boolean remove(String name) {
    return REGISTERED.remove(name) != null;
  }

  /** The names that can be chosen, whether or not this machine has such devices. */
  public static List<String> names() {
    return List.copyOf(known().keySet());
  }

  /** All that are known, best first, so that {@code auto} takes the first that is available. */
  private static Map<String, Accelerator> known() {
    Map<String, Accelerator> known = new LinkedHashMap<>(REGISTERED);
    for (Accelerator found : ServiceLoader.load(Accelerator.class)) {
      known.putIfAbsent(found.name(), found);
    }
    known.put("cuda", new CudaAccelerator());
    known.put("cpu", new CpuAccelerator());
    return known;
  }

  /**
   * Checks a name without looking for devices.
   *
   * @throws ConfigurationException listing what is allowed
   */
  public static void requireKnown(String name) {
    if (name.equals("cpu") || name.equals("cuda") || name.equals(AUTO) || name.equals(GPU)) {
      return; // nothing need be searched
    }
    if (!ABSENT.containsKey(name) && !known().containsKey(name)) {
      var allowed = new ArrayList<>(known().keySet());
      allowed.addAll(List.of(AUTO, GPU));
      throw new ConfigurationException(Choices.unknown("accelerator", name, allowed));
    }
  }

  /**
   * The accelerator of a known name.
   *
   * @throws ConfigurationException when this machine has none, listing what it has
   */
  public static Accelerator of(String name) {
    requireKnown(name);
    String reason = ABSENT.get(name);
    if (reason != null) {
      throw new ConfigurationException(
          "accelerator '" + name + "': " + reason + "; available are " + available());
    }
    if (name.equals(AUTO)) {
      return known().values().stream().filter(Accelerator::isAvailable).findFirst().orElseThrow();
    }
    String wanted = name.equals(GPU) ? "cuda" : name;
    if (wanted.equals("cpu")) {
      return new CpuAccelerator(); // nothing need be searched
    }
    return requireAvailable(
        known().values().stream().filter(a -> a.name().equals(wanted)).findFirst().orElseThrow());
  }

  /** {@code accelerator}, or an exception when this machine has none. */
  public static Accelerator requireAvailable(Accelerator accelerator) {
    if (!accelerator.isAvailable()) {
      String cure =
          accelerator.name().equals("cuda")
              ? "; GPUs need NVIDIA's driver and weft-cuda-kernels on the class path"
              : "";
      throw new ConfigurationException(
          "accelerator '"
              + accelerator.name()
              + "' is not available on this machine; available are "
              + available()
              + cure);
    }
    return accelerator;
  }

  private static String available() {
    return known().values().stream()
        .filter(Accelerator::isAvailable)
        .map(Accelerator::name)
        .collect(Collectors.joining(", "));
  }
}
