package dev.weft.fabric.logger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.engine.Tensor;
import dev.weft.fabric.RankZero;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files of metrics, byte for byte: section J.2 of the specification. */
class CSVLoggerTest {

  @TempDir Path root;

  private CSVLogger.Builder run() {
    return CSVLogger.builder(root).name("run").version(0);
  }

  private String file() throws IOException {
    return Files.readString(root.resolve("run/version_0/metrics.csv"));
  }

  @Test
  void columnsAreSortedAndStepIsAmongThem() throws IOException {
    var logger = run().build();
    logger.logMetrics(Map.of("train_loss", 0.25, "acc", Tensor.of(1f)), 3);
    logger.save();
    assertThat(file()).isEqualTo("acc,step,train_loss\r\n1.0,3,0.25\r\n");
  }

  @Test
  void aNewColumnLeavesEmptyCellsInOldRows() throws IOException {
    var logger = run().build();
    logger.logMetrics(Map.of("a", 1), 0);
    logger.save();
    logger.logMetrics(Map.of("b", "x, \"y\""), 1);
    logger.save();
    assertThat(file()).isEqualTo("a,b,step\r\n1,,0\r\n,\"x, \"\"y\"\"\",1\r\n");
  }

  @Test
  void withoutAStepTheWaitingRowsAreCounted() throws IOException {
    var logger = run().flushLogsEveryNSteps(3).build();
    for (int i = 0; i < 3; i++) {
      logger.logMetrics(Map.of("v", i));
    }
    assertThat(file()).isEqualTo("step,v\r\n0,0\r\n1,1\r\n2,2\r\n");
    logger.logMetrics(Map.of("v", 3));
    logger.finalize("success");
    assertThat(file()).endsWith("\r\n0,3\r\n");
  }

  @Test
  void rowsWaitUntilTheStepAfterTheirsDividesByTheInterval() {
    var logger = run().flushLogsEveryNSteps(10).build();
    logger.logMetrics(Map.of("v", 1), 0);
    assertThat(root.resolve("run/version_0/metrics.csv")).doesNotExist();
    logger.logMetrics(Map.of("v", 1), 9);
    assertThat(root.resolve("run/version_0/metrics.csv")).exists();
  }

  @Test
  void valuesArePrintedAsPythonDoes() throws IOException {
    var logger = run().prefix("p").build();
    var metrics = new LinkedHashMap<String, Object>();
    metrics.put("bool", true);
    metrics.put("large", 1e16);
    metrics.put("nan", Double.NaN);
    metrics.put("small", 1e-5);
    metrics.put("tenth", 0.1);
    logger.logMetrics(metrics, 0);
    var withNothing = new HashMap<String, Object>();
    withNothing.put("bool", null);
    logger.logMetrics(withNothing, 1);
    logger.save();
    assertThat(file())
        .isEqualTo(
            "p-bool,p-large,p-nan,p-small,p-tenth,step\r\n"
                + "True,1e+16,nan,1e-05,0.1,0\r\n,,,,,1\r\n");
  }

  @Test
  void versionsAreNumberedByTheFoldersThatAreThere() throws IOException {
    Files.createDirectories(root.resolve("run/version_7_old"));
    Files.createDirectories(root.resolve("run/version_x"));
    Files.createFile(Files.createDirectories(root.resolve("run")).resolve("version_9"));
    assertThat(new CSVLogger(root, "run").version()).isEqualTo("8");
    assertThat(new CSVLogger(root, "other").version()).isEqualTo("0");
    assertThat(CSVLogger.builder(root).name("").version("mine").build().logDir())
        .hasValue(root.resolve("mine"));
  }

  @Test
  void anOldFileOfTheSameVersionIsReplaced() throws IOException {
    Path folder = Files.createDirectories(root.resolve("run/version_0"));
    Files.writeString(folder.resolve("metrics.csv"), "old");
    Files.writeString(folder.resolve("notes.txt"), "kept");
    var logger = run().build();
    logger.logMetrics(Map.of("a", 1), 0);
    logger.save();
    assertThat(file()).isEqualTo("a,step\r\n1,0\r\n");
    assertThat(folder.resolve("notes.txt")).hasContent("kept");
  }

  @Test
  void settingsHaveNoPlace() {
    assertThatThrownBy(() -> run().build().logHyperparams(Map.of()))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageContaining("TensorBoardLogger");
  }

  @Test
  void otherRanksWriteNothing() {
    RankZero.where(2)
        .run(
            () -> {
              var logger = run().build();
              logger.logMetrics(Map.of("a", 1), 99);
              logger.finalize("success");
            });
    assertThat(root.resolve("run")).doesNotExist();
  }
}
