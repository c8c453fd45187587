package dev.weft.fabric.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.fabric.ConfigurationException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the variables of cluster managers mean. */
class ClusterEnvironmentsTest {

  @TempDir Path folder;

  // ------------------------------------------------------------------------- none

  @Test
  void withoutAManagerRanksAreStartedHere() {
    ClusterEnvironment local = ClusterEnvironments.detect(environment());

    assertThat(local.name()).isEqualTo("local");
    assertThat(local.createsProcessesExternally()).isFalse();
    assertThat(local.mainAddress()).isEqualTo("127.0.0.1");
    assertThat(local.mainPort()).isEmpty();
    assertThat(local.ranks(4, 1)).isEqualTo(new Ranks(0, 0, 0, 4));
  }

  @Test
  void aRankKnowsItsPlace() {
    ClusterEnvironment local =
        ClusterEnvironments.detect(
            environment("LOCAL_RANK=2 NODE_RANK=1 MASTER_ADDR=head MASTER_PORT=1234"));

    assertThat(local.createsProcessesExternally()).isTrue();
    assertThat(local.mainAddress()).isEqualTo("head");
    assertThat(local.mainPort()).hasValue(1234);
    assertThat(local.ranks(3, 2)).isEqualTo(new Ranks(5, 2, 1, 6));
    assertThatThrownBy(() -> local.ranks(2, 2))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage("LOCAL_RANK=2 and NODE_RANK=1 do not fit devices=2 and numNodes=2");
  }

  @Test
  void theGroupsRankStandsInForTheNodes() {
    assertThat(ClusterEnvironments.detect(environment("GROUP_RANK=1")).ranks(2, 2).nodeRank())
        .isEqualTo(1);
  }

  @Test
  void thePortOfStandaloneJobsComesSecond() {
    Environment environment = environment("STANDALONE_PORT=5");

    assertThat(ClusterEnvironments.detect(environment).mainPort()).hasValue(5);
    environment.set("MASTER_PORT", 6);
    assertThat(ClusterEnvironments.detect(environment).mainPort()).hasValue(6);
  }

  @Test
  void whatIsNoNumberIsNamed() {
    ClusterEnvironment local = ClusterEnvironments.detect(environment("MASTER_PORT=http"));

    assertThatThrownBy(local::mainPort)
        .isInstanceOf(ConfigurationException.class)
        .hasMessage("environment variable MASTER_PORT='http' is no whole number");
  }

  // ------------------------------------------------------------------------- Kubernetes

  @Test
  void podsOfAnIndexedJobAreMachines() {
    ClusterEnvironment job =
        ClusterEnvironments.detect(environment("JOB_COMPLETION_INDEX=2 MASTER_ADDR=train-0.ranks"));

    assertThat(job.name()).isEqualTo("kubernetes");
    assertThat(job.createsProcessesExternally()).isFalse();
    assertThat(job.mainAddress()).isEqualTo("train-0.ranks");
    assertThat(job.mainPort()).hasValue(29400);
    assertThat(job.ranks(2, 3)).isEqualTo(new Ranks(4, 0, 2, 6));
    job.validateSettings(2, 3);
    assertThatThrownBy(() -> job.validateSettings(2, 2))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("numNodes=2, but this pod has JOB_COMPLETION_INDEX=2");
    ClusterEnvironment rank =
        ClusterEnvironments.detect(
            environment("JOB_COMPLETION_INDEX=2 LOCAL_RANK=1 MASTER_ADDR=a MASTER_PORT=7"));
    assertThat(rank.createsProcessesExternally()).isTrue();
    assertThat(rank.mainPort()).hasValue(7);
    assertThat(rank.ranks(2, 3)).isEqualTo(new Ranks(5, 1, 2, 6));
  }

  @Test
  void podsAreRunsOfTheirOwnUnlessNodesWereAskedFor() {
    ClusterEnvironment job = ClusterEnvironments.detect(environment("JOB_COMPLETION_INDEX=5"));

    job.validateSettings(4, 1);
    assertThat(job.ranks(4, 1)).isEqualTo(new Ranks(0, 0, 0, 4));
    assertThat(job.mainAddress()).isEqualTo("127.0.0.1");
    assertThat(job.mainPort()).isEmpty();
    assertThatThrownBy(() -> job.validateSettings(4, 6))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("set MASTER_ADDR");
  }

  // ------------------------------------------------------------------------- torchrun

  private static final String TORCHRUN =
      "TORCHELASTIC_RUN_ID=x RANK=5 LOCAL_RANK=1 GROUP_RANK=2 WORLD_SIZE=6 ";

