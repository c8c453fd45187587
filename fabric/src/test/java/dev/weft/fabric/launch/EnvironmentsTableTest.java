package dev.weft.fabric.launch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.fabric.ConfigurationException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * 500 random sets of variables of torchrun, Slurm, LSF, Kubeflow and of our own: which environment
 * Lightning 2.6.6 finds, and what it reads from it.
 */
class EnvironmentsTableTest {

  private static final Path TABLE = Path.of("src/test/resources/lightning/environments.tsv");
  private static final Pattern VARIABLE = Pattern.compile("(\\w+)='([^']*)'");
  private static final Pattern RANK_FILE = Pattern.compile("ranks/ranks-(\\d)-(\\d)");

  @TempDir Path folder;

  @Test
  void variablesMeanWhatTheyMeanToLightning() throws IOException {
    List<String> wrong = new ArrayList<>();
    List<String> rows = Files.readAllLines(TABLE);
    for (String row : rows) {
      String[] cells = row.split("\t", -1);
      int devices = Integer.parseInt(cells[2]);
      int nodes = Integer.parseInt(cells[3]);
      String actual = outcome(variables(cells[0]), cells[1], devices, nodes);
      if (!actual.equals(cells[4])) {
        wrong.add(row + "\n    here: " + actual);
      }
    }
    assertThat(rows).hasSize(500);
    assertThat(wrong).isEmpty();
  }

  private Map<String, String> variables(String text) throws IOException {
    Map<String, String> variables = new LinkedHashMap<>();
    for (Matcher each = VARIABLE.matcher(text); each.find(); ) {
      variables.put(each.group(1), each.group(2));
    }
    String rankFile = variables.getOrDefault("LSB_DJOB_RANKFILE", "");
    Matcher sizes = RANK_FILE.matcher(rankFile);
    if (sizes.matches()) {
      var lines = new StringBuilder("launch\n");
      for (int host = 0; host < Integer.parseInt(sizes.group(2)); host++) {
        lines.append(("h" + host + "\n").repeat(Integer.parseInt(sizes.group(1))));
      }
      Path file = folder.resolve(sizes.group(1) + "-" + sizes.group(2));
      variables.put("LSB_DJOB_RANKFILE", Files.writeString(file, lines).toString());
    }
    return variables;
  }

  private static String outcome(
      Map<String, String> variables, String plugin, int devices, int nodes) {
    Environment environment = Environment.of(variables);
    try {
      ClusterEnvironment cluster =
          plugin.isEmpty()
              ? ClusterEnvironments.detect(environment)
              : new KubeflowEnvironment(environment);
      String place =
          name(cluster)
              + " | "
              + (cluster.createsProcessesExternally() ? "external" : "own")
              + " | "
              + orError(cluster::mainAddress)
              + " | "
              + orError(() -> cluster.mainPort().map(String::valueOf).orElse("free"));
      String ranks = orError(() -> ranks(cluster.ranks(devices, nodes)));
      return isFatal(cluster, environment)
          ? "error"
          : place + " | " + ranks + " | " + fits(cluster, devices, nodes);
    } catch (ConfigurationException e) {
      return "error";
    }
  }

  private interface Question {
    String ask();
  }

  private static String orError(Question question) {
    try {
      return question.ask();
    } catch (ConfigurationException e) {
      return "error";
    }
  }

  private static String name(ClusterEnvironment cluster) {
    return switch (cluster.name()) {
      case "local" -> "Lightning";
      case "torchelastic" -> "TorchElastic";
      case "kubeflow" -> "Kubeflow";
      case String other -> other.toUpperCase(Locale.ROOT);
    };
  }

  private static String ranks(Ranks ranks) {
    return ranks.globalRank()
        + " "
        + ranks.localRank()
        + " "
        + ranks.nodeRank()
        + " "
        + ranks.worldSize();
  }

  /** What Lightning needs already for choosing its settings: without it no Fabric is made. */
  private static boolean isFatal(ClusterEnvironment cluster, Environment environment) {
    return switch (cluster.name()) {
      case "torchelastic" -> !environment.has("RANK") || !environment.has("LOCAL_RANK");
      case "slurm" ->
          List.of("SLURM_PROCID", "SLURM_LOCALID", "SLURM_NODEID").stream()
              .anyMatch(name -> !environment.has(name));
      case "lsf" -> !environment.has("JSM_NAMESPACE_RANK");
      case "kubeflow" -> !environment.has("RANK");
      default -> false;
    };
  }

  private static String fits(ClusterEnvironment cluster, int devices, int nodes) {
    try {
      cluster.validateSettings(devices, nodes);
      return "fits";
    } catch (ConfigurationException e) {
      return "misfit";
    }
  }
}
