package dev.weft.fabric.strategy;

import dev.weft.fabric.ConfigurationException;
import dev.weft.fabric.launch.RankStart;
import dev.weft.fabric.text.Choices;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.concurrent.ConcurrentHashMap;

/** The strategies that have names: those of this library, registered ones, and services. */
public final class Strategies {

  private static final String AUTO = "auto";

  private static final Map<String, StrategyFactory> OWN = own();

  /** Names that users of Lightning know, and why they cannot be had. */
  private static final Map<String, String> ABSENT = absent();

  private static final Map<String, StrategyFactory> REGISTERED = new ConcurrentHashMap<>();

  private Strategies() {}

  private static Map<String, StrategyFactory> own() {
    Map<String, StrategyFactory> own = new LinkedHashMap<>();
    own.put("ddp", DdpOptions.processes());
    for (String threads : List.of("ddp_spawn", "ddp_fork", "ddp_notebook")) {
      own.put(threads, DdpOptions.of(threads, RankStart.THREADS));
    }
    own.put(
        "ddp_find_unused_parameters_true",
        DdpOptions.of("ddp_find_unused_parameters_true", RankStart.PROCESSES)
            .withFindUnusedParameters(true));
    return own;
  }

  private static Map<String, String> absent() {
    Map<String, String> absent = new LinkedHashMap<>();
    absent.put("dp", "one process that drives several GPUs is slower than 'ddp'; use that");
    for (String sharded : List.of("fsdp", "fsdp_cpu_offload")) {
      absent.put(sharded, "models cannot be split over ranks yet; 'ddp' holds them whole on each");
    }
    String deepspeed = "DeepSpeed is a library of PyTorch, with no interface for the JVM";
    for (String stage :
        List.of(
            "",
            "_stage_1",
            "_stage_1_offload",
            "_stage_2",
            "_stage_2_offload",
            "_stage_3",
            "_stage_3_offload",
            "_stage_3_offload_nvme")) {
      absent.put("deepspeed" + stage, deepspeed);
    }
    for (String xla : List.of("xla", "xla_fsdp", "single_xla", "single_tpu")) {
      absent.put(xla, "XLA's runtime for TPUs has no interface for the JVM");
    }
    return absent;
  }

  /**
   * Gives a strategy a name of its own.
   *
   * @throws ConfigurationException when the name is taken
   */
  public static void register(StrategyFactory strategy) {
    String name = strategy.name().toLowerCase(Locale.ROOT);
    if (name.equals(AUTO)
        || OWN.containsKey(name)
        || ABSENT.containsKey(name)
        || REGISTERED.putIfAbsent(name, strategy) != null) {
      throw new ConfigurationException("strategy '" + name + "': this name is taken");
    }
  }

  /** Takes a registered name away; whether there was one. */
  public static boolean remove(String name) {
    return REGISTERED.remove(name.toLowerCase(Locale.ROOT)) != null;
  }

  /** The names that can be chosen. */
  public static List<String> available() {
    var names = new ArrayList<>(OWN.keySet());
    names.addAll(others().keySet());
    return names;
  }

  private static Map<String, StrategyFactory> others() {
    Map<String, StrategyFactory> others = new LinkedHashMap<>(REGISTERED);
    for (StrategyFactory found : ServiceLoader.load(StrategyFactory.class)) {
      others.putIfAbsent(found.name().toLowerCase(Locale.ROOT), found);
    }
    return others;
  }

  /**
   * The name as it is known here, in lower case.
   *
   * @throws ConfigurationException listing what is allowed, or saying why a known one cannot be had
   */
  public static String requireKnown(String input) {
    String name = input.toLowerCase(Locale.ROOT);
    if (name.equals(AUTO) || OWN.containsKey(name)) {
      return name; // nothing need be searched
    }
    String reason = ABSENT.get(name);
    if (reason != null) {
      throw new ConfigurationException(
          "strategy '" + name + "': " + reason + ". Available: " + String.join(", ", available()));
    }
    if (!others().containsKey(name)) {
      var allowed = new ArrayList<String>();
      allowed.add(AUTO);
      allowed.addAll(available());
      throw new ConfigurationException(Choices.unknown("strategy", input, allowed));
    }
    return name;
  }

  /** The strategy of a known name other than {@code auto}. */
  public static StrategyFactory of(String input) {
    String name = requireKnown(input);
    StrategyFactory own = OWN.get(name);
    StrategyFactory found = own != null ? own : others().get(name);
    if (found == null) {
      throw new ConfigurationException(
          "strategy '" + name + "' is chosen by the number of devices; it has no settings");
    }
    return found;
  }
}
