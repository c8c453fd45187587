package dev.weft.fabric.launch;

import dev.weft.fabric.ConfigurationException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Ranks started by {@code jsrun} of LSF. */
public final class LsfEnvironment implements ClusterEnvironment {

  private static final List<String> MARKS =
      List.of("LSB_JOBID", "LSB_DJOB_RANKFILE", "JSM_NAMESPACE_LOCAL_RANK", "JSM_NAMESPACE_SIZE");
  private static final int FIRST_PORT = 10_000;
  private static final int PORTS = 1000;

  private final Environment environment;
  private final List<String> hosts;

  public LsfEnvironment(Environment environment) {
    this.environment = environment;
    this.hosts = hosts(environment.require("LSB_DJOB_RANKFILE"));
  }

  /** Whether jsrun started this process. */
  public static boolean detect(Environment environment) {
    return MARKS.stream().allMatch(environment::has);
  }

  /** The lines of the rank file; the first is the host from which the job was launched. */
  private static List<String> hosts(String rankFile) {
    if (rankFile.isBlank()) {
      throw new ConfigurationException("LSB_DJOB_RANKFILE is empty; LSF should name a file in it");
    }
    try {
      List<String> lines =
          Files.readAllLines(Path.of(rankFile)).stream()
              .map(String::strip)
              .filter(line -> !line.isEmpty())
              .toList();
      if (lines.size() < 2) {
        throw new ConfigurationException(
            "LSB_DJOB_RANKFILE=" + rankFile + ": no host follows the launching one");
      }
      return lines.subList(1, lines.size());
    } catch (IOException e) {
      throw new ConfigurationException(
          "LSB_DJOB_RANKFILE=" + rankFile + " cannot be read: " + e.getMessage(), e);
    }
  }

  @Override
  public String name() {
    return "lsf";
  }

  @Override
  public boolean createsProcessesExternally() {
    return true;
  }

  @Override
  public String mainAddress() {
    return environment.get("MASTER_ADDR").orElseGet(hosts::getFirst);
  }

  @Override
  public Optional<Integer> mainPort() {
    OptionalInt port = environment.getInt("MASTER_PORT");
    return Optional.of(
        port.isPresent()
            ? port.getAsInt()
            : FIRST_PORT + environment.requireInt("LSB_JOBID") % PORTS);
  }

  @Override
  public Ranks ranks(int devices, int nodes) {
    return new Ranks(
        environment.requireInt("JSM_NAMESPACE_RANK"),
        environment.requireInt("JSM_NAMESPACE_LOCAL_RANK"),
        node(),
        environment.requireInt("JSM_NAMESPACE_SIZE"));
  }

  private int node() {
    String own = ownHost();
    int position = List.copyOf(new LinkedHashSet<>(hosts)).indexOf(own);
    if (position < 0) {
      throw new ConfigurationException(
          "LSF: this host, " + own + ", is not among those of the rank file: " + hosts);
    }
    return position;
  }

  private String ownHost() {
    Optional<String> name = environment.get("HOSTNAME");
    try {
      return name.isPresent() ? name.get() : InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      throw new ConfigurationException("LSF: the name of this host is unknown", e);
    }
  }
}
