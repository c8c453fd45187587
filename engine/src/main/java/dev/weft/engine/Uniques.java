package dev.weft.engine;

import java.util.Arrays;
import java.util.Comparator;

/** Finds equal rows. How many there are depends on the values, so this is no op. */
final class Uniques {

  private Uniques() {}

  /** Over the rows of {@code x} along its first dimension, ascending or in runs as they come. */
  static UniqueValues rows(Tensor x, boolean consecutive) {
    int count = Math.toIntExact(x.size(0));
    Rows rows = Rows.of(x.detach(), count);
    Integer[] order = new Integer[count];
    Arrays.setAll(order, i -> i);
    if (!consecutive) {
      Arrays.sort(order, rows);
    }
    long[] first = new long[count];
    long[] counts = new long[count];
    long[] inverse = new long[count];
    int found = 0;
    for (int i = 0; i < count; i++) {
      if (i == 0 || !rows.equal(order[i - 1], order[i])) {
        first[found++] = order[i];
      }
      inverse[order[i]] = found - 1L;
      counts[found - 1]++;
    }
    return new UniqueValues(
        x.detach().indexSelect(0, Tensor.of(Arrays.copyOf(first, found)).to(x.device())),
        Tensor.of(inverse).to(x.device()),
        Tensor.of(Arrays.copyOf(counts, found)).to(x.device()));
  }

  /** Rows of numbers, compared from left to right; NaN is the largest and equals nothing. */
  private record Rows(double[] floating, long[] whole, int width) implements Comparator<Integer> {

    static Rows of(Tensor x, int count) {
      x.spec().requireReal("unique");
      int width = count == 0 ? 0 : Math.toIntExact(x.numel() / count);
      return x.dtype().isFloating()
          ? new Rows(x.toDoubleArray(), new long[0], width)
          : new Rows(new double[0], x.toLongArray(), width);
    }

    @Override
    public int compare(Integer a, Integer b) {
      for (int j = 0; j < width; j++) {
        int compared = compareAt(a * width + j, b * width + j);
        if (compared != 0) {
          return compared;
        }
      }
      return 0;
    }

    private int compareAt(int a, int b) {
      if (whole.length > 0) {
        return Long.compare(whole[a], whole[b]);
      }
      double x = floating[a];
      double y = floating[b];
      return x < y ? -1 : x > y ? 1 : Boolean.compare(Double.isNaN(x), Double.isNaN(y));
    }

    boolean equal(int a, int b) {
      for (int j = 0; j < width; j++) {
        boolean same =
            whole.length > 0
                ? whole[a * width + j] == whole[b * width + j]
                : floating[a * width + j] == floating[b * width + j];
        if (!same) {
          return false;
        }
      }
      return true;
    }
  }
}
