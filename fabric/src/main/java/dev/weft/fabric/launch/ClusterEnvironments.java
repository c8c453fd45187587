package dev.weft.fabric.launch;

/** Finds out who started this process. */
public final class ClusterEnvironments {

  private ClusterEnvironments() {}

  /**
   * The first that left its marks: torchrun, Slurm, LSF, MPI, a Kubernetes Indexed Job; else we
   * start ranks ourselves.
   */
  public static ClusterEnvironment detect(Environment environment) {
    if (TorchElasticEnvironment.detect(environment)) {
      return new TorchElasticEnvironment(environment);
    }
    if (SlurmEnvironment.detect(environment)) {
      return new SlurmEnvironment(environment);
    }
    if (LsfEnvironment.detect(environment)) {
      return new LsfEnvironment(environment);
    }
    if (MpiEnvironment.detect(environment)) {
      return new MpiEnvironment(environment);
    }
    if (KubernetesJobEnvironment.detect(environment)) {
      return new KubernetesJobEnvironment(environment);
    }
    return new LocalEnvironment(environment);
  }
}
