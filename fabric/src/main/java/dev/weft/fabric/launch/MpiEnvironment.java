package dev.weft.fabric.launch;

import dev.weft.fabric.ConfigurationException;
import java.util.List;
import java.util.Optional;

/**
 * Ranks started by {@code mpirun}: Open MPI ({@code OMPI_COMM_WORLD_…}) or MPICH and its relatives
 * ({@code PMI_…}, {@code MPI_LOCALRANKID}). Only the launch is MPI's; ranks talk over TCP. mpirun
 * tells nobody where rank 0 runs, so over several machines {@code MASTER_ADDR} and {@code
 * MASTER_PORT} have to be handed on ({@code -x} or {@code -genv}).
 */
public final class MpiEnvironment implements ClusterEnvironment {

  private static final int DEFAULT_PORT = 12910;

  private record Names(String rank, String size, String localRank, String localSize) {}

  private static final List<Names> KNOWN =
      List.of(
          new Names(
              "OMPI_COMM_WORLD_RANK",
              "OMPI_COMM_WORLD_SIZE",
              "OMPI_COMM_WORLD_LOCAL_RANK",
              "OMPI_COMM_WORLD_LOCAL_SIZE"),
          new Names("PMI_RANK", "PMI_SIZE", "MPI_LOCALRANKID", "MPI_LOCALNRANKS"));

  private final Environment environment;
  private final Names names;

  public MpiEnvironment(Environment environment) {
    this.environment = environment;
    this.names =
        found(environment)
            .orElseThrow(
                () ->
                    new ConfigurationException(
                        "MPI: neither OMPI_COMM_WORLD_RANK nor PMI_RANK is set; start the program"
                            + " with mpirun"));
  }

  private static Optional<Names> found(Environment environment) {
    return KNOWN.stream()
        .filter(names -> environment.has(names.rank) && environment.has(names.size))
        .findFirst();
  }

  /** Whether mpirun started this process together with others. */
  public static boolean detect(Environment environment) {
    return found(environment).filter(n -> environment.requireInt(n.size) > 1).isPresent();
  }

  @Override
  public String name() {
    return "mpi";
  }

  @Override
  public boolean createsProcessesExternally() {
    return true;
  }

  @Override
  public String mainAddress() {
    return environment.get("MASTER_ADDR").orElse("127.0.0.1");
  }

  @Override
  public Optional<Integer> mainPort() {
    return Optional.of(environment.getInt("MASTER_PORT").orElse(DEFAULT_PORT));
  }

  @Override
  public Ranks ranks(int devices, int nodes) {
    int rank = environment.requireInt(names.rank);
    int size = environment.requireInt(names.size);
    int local = environment.getInt(names.localRank).orElse(rank);
    int perNode = environment.getInt(names.localSize).orElse(size);
    return new Ranks(rank, local, (rank - local) / Math.max(1, perNode), size);
  }

  @Override
  public void validateSettings(int devices, int nodes) {
    int size = environment.requireInt(names.size);
    if (devices * nodes != size) {
      throw new ConfigurationException(
          "devices="
              + devices
              + " and numNodes="
              + nodes
              + " make "
              + devices * nodes
              + " ranks, but mpirun started "
              + size
              + "; make them agree with its -n");
    }
    if (nodes > 1 && !environment.has("MASTER_ADDR")) {
      throw new ConfigurationException(
          "numNodes="
              + nodes
              + " under mpirun: MASTER_ADDR is not set; pass the host of rank 0 on, with -x"
              + " MASTER_ADDR=host or -genv MASTER_ADDR host");
    }
  }
}
