package dev.weft.fabric.launch;

import dev.weft.fabric.ConfigurationException;
import java.util.Optional;

/**
 * Machines that are pods of a Kubernetes Indexed Job: {@code JOB_COMPLETION_INDEX} says which pod
 * this is. Every pod runs the same command with numNodes equal to the job's completions and
 * parallelism; Fabric starts the ranks of a pod. {@code MASTER_ADDR} is the name of the first pod
 * under a headless service, {@code JOB-0.SERVICE}; {@code MASTER_PORT} may be left out. With
 * numNodes=1 every pod is a run of its own.
 */
public final class KubernetesJobEnvironment implements ClusterEnvironment {

  private static final String INDEX = "JOB_COMPLETION_INDEX";
  private static final int DEFAULT_PORT = 29400;

  private final Environment environment;
  private final LocalEnvironment local;

  public KubernetesJobEnvironment(Environment environment) {
    this.environment = environment;
    this.local = new LocalEnvironment(environment);
  }

  /** Whether this process runs in a pod of such a job. */
  public static boolean detect(Environment environment) {
    return environment.has(INDEX);
  }

  @Override
  public String name() {
    return "kubernetes";
  }

  @Override
  public boolean createsProcessesExternally() {
    return local.createsProcessesExternally();
  }

  @Override
  public String mainAddress() {
    return local.mainAddress();
  }

  @Override
  public Optional<Integer> mainPort() {
    Optional<Integer> given = local.mainPort();
    return given.isPresent() || !environment.has("MASTER_ADDR") ? given : Optional.of(DEFAULT_PORT);
  }

  @Override
  public Ranks ranks(int devices, int nodes) {
    int pod = nodes == 1 ? 0 : environment.requireInt(INDEX);
    return new LocalEnvironment(environment.copy().set("NODE_RANK", pod)).ranks(devices, nodes);
  }

  @Override
  public void validateSettings(int devices, int nodes) {
    if (nodes == 1) {
      return;
    }
    int pod = environment.requireInt(INDEX);
    if (pod < 0 || pod >= nodes) {
      throw new ConfigurationException(
          "numNodes="
              + nodes
              + ", but this pod has "
              + INDEX
              + "="
              + pod
              + "; make the job's completions and parallelism equal to numNodes");
    }
    if (!environment.has("MASTER_ADDR")) {
      throw new ConfigurationException(
          "numNodes="
              + nodes
              + " in a Kubernetes Indexed Job: set MASTER_ADDR to the name of the first pod,"
              + " JOB-0.SERVICE, with SERVICE a headless service and the job's subdomain");
    }
  }
}
