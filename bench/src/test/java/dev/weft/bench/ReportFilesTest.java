package dev.weft.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.weft.engine.io.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the report makes of numbers; no test measures any. */
class ReportFilesTest {

  private static final Result FASTER =
      new Result(
          "add 64", 1, "us", Optional.of(0.5), Map.of("a", 4.0, "b", 2.0), Optional.of(0.1), 5);
  private static final Result ALONE =
      new Result("exp 64", 2, "us", Optional.of(0.5), Map.of(), Optional.empty(), 5);

  @Test
  void theFastestPeerMakesTheRatio() {
    assertThat(FASTER.fastestPeer().orElseThrow().getKey()).isEqualTo("b");
    assertThat(FASTER.ratio()).contains(4.0);
    assertThat(ALONE.ratio()).isEmpty();
  }

  @Test
  void aRowInJsonHasTheNamesThatReadersExpect() {
    assertThat(Json.parse(FASTER.json().toString()))
        .isEqualTo(
            Json.parse(
                """
                {"row": "add 64", "threads": 1, "unit": "us", "ours_us": 0.5, "peer": "b",
                 "peer_us": 2.0, "ratio": 4.0, "least_ratio": 5.0, "ceiling_us": 0.1,
                 "peers": {"a": 4.0, "b": 2.0}}
                """));
    assertThat(ALONE.json().get("ratio")).isEqualTo(Json.Null.NULL);
  }

  @Test
  void aMissedGoalIsInBoldAndNoRowIsLeftOut() {
    String text = Markdown.of(List.of(FASTER, ALONE), ceiling(), Effort.QUICK);

    assertThat(text)
        .contains("| add 64 | 1 | 0.50 µs | b 2.00 µs | **4.00** | 5.0 | 20 % |")
        .contains("| exp 64 | 2 | 0.50 µs | – | – | 5.0 |");
  }

  @Test
  void thePictureGrowsWithItsRows(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("ratios.png");

    Chart.write(List.of(FASTER, ALONE, FASTER), file);

    assertThat(Files.size(file)).isPositive();
    assertThat(ImageIO.read(file.toFile()).getWidth()).isEqualTo(1000);
  }

  @Test
  void theCeilingOfAProductIsItsArithmeticAndThatOfACopyItsTraffic() {
    // A thousand operations in a nanosecond, and a thousand bytes.
    assertThat(ceiling().micros(Work.Gemm.square(100), 2)).isCloseTo(1, within(1e-9));
    assertThat(ceiling().micros(new Work.Elementwise(Work.Kind.ADD, 100), 2))
        .isCloseTo(0.12, within(1e-9));
  }

  private static Ceiling ceiling() {
    var micros = new HashMap<String, Double>();
    for (long size : CeilingBench.SIZES) {
      micros.put("copy " + size, 2 * size / 1e6);
      micros.put("read " + size, size / 1e6);
      micros.put("multiplyAdd " + size, CeilingBench.FLOPS / 1e6);
    }
    return Ceiling.of(micros);
  }

  @Test
  void rowsHaveNamesOfTheirOwn() {
    var seen = new HashSet<String>();
    for (Row row : Row.all()) {
      assertThat(seen.add(row.name() + row.threads())).as(row.name()).isTrue();
      assertThat(Row.named(row.name(), row.threads())).isEqualTo(row);
    }
    assertThat(seen).hasSizeGreaterThan(70);
  }
}
