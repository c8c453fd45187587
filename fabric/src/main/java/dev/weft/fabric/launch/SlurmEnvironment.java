package dev.weft.fabric.launch;

import dev.weft.fabric.ConfigurationException;
import dev.weft.fabric.text.Notices;
import java.io.File;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Ranks started by {@code srun} of Slurm, one per task. Jobs named {@code bash} or {@code
 * interactive} are shells in an allocation: their ranks are started as on any other machine.
 */
public final class SlurmEnvironment implements ClusterEnvironment {

  private static final Set<String> INTERACTIVE = Set.of("bash", "interactive");
  private static final int DEFAULT_PORT = 12910;
  private static final int FIRST_PORT = 15000;

  /** Digits of the job's number that go into the port. */
  private static final int PORT_DIGITS = 4;

  private final Environment environment;

  /**
   * @throws ConfigurationException when there are several tasks, but not a number per machine
   */
  public SlurmEnvironment(Environment environment) {
    this.environment = environment;
    int tasks = environment.getInt("SLURM_NTASKS").orElse(1);
    if (tasks > 1 && !environment.has("SLURM_NTASKS_PER_NODE")) {
      throw new ConfigurationException(
          "SLURM_NTASKS="
              + tasks
              + " without SLURM_NTASKS_PER_NODE: Fabric needs the same number of ranks on every"
              + " machine; use --ntasks-per-node instead of --ntasks");
    }
  }

  /** Whether srun started this process. Warns where it could have, and did not. */
  public static boolean detect(Environment environment) {
    boolean used = environment.has("SLURM_NTASKS") && !isInteractive(environment);
    if (!used && isInstalled(environment)) {
      Notices.warn(
          "srun is available on this machine but was not used; under Slurm, start the program with"
              + " srun in front of its command");
    }
    return used;
  }

  private static boolean isInstalled(Environment environment) {
    for (String folder : environment.get("PATH").orElse("").split(File.pathSeparator)) {
      if (!folder.isEmpty() && new File(folder, "srun").canExecute()) {
        return true;
      }
    }
    return false;
  }

  private static boolean isInteractive(Environment environment) {
    return environment.get("SLURM_JOB_NAME").filter(INTERACTIVE::contains).isPresent();
  }

  /** The number of the job, if it has one. */
  public OptionalInt jobId() {
    return isInteractive(environment) ? OptionalInt.empty() : environment.getInt("SLURM_JOB_ID");
  }

  @Override
  public String name() {
    return "slurm";
  }

  @Override
  public boolean createsProcessesExternally() {
    return true;
  }

  @Override
  public String mainAddress() {
    return environment
        .get("MASTER_ADDR")
        .orElseGet(() -> firstHost(environment.get("SLURM_NODELIST").orElse("127.0.0.1")));
  }

  /** {@code node[07-09,12].cluster} begins with {@code node07.cluster}. */
  static String firstHost(String nodes) {
    int open = nodes.indexOf('[');
    int end = firstOf(nodes, ", ", 0);
    int close = nodes.indexOf(']', open + 1);
    if (open < 0 || open > end || close < 0) {
      return nodes.substring(0, end);
    }
    int numberEnd = Math.min(firstOf(nodes, ",-", open), close);
    return nodes.substring(0, open)
        + nodes.substring(open + 1, numberEnd)
        + nodes.substring(close + 1, firstOf(nodes, ", ", close));
  }

  private static int firstOf(String text, String characters, int from) {
    int first = text.length();
    for (char c : characters.toCharArray()) {
      int at = text.indexOf(c, from);
      first = at < 0 ? first : Math.min(first, at);
    }
    return first;
  }

  @Override
  public Optional<Integer> mainPort() {
    OptionalInt port = environment.getInt("MASTER_PORT");
    if (port.isPresent()) {
      return Optional.of(port.getAsInt());
    }
    return Optional.of(
        environment.get("SLURM_JOB_ID").map(SlurmEnvironment::portOf).orElse(DEFAULT_PORT));
  }

  private static int portOf(String job) {
    String digits = job.substring(Math.max(0, job.length() - PORT_DIGITS));
    try {
      return FIRST_PORT + Integer.parseUnsignedInt(digits);
    } catch (NumberFormatException e) {
      throw new ConfigurationException(
          "environment variable SLURM_JOB_ID='" + job + "' is no number", e);
    }
  }

  @Override
  public Ranks ranks(int devices, int nodes) {
    return new Ranks(
        environment.requireInt("SLURM_PROCID"),
        environment.requireInt("SLURM_LOCALID"),
        environment.requireInt("SLURM_NODEID"),
        environment.requireInt("SLURM_NTASKS"));
  }

  @Override
  public void validateSettings(int devices, int nodes) {
    if (isInteractive(environment)) {
      return;
    }
    requireEqual("devices", devices, "SLURM_NTASKS_PER_NODE", "--ntasks-per-node");
    requireEqual("numNodes", nodes, "SLURM_NNODES", "--nodes");
  }

  private void requireEqual(String setting, int value, String variable, String option) {
    OptionalInt given = environment.getInt(variable);
    if (given.isPresent() && given.getAsInt() != value) {
      throw new ConfigurationException(
          setting
              + "="
              + value
              + ", but Slurm was asked for "
              + variable
              + "="
              + given.getAsInt()
              + "; make "
              + setting
              + " and "
              + option
              + " equal");
    }
  }
}
