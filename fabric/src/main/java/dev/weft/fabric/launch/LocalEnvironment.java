package dev.weft.fabric.launch;

import dev.weft.fabric.ConfigurationException;
import java.util.Optional;

/**
 * Ranks that Fabric starts itself, or the user by hand on each machine: {@code NODE_RANK} (or
 * {@code GROUP_RANK}) says which machine this is, {@code MASTER_ADDR} and {@code MASTER_PORT} where
 * rank 0 waits ({@code STANDALONE_PORT} if the latter is not set), {@code LOCAL_RANK}, when it is
 * set, that somebody has started this rank.
 */
public final class LocalEnvironment implements ClusterEnvironment {

  private final Environment environment;

  public LocalEnvironment(Environment environment) {
    this.environment = environment;
  }

  @Override
  public String name() {
    return "local";
  }

  @Override
  public boolean createsProcessesExternally() {
    return environment.has("LOCAL_RANK");
  }

  @Override
  public String mainAddress() {
    return environment.get("MASTER_ADDR").orElse("127.0.0.1");
  }

  @Override
  public Optional<Integer> mainPort() {
    return port("MASTER_PORT").or(() -> port("STANDALONE_PORT"));
  }

  private Optional<Integer> port(String variable) {
    return environment.has(variable)
        ? Optional.of(environment.requireInt(variable))
        : Optional.empty();
  }

  @Override
  public Ranks ranks(int devices, int nodes) {
    int node = environment.getInt("NODE_RANK").orElse(environment.getInt("GROUP_RANK").orElse(0));
    int local = environment.getInt("LOCAL_RANK").orElse(0);
    int world = Math.multiplyExact(devices, nodes);
    int global = node * devices + local;
    if (local < 0 || local >= devices || node < 0 || node >= nodes) {
      throw new ConfigurationException(
          "LOCAL_RANK="
              + local
              + " and NODE_RANK="
              + node
              + " do not fit devices="
              + devices
              + " and numNodes="
              + nodes);
    }
    return new Ranks(global, local, node, world);
  }
}
