package dev.weft.fabric.logger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.fabric.Lines;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The same calls leave the same bytes as in Lightning. */
class CSVLoggerAsInLightningTest {

  @TempDir Path root;

  @Test
  void filesOfManyRuns() throws IOException {
    int version = -1;
    CSVLogger logger = new CSVLogger(root, "unused");
    for (String line : Lines.of("csv-logger.txt")) {
      String[] cells = line.split("\\|", -1);
      switch (cells[0]) {
        case "case" ->
            logger =
                CSVLogger.builder(root)
                    .name("run")
                    .version(++version)
                    .prefix(cells[2])
                    .flushLogsEveryNSteps(Integer.parseInt(cells[1]))
                    .build();
        case "save" -> logger.save();
        case "log" -> log(logger, cells);
        default -> {
          logger.finalize("success");
          Path file = root.resolve("run/version_" + version + "/metrics.csv");
          assertThat(Files.readString(file))
              .as("case " + version)
              .isEqualTo(plain(line.substring("csv|".length())));
        }
      }
    }
    assertThat(version).isGreaterThan(50);
  }

  private static void log(CSVLogger logger, String[] cells) {
    var metrics = new HashMap<String, @Nullable Object>();
    Arrays.stream(cells)
        .skip(2)
        .forEach(
            cell -> {
              int equals = cell.indexOf('=');
              metrics.put(plain(cell.substring(0, equals)), value(cell.substring(equals + 1)));
            });
    logger.logMetrics(
        metrics,
        cells[1].isEmpty() ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(cells[1])));
  }

  private static @Nullable Object value(String text) {
    String body = plain(text.substring(2));
    return switch (text.charAt(0)) {
      case 'n' -> null;
      case 'b' -> body.equals("True");
      case 'i' -> Long.parseLong(body);
      case 'f' -> real(body);
      default -> body;
    };
  }

  private static double real(String text) {
    return switch (text) {
      case "nan" -> Double.NaN;
      case "inf" -> Double.POSITIVE_INFINITY;
      case "-inf" -> Double.NEGATIVE_INFINITY;
      default -> Double.parseDouble(text);
    };
  }

  private static String plain(String text) {
    return text.replace("\\n", "\n").replace("\\r", "\r").replace("\\p", "|");
  }
}