  @Test
  void torchrun() {
    ClusterEnvironment torchrun =
        ClusterEnvironments.detect(environment(TORCHRUN + "MASTER_ADDR=head MASTER_PORT=77"));

    assertThat(torchrun.name()).isEqualTo("torchelastic");
    assertThat(torchrun.createsProcessesExternally()).isTrue();
    assertThat(torchrun.ranks(2, 3)).isEqualTo(new Ranks(5, 1, 2, 6));
    assertThat(torchrun.mainAddress()).isEqualTo("head");
    assertThat(torchrun.mainPort()).hasValue(77);
    torchrun.validateSettings(2, 3);
    assertThatThrownBy(() -> torchrun.validateSettings(2, 2))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageStartingWith(
            "devices=2 and numNodes=2 make 4 ranks, but torchrun started WORLD_SIZE=6");
  }

  @Test
  void torchrunWithoutAPlaceToMeet() {
    Environment environment = environment(TORCHRUN);
    ClusterEnvironment torchrun = ClusterEnvironments.detect(environment);

    assertThat(torchrun.mainAddress()).isEqualTo("127.0.0.1");
    assertThat(torchrun.mainPort()).hasValue(12910);
    assertThat(environment.get("MASTER_PORT")).hasValue("12910");
  }

  @ParameterizedTest
  @ValueSource(strings = {"RANK", "LOCAL_RANK", "WORLD_SIZE"})
  void torchrunWithoutARank(String missing) {
    ClusterEnvironment torchrun = ClusterEnvironments.detect(environment(TORCHRUN).remove(missing));

    assertThatThrownBy(() -> torchrun.ranks(2, 3))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageStartingWith("environment variable " + missing + " is not set");
  }

  // ------------------------------------------------------------------------- Slurm

  private static final String SLURM =
      "SLURM_NTASKS=4 SLURM_NTASKS_PER_NODE=2 SLURM_NNODES=2 SLURM_PROCID=3 SLURM_LOCALID=1"
          + " SLURM_NODEID=1 SLURM_JOB_NAME=train SLURM_JOB_ID=1234567 SLURM_NODELIST=gpu[07-08] ";

  @Test
  void slurm() {
    ClusterEnvironment slurm = ClusterEnvironments.detect(environment(SLURM));

    assertThat(slurm.name()).isEqualTo("slurm");
    assertThat(slurm.createsProcessesExternally()).isTrue();
    assertThat(slurm.ranks(2, 2)).isEqualTo(new Ranks(3, 1, 1, 4));
    assertThat(slurm.mainAddress()).isEqualTo("gpu07");
    assertThat(slurm.mainPort()).hasValue(15000 + 4567);
    slurm.validateSettings(2, 2);
    assertThatThrownBy(() -> slurm.validateSettings(4, 2))
        .hasMessage(
            "devices=4, but Slurm was asked for SLURM_NTASKS_PER_NODE=2; make devices and"
                + " --ntasks-per-node equal");
    assertThatThrownBy(() -> slurm.validateSettings(2, 1))
        .hasMessage(
            "numNodes=1, but Slurm was asked for SLURM_NNODES=2; make numNodes and --nodes equal");
  }

  @Test
  void slurmWithAMeetingPlaceOfTheUsers() {
    ClusterEnvironment slurm =
        ClusterEnvironments.detect(environment(SLURM + "MASTER_ADDR=here MASTER_PORT=9"));

    assertThat(slurm.mainAddress()).isEqualTo("here");
    assertThat(slurm.mainPort()).hasValue(9);
  }

  @Test
  void slurmWithoutJobNumberOrNodes() {
    ClusterEnvironment slurm =
        ClusterEnvironments.detect(
            environment(SLURM).remove("SLURM_JOB_ID").remove("SLURM_NODELIST"));

    assertThat(slurm.mainAddress()).isEqualTo("127.0.0.1");
    assertThat(slurm.mainPort()).hasValue(12910);
  }

  @ParameterizedTest
  @ValueSource(strings = {"bash", "interactive"})
  void aShellInASlurmAllocationIsNoRank(String name) {
    Environment environment = environment(SLURM).set("SLURM_JOB_NAME", name);

    assertThat(ClusterEnvironments.detect(environment).name()).isEqualTo("local");
    assertThat(new SlurmEnvironment(environment).jobId()).isEmpty();
    new SlurmEnvironment(environment).validateSettings(7, 7);
  }

