package dev.weft.fabric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.fabric.utilities.WarningCache;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is done and said on rank 0 alone: section L.3 of the specification. */
class RankZeroTest {

  private static String said(int rank, Runnable action) {
    PrintStream before = System.err;
    var text = new ByteArrayOutputStream();
    System.setErr(new PrintStream(text, true, StandardCharsets.UTF_8));
    try {
      RankZero.where(rank).run(action);
    } finally {
      System.setErr(before);
    }
    return text.toString(StandardCharsets.UTF_8).replace(System.lineSeparator(), "\n");
  }

  /** The first of the variables that is there, as Lightning looks for them. */
  @ParameterizedTest
  @CsvSource({
    "'', 0",
    "RANK=3, 3",
    "LOCAL_RANK=2, 2",
    "SLURM_PROCID=5, 5",
    "JSM_NAMESPACE_RANK=7, 7",
    "LOCAL_RANK=1 RANK=4, 4",
    "SLURM_PROCID=6 LOCAL_RANK=1, 1",
    "JSM_NAMESPACE_RANK=8 SLURM_PROCID=6, 6",
    "WORLD_SIZE=9 NODE_RANK=1, 0"
  })
  void theRankOfAProcess(String variables, int rank) {
    var map = new HashMap<String, String>();
    Arrays.stream(variables.split(" "))
        .filter(pair -> !pair.isEmpty())
        .forEach(pair -> map.put(pair.split("=")[0], pair.split("=")[1]));
    assertThat(RankZero.rankIn(map)).isEqualTo(rank);
    map.put("RANK", "first");
    assertThatThrownBy(() -> RankZero.rankIn(map))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("RANK='first'");
  }

  @Test
  void othersDoAndSayNothing() {
    assertThat(said(0, () -> RankZero.info("a"))).isEqualTo("a\n");
    assertThat(said(0, () -> RankZero.warn("b"))).isEqualTo("warning: b\n");
    assertThat(said(1, () -> RankZero.info("a"))).isEmpty();
    assertThat(said(2, () -> RankZero.warn("b"))).isEmpty();
    assertThat(RankZero.where(0).call(() -> RankZero.only(() -> "zero", "other")))
        .isEqualTo("zero");
    assertThat(RankZero.where(1).call(() -> RankZero.only(() -> "zero", "other")))
        .isEqualTo("other");
    assertThat(RankZero.prefixed("ready", 3)).isEqualTo("[rank: 3] ready");
  }

  @Test
  void aTextIsSaidOnce() {
    var cache = new WarningCache();
    Runnable loop =
        () -> {
          for (int step = 0; step < 3; step++) {
            cache.warn("large");
            cache.info("small");
            cache.info("large");
          }
        };
    assertThat(said(0, loop)).isEqualTo("warning: large\nsmall\n");
    assertThat(cache.contains("large")).isTrue();
    assertThat(said(0, loop)).isEmpty();
    cache.clear();
    assertThat(cache.contains("large")).isFalse();
    assertThat(said(1, loop)).isEmpty();
  }
}
