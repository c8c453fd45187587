package dev.weft.fabric.launch;

import dev.weft.fabric.ConfigurationException;
import dev.weft.fabric.text.Notices;
import java.util.Optional;

/**
 * Ranks started by {@code torchrun}, which sets {@code TORCHELASTIC_RUN_ID}, {@code RANK}, {@code
 * LOCAL_RANK}, {@code GROUP_RANK}, {@code WORLD_SIZE}, {@code MASTER_ADDR} and {@code MASTER_PORT}.
 */
public final class TorchElasticEnvironment implements ClusterEnvironment {

  private static final String DEFAULT_ADDRESS = "127.0.0.1";
  private static final int DEFAULT_PORT = 12910;

  private final Environment environment;

  public TorchElasticEnvironment(Environment environment) {
    this.environment = environment;
  }

  /** Whether torchrun started this process. */
  public static boolean detect(Environment environment) {
    return environment.has("TORCHELASTIC_RUN_ID");
  }

  @Override
  public String name() {
    return "torchelastic";
  }

  @Override
  public boolean createsProcessesExternally() {
    return true;
  }

  @Override
  public String mainAddress() {
    return environment.get("MASTER_ADDR").orElseGet(() -> assumed("MASTER_ADDR", DEFAULT_ADDRESS));
  }

  @Override
  public Optional<Integer> mainPort() {
    return Optional.of(
        environment
            .getInt("MASTER_PORT")
            .orElseGet(
                () -> Integer.parseInt(assumed("MASTER_PORT", Integer.toString(DEFAULT_PORT)))));
  }

  private String assumed(String variable, String value) {
    Notices.warn(variable + " is not set; " + value + " is used");
    environment.set(variable, value);
    return value;
  }

  @Override
  public Ranks ranks(int devices, int nodes) {
    return new Ranks(
        environment.requireInt("RANK"),
        environment.requireInt("LOCAL_RANK"),
        environment.getInt("GROUP_RANK").orElse(0),
        environment.requireInt("WORLD_SIZE"));
  }

  @Override
  public void validateSettings(int devices, int nodes) {
    int world = environment.requireInt("WORLD_SIZE");
    if (devices * nodes != world) {
      throw new ConfigurationException(
          "devices="
              + devices
              + " and numNodes="
              + nodes
              + " make "
              + devices * nodes
              + " ranks, but torchrun started WORLD_SIZE="
              + world
              + "; set devices to its --nproc-per-node and numNodes to its --nnodes");
    }
  }
}