  @Test
  void slurmNeedsTheNumberPerMachine() {
    Environment environment = environment(SLURM).remove("SLURM_NTASKS_PER_NODE");

    assertThatThrownBy(() -> ClusterEnvironments.detect(environment))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageEndingWith("use --ntasks-per-node instead of --ntasks");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "alpha; alpha",
        "alpha,beta,gamma; alpha",
        "alpha beta gamma; alpha",
        "1.2.3.[100-110]; 1.2.3.100",
        "node[07-09,12]; node07",
        "node[12,07-09]; node12",
        "node[5]; node5",
        "node[01-02].cluster,other[1-2]; node01.cluster",
        "alpha,node[01-02]; alpha"
      })
  void theFirstHostOfANodeList(String nodes, String first) {
    assertThat(SlurmEnvironment.firstHost(nodes)).isEqualTo(first);
  }

  // ------------------------------------------------------------------------- LSF, MPI, Kubeflow

  @Test
  void lsf() throws Exception {
    Path hosts = Files.writeString(folder.resolve("ranks"), "login\na\na\n  b \nb\n");
    Environment environment =
        environment(
                "LSB_JOBID=7654 JSM_NAMESPACE_SIZE=4 JSM_NAMESPACE_RANK=2"
                    + " JSM_NAMESPACE_LOCAL_RANK=0 HOSTNAME=b")
            .set("LSB_DJOB_RANKFILE", hosts.toString());
    ClusterEnvironment lsf = ClusterEnvironments.detect(environment);

    assertThat(lsf.name()).isEqualTo("lsf");
    assertThat(lsf.createsProcessesExternally()).isTrue();
    assertThat(lsf.mainAddress()).isEqualTo("a");
    assertThat(lsf.mainPort()).hasValue(10654);
    assertThat(lsf.ranks(2, 2)).isEqualTo(new Ranks(2, 0, 1, 4));
    environment.set("HOSTNAME", "elsewhere");
    assertThatThrownBy(() -> lsf.ranks(2, 2))
        .hasMessage("LSF: this host, elsewhere, is not among those of the rank file: [a, a, b, b]");
    environment.set("LSB_DJOB_RANKFILE", "");
    assertThatThrownBy(() -> new LsfEnvironment(environment))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageStartingWith("LSB_DJOB_RANKFILE is empty");
    environment.set("LSB_DJOB_RANKFILE", folder.resolve("none").toString());
    assertThatThrownBy(() -> new LsfEnvironment(environment))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("none cannot be read");
  }

  @Test
  void mpi() {
    ClusterEnvironment open =
        ClusterEnvironments.detect(
            environment(
                "OMPI_COMM_WORLD_RANK=3 OMPI_COMM_WORLD_SIZE=4 OMPI_COMM_WORLD_LOCAL_RANK=1"
                    + " OMPI_COMM_WORLD_LOCAL_SIZE=2"));
    ClusterEnvironment mpich =
        ClusterEnvironments.detect(
            environment("PMI_RANK=3 PMI_SIZE=4 MPI_LOCALRANKID=1 MPI_LOCALNRANKS=2"));

    for (ClusterEnvironment mpi : new ClusterEnvironment[] {open, mpich}) {
      assertThat(mpi.name()).isEqualTo("mpi");
      assertThat(mpi.createsProcessesExternally()).isTrue();
      assertThat(mpi.ranks(2, 2)).isEqualTo(new Ranks(3, 1, 1, 4));
      mpi.validateSettings(4, 1);
      assertThatThrownBy(() -> mpi.validateSettings(3, 1))
          .hasMessageContaining("make 3 ranks, but mpirun started 4");
      assertThatThrownBy(() -> mpi.validateSettings(2, 2))
          .hasMessageContaining("MASTER_ADDR is not set");
    }
    assertThat(ClusterEnvironments.detect(environment("PMI_RANK=0 PMI_SIZE=1")).name())
        .isEqualTo("local");
  }

  @Test
  void kubeflowIsNeverDetected() {
    Environment environment = environment("RANK=1 WORLD_SIZE=3 MASTER_ADDR=m MASTER_PORT=5");

    assertThat(ClusterEnvironments.detect(environment).name()).isEqualTo("local");
    var kubeflow = new KubeflowEnvironment(environment);
    assertThat(kubeflow.ranks(1, 3)).isEqualTo(new Ranks(1, 0, 1, 3));
    assertThat(kubeflow.mainAddress()).isEqualTo("m");
    assertThat(kubeflow.mainPort()).hasValue(5);
    environment.remove("MASTER_ADDR");
    assertThatThrownBy(kubeflow::mainAddress).isInstanceOf(ConfigurationException.class);
  }

  @Test
  void torchrunComesBeforeSlurm() {
    assertThat(ClusterEnvironments.detect(environment(TORCHRUN + SLURM)).name())
        .isEqualTo("torchelastic");
  }

  private static Environment environment(String... variables) {
    Map<String, String> all = new LinkedHashMap<>();
    for (String line : variables) {
      for (String variable : line.strip().split(" ")) {
        String[] parts = variable.split("=", 2);
        all.put(parts[0], parts[1]);
      }
    }
    return Environment.of(all);
  }
}
