package dev.weft.fabric.data;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.engine.Generator;
import dev.weft.fabric.Lines;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.OptionalLong;
import java.util.PrimitiveIterator;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Index sequences equal those of PyTorch, one by one. */
class SamplersAsInPyTorchTest {

  private static String indices(Sampler sampler) {
    var text = new ArrayList<String>();
    sampler.indices(new Generator(0)).forEachRemaining((long i) -> text.add(Long.toString(i)));
    return String.join(" ", text);
  }

  @Test
  void sharesOfRanks() {
    List<String> rows = Lines.of("samplers.csv");
    assertThat(rows).hasSizeGreaterThan(800);
    for (String row : rows) {
      String[] cells = row.split(",", -1);
      var sampler =
          new DistributedSampler(
              Long.parseLong(cells[0]),
              Integer.parseInt(cells[1]),
              Integer.parseInt(cells[2]),
              cells[3].equals("1"),
              Long.parseLong(cells[5]),
              cells[4].equals("1"),
              Shuffle.MT19937);
      sampler.setEpoch(Long.parseLong(cells[6]));
      assertThat(sampler.length()).as(row).hasValue(Long.parseLong(cells[7]));
      assertThat(indices(sampler)).as(row).isEqualTo(cells[8]);
    }
  }

  /** Draws (7 i + 3 epoch) mod n. */
  private static final class Cyclic implements Sampler {
    private final long n;
    private long epoch;

    Cyclic(long n) {
      this.n = n;
    }

    @Override
    public void setEpoch(long epoch) {
      this.epoch = epoch;
    }

    @Override
    public OptionalLong length() {
      return OptionalLong.of(n);
    }

    @Override
    public PrimitiveIterator.OfLong indices(Generator generator) {
      return LongStream.range(0, n).map(i -> (7 * i + 3 * epoch) % n).iterator();
    }
  }

  @Test
  void sharesOfAnotherSamplersList() {
    List<String> rows = Lines.of("sampler-wrapper.csv");
    assertThat(rows).hasSizeGreaterThan(200);
    for (String row : rows) {
      String[] cells = row.split(",", -1);
      var sampler =
          new DistributedSamplerWrapper(
              new Cyclic(Long.parseLong(cells[0])),
              Integer.parseInt(cells[1]),
              Integer.parseInt(cells[2]),
              5);
      sampler.setEpoch(Long.parseLong(cells[3]));
      assertThat(sampler.length()).as(row).hasValue(Long.parseLong(cells[4]));
      assertThat(indices(sampler)).as(row).isEqualTo(cells[5]);
    }
  }

  @Test
  void permutations() throws Exception {
    for (String row : Lines.of("permutations.csv")) {
      String[] cells = row.split(",");
      int count = Integer.parseInt(cells[0]);
      long[] order = Shuffle.MT19937.permutation(count, Long.parseLong(cells[1]));
      assertThat(new long[] {order[0], order[1], order[count / 2], order[count - 1]})
          .as(row)
          .isEqualTo(Arrays.stream(cells, 2, 6).mapToLong(Long::parseLong).toArray());
      String all = Arrays.stream(order).mapToObj(Long::toString).collect(Collectors.joining(" "));
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(all.getBytes(StandardCharsets.US_ASCII));
      assertThat(HexFormat.of().formatHex(hash)).as(row).startsWith(cells[6]);
    }
  }
}
