package dev.weft.bench;

import dev.weft.bench.Work.Attention;
import dev.weft.bench.Work.Conv;
import dev.weft.bench.Work.Elementwise;
import dev.weft.bench.Work.Fused;
import dev.weft.bench.Work.Gemm;
import dev.weft.bench.Work.Kind;
import dev.weft.bench.Work.Mlp;
import dev.weft.bench.Work.NanoGpt;
import java.util.ArrayList;
import java.util.List;

/**
 * A line of the report: some work on some number of threads.
 *
 * @param least the ratio (the fastest peer's time by ours) below which the row is too slow
 */
record Row(String name, int threads, Work work, double least) {

  private static final int[] GEMM = {64, 128, 256, 512, 1024, 2048};
  private static final int[] SIDES = {8, 32, 256, 1024, 4096};
  private static final double[] LEAST = {5, 5, 1, 1, 1.5};
  private static final String[] COUNTS = {"64", "1,024", "64 K", "1 M", "16 M"};

  /** All rows, in the report's order. Rows on two threads are left out on a single processor. */
  static List<Row> all() {
    var rows = new ArrayList<Row>();
    for (int n : GEMM) {
      onOneAndTwo(rows, "gemm " + n, Gemm.square(n), 0.95);
    }
    rows.add(new Row("gemm 512, A transposed", 1, new Gemm(1, 512, 512, 512, true, false), 1));
    rows.add(new Row("gemm 512, B transposed", 1, new Gemm(1, 512, 512, 512, false, true), 1));
    onOneAndTwo(rows, "gemm 64 x (64 x 64 x 64)", new Gemm(64, 64, 64, 64, false, false), 1);
    rows.add(new Row("gemm 1 x 4096 x 4096", 1, new Gemm(1, 1, 4096, 4096, false, false), 1));
    rows.add(new Row("gemm 8 x 4096 x 4096", 1, new Gemm(1, 8, 4096, 4096, false, false), 1));
    for (int i = 0; i < SIDES.length; i++) {
      for (Kind kind : Kind.values()) {
        rows.add(
            new Row(kind.label + " " + COUNTS[i], 1, new Elementwise(kind, SIDES[i]), LEAST[i]));
      }
    }
    for (Fused fused : Fused.values()) {
      rows.add(new Row(fused.label, 1, fused, 1.2));
    }
    for (int time : new int[] {256, 1024}) {
      rows.add(
          new Row(
              "attention 8 x " + time + " x 64, with gradient", 1, new Attention(8, time, 64), 1));
    }
    conv(rows, 3, 64, 224, 7, 2);
    conv(rows, 64, 64, 56, 3, 1);
    conv(rows, 64, 128, 56, 3, 2);
    conv(rows, 64, 128, 56, 1, 2);
    conv(rows, 128, 128, 28, 3, 1);
    conv(rows, 256, 256, 14, 3, 1);
    conv(rows, 512, 512, 7, 3, 1);
    mlp(rows, new Mlp(32, 784, 128, 10), 2);
    mlp(rows, new Mlp(64, 784, 256, 10), 2);
    mlp(rows, new Mlp(256, 1024, 1024, 10), 1);
    onOneAndTwo(rows, "nanoGPT step", new NanoGpt(), 1);
    int processors = Runtime.getRuntime().availableProcessors();
    return rows.stream().filter(row -> row.threads <= processors).toList();
  }

  private static void onOneAndTwo(List<Row> rows, String name, Work work, double least) {
    rows.add(new Row(name, 1, work, least));
    rows.add(new Row(name, 2, work, least));
  }

  private static void conv(List<Row> rows, int in, int out, int size, int kernel, int stride) {
    String name =
        "conv " + in + "-" + out + ", " + kernel + "x" + kernel + "/" + stride + ", " + size;
    rows.add(
        new Row(name + ", with gradients", 1, new Conv(8, in, out, size, kernel, stride), 0.8));
  }

  private static void mlp(List<Row> rows, Mlp mlp, double least) {
    String sizes = mlp.in() + "-" + mlp.hidden() + "-" + mlp.out();
    rows.add(new Row("MLP step (" + mlp.batch() + ", " + sizes + ")", 1, mlp, least));
  }

  static Row named(String name, int threads) {
    return all().stream()
        .filter(row -> row.name.equals(name) && row.threads == threads)
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "row '" + name + "' on " + threads + " threads: there is none"));
  }
}
