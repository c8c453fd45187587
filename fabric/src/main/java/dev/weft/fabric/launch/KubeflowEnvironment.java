package dev.weft.fabric.launch;

import java.util.Optional;

/**
 * Ranks that are pods of a Kubeflow training job: one per pod, with {@code MASTER_ADDR}, {@code
 * MASTER_PORT}, {@code WORLD_SIZE} and {@code RANK}. It is never detected; pass it as a plug-in.
 */
public final class KubeflowEnvironment implements ClusterEnvironment {

  private final Environment environment;

  public KubeflowEnvironment(Environment environment) {
    this.environment = environment;
  }

  @Override
  public String name() {
    return "kubeflow";
  }

  @Override
  public boolean createsProcessesExternally() {
    return true;
  }

  @Override
  public String mainAddress() {
    return environment.require("MASTER_ADDR");
  }

  @Override
  public Optional<Integer> mainPort() {
    return Optional.of(environment.requireInt("MASTER_PORT"));
  }

  @Override
  public Ranks ranks(int devices, int nodes) {
    int rank = environment.requireInt("RANK");
    return new Ranks(rank, 0, rank, environment.requireInt("WORLD_SIZE"));
  }
}
