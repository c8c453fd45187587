package dev.weft.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.weft.autograd.Autograd;
import dev.weft.autograd.Gradcheck;
import dev.weft.engine.Context;
import dev.weft.engine.DType;
import dev.weft.engine.Generator;
import dev.weft.engine.Shape;
import dev.weft.engine.Tensor;
import dev.weft.engine.TensorScope;
import dev.weft.engine.op.AttentionOp;
import dev.weft.engine.reference.ReferenceBackend;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Attention in tiles against the same made of products and a softmax. */
class AttentionTest {

  private static final double NAN = Double.NaN;
  private static final double INF = Double.POSITIVE_INFINITY;

  /** Attention as a function of q, k and v. */
  private interface Form {
    Tensor of(Tensor q, Tensor k, Tensor v);
  }

  private static Form tiles(boolean causal, double scale) {
    AttentionMask mask = causal ? AttentionMask.CAUSAL : AttentionMask.NONE;
    return (q, k, v) ->
        Functional.scaledDotProductAttention(q, k, v, mask, 0, OptionalDouble.of(scale));
  }

  private static Form composed(boolean causal, double scale) {
    return (q, k, v) -> new AttentionOp(causal, scale).weights(q, k).matmul(v);
  }

  /** y, then the gradients of q, k and v for a gradient g of y. */
  private static List<double[]> results(Form form, DType dtype, Tensor g, Tensor... inputs) {
    Tensor[] leaves = new Tensor[inputs.length];
    for (int i = 0; i < leaves.length; i++) {
      leaves[i] = inputs[i].to(dtype).detach().requiresGrad(true);
    }
    Tensor y = form.of(leaves[0], leaves[1], leaves[2]);
    assertThat(y.dtype()).isEqualTo(dtype);
    var results = new ArrayList<>(List.of(y.to(DType.FLOAT64).toDoubleArray()));
    for (Tensor gradient :
        Autograd.grad(y, List.of(leaves), Optional.of(g.to(dtype)), false, false)) {
      results.add(gradient.to(DType.FLOAT64).toDoubleArray());
    }
    return results;
  }

  /** Numbers that half types hold exactly. */
  private static Tensor[] draw(long seed, long[]... shapes) {
    var generator = new Generator(seed);
    Tensor[] all = new Tensor[shapes.length];
    for (int i = 0; i < all.length; i++) {
      double[] x = new double[(int) Shape.of(shapes[i]).numel()];
      for (int j = 0; j < x.length; j++) {
        x[j] = Math.rint(generator.nextDouble() * 256 - 128) / 64;
      }
      all[i] = Tensor.of(x).reshape(Shape.of(shapes[i]));
    }
    return all;
  }

  private static void assertClose(List<double[]> actual, List<double[]> expected, double error) {
    for (int i = 0; i < expected.size(); i++) {
      double[] e = expected.get(i);
      double[] a = actual.get(i);
      assertThat(a).hasSameSizeAs(e);
      for (int j = 0; j < e.length; j++) {
        boolean equal = a[j] == e[j] || Double.isNaN(a[j]) && Double.isNaN(e[j]);
        if (!equal && !(Math.abs(a[j] - e[j]) <= error * (1 + Math.abs(e[j])))) {
          throw new AssertionError(
              "result " + i + ", element " + j + " is " + a[j] + ", expected " + e[j]);
        }
      }
    }
  }

  private static List<double[]> expected(boolean causal, double scale, Tensor g, Tensor... qkv) {
    try (var _ = Context.current().withBackend(new ReferenceBackend())) {
      return results(composed(causal, scale), DType.FLOAT64, g, qkv);
    }
  }

  /** Several blocks of queries and of keys, with and without a rest, and more of one than other. */
  @TestFactory
  Stream<DynamicTest> lengthsOfAllKinds() {
    return Stream.of(
            new long[] {1, 1},
            new long[] {1, 300},
            new long[] {5, 300},
            new long[] {300, 5},
            new long[] {64, 64},
            new long[] {193, 129},
            new long[] {192, 128},
            new long[] {385, 257},
            new long[] {200, 600})
        .flatMap(
            size ->
                Stream.of(false, true)
                    .map(
                        causal ->
                            dynamicTest(
                                size[0] + " queries, " + size[1] + " keys, causal=" + causal,
                                () -> compare(size[0], size[1], causal))));
  }

  private static void compare(long queries, long keys, boolean causal) {
    try (var _ = TensorScope.open()) {
      Tensor[] x =
          draw(
              queries,
              new long[] {2, 2, queries, 7},
              new long[] {2, 2, keys, 7},
              new long[] {2, 2, keys, 3},
              new long[] {2, 2, queries, 3});
      List<double[]> expected = expected(causal, 0.6, x[3], x[0], x[1], x[2]);
      for (DType dtype : List.of(DType.FLOAT32, DType.FLOAT64)) {
        List<double[]> actual = results(tiles(causal, 0.6), dtype, x[3], x[0], x[1], x[2]);
        assertClose(actual, expected, dtype == DType.FLOAT32 ? 2e-5 : 1e-13);
      }
    }
  }

  @TestFactory
  Stream<DynamicTest> halvesAreRoundedOnce() {
    return Stream.of(DType.FLOAT16, DType.BFLOAT16)
        .map(
            dtype ->
                dynamicTest(
                    dtype.toString(),
                    () -> {
                      Tensor[] x =
                          draw(3, new long[] {70, 8}, new long[] {70, 8}, new long[] {70, 8});
                      List<double[]> expected = expected(true, 0.5, x[0], x[0], x[1], x[2]);
                      List<double[]> actual =
                          results(tiles(true, 0.5), dtype, x[0], x[0], x[1], x[2]);
                      assertClose(actual, expected, 0.51 * dtype.eps() + 2e-5);
                    }));
  }

  /** The op takes half types, too: under autocast, whose own inputs they are. */
  @Test
  void autocastMakesHalvesOfTheInputs() {
    Tensor[] x = draw(4, new long[] {2, 30, 8}, new long[] {2, 30, 8}, new long[] {2, 30, 8});
    List<double[]> expected = expected(true, 0.5, x[0], x[0], x[1], x[2]);
    Tensor q = x[0].to(DType.FLOAT32).requiresGrad(true);
    Tensor y;
    try (var _ = Context.current().withAutocast(Optional.of(DType.BFLOAT16))) {
      y = tiles(true, 0.5).of(q, x[1].to(DType.FLOAT32), x[2].to(DType.FLOAT32));
    }
    assertThat(y.dtype()).isEqualTo(DType.BFLOAT16);
    Tensor g = x[0].to(DType.BFLOAT16);
    Tensor gradient = Autograd.grad(y, List.of(q), Optional.of(g), false, false).getFirst();
    assertThat(gradient.dtype()).isEqualTo(DType.FLOAT32);
    List<double[]> actual =
        List.of(y.to(DType.FLOAT64).toDoubleArray(), gradient.to(DType.FLOAT64).toDoubleArray());
    assertClose(actual, expected.subList(0, 2), 0.02);
  }

  @Test
  void scoresOfTenThousandAreNoWeightsOfNaN() {
    Tensor q = Tensor.of(100.0, -100, 1).reshape(3, 1);
    Tensor k = Tensor.of(100.0, 99, -100, 0).reshape(4, 1);
    Tensor v = Tensor.of(1.0, 2, 3, 4).reshape(4, 1);
    for (boolean causal : new boolean[] {false, true}) {
      Tensor g = Tensor.of(1.0, 2, 3).reshape(3, 1);
      List<double[]> expected = expected(causal, 1, g, q, k, v);
      assertThat(expected.getFirst()).doesNotContain(NAN);
      assertClose(results(tiles(causal, 1), DType.FLOAT32, g, q, k, v), expected, 1e-4);
    }
  }

  /** Blocks that are hidden are skipped only where nothing in them would make a NaN. */
  @TestFactory
  Stream<DynamicTest> numbersThatAreNotFinite() {
    var tests = new ArrayList<DynamicTest>();
    for (boolean causal : new boolean[] {false, true}) {
      for (double special : new double[] {NAN, INF, -INF}) {
        for (int which = 0; which < 4; which++) {
          for (long row : new long[] {0, 3, 150, 299}) {
            int input = which;
            tests.add(
                dynamicTest(
                    special + " in input " + which + ", row " + row + ", causal=" + causal,
                    () -> compareSpecial(causal, special, input, row)));
          }
        }
      }
    }
    return tests.stream();
  }

  private static void compareSpecial(boolean causal, double special, int which, long row) {
    try (var _ = TensorScope.open()) {
      long[] shape = {300, 2};
      Tensor[] x = draw(row, shape, shape, shape, shape);
      x[which].narrow(0, row, 1).narrow(1, 1, 1).fillInPlace(special);
      Form tiles = tiles(causal, 0.9);
      List<double[]> actual = results(tiles, DType.FLOAT64, x[3], x[0], x[1], x[2]);
      Form composed = composed(causal, 0.9);
      List<double[]> expected = results(composed, DType.FLOAT64, x[3], x[0], x[1], x[2]);
      for (int i = 0; i < actual.size(); i++) {
        for (int j = 0; j < actual.get(i).length; j++) {
          assertThat(Double.isFinite(actual.get(i)[j]))
              .as("whether element %d of result %d, %s, is finite", j, i, expected.get(i)[j])
              .isEqualTo(Double.isFinite(expected.get(i)[j]));
        }
      }
      if (Double.isNaN(special) || which < 3) {
        assertClose(actual, expected, 1e-12);
      } // else NaN where infinite slopes of one query differ in sign, here or there
    }
  }

  @Test
  void sizesOfZero() {
    for (boolean causal : new boolean[] {false, true}) {
      Form f = tiles(causal, 1);
      assertThat(f.of(Tensor.ones(2, 3, 4), Tensor.ones(2, 0, 4), Tensor.ones(2, 0, 5)))
          .satisfies(y -> assertThat(y.toDoubleArray()).containsOnly(0).hasSize(30));
      assertThat(f.of(Tensor.ones(2, 0, 4), Tensor.ones(2, 3, 4), Tensor.ones(2, 3, 5)).shape())
          .isEqualTo(Shape.of(2, 0, 5));
      assertThat(f.of(Tensor.ones(0, 2, 4), Tensor.ones(0, 3, 4), Tensor.ones(0, 3, 5)).shape())
          .isEqualTo(Shape.of(0, 2, 5));
      assertThat(f.of(Tensor.ones(2, 4), Tensor.ones(3, 4), Tensor.ones(3, 0)).shape())
          .isEqualTo(Shape.of(2, 0));
    }
    Tensor v = Tensor.of(1.0, 2, 6).reshape(3, 1);
    Tensor nothing = Tensor.ones(3, 0).to(DType.FLOAT64);
    assertThat(Functional.scaledDotProductAttention(nothing, nothing, v).toDoubleArray())
        .containsExactly(new double[] {3, 3, 3}, within(1e-6));
    assertThat(
            Functional.scaledDotProductAttention(nothing, nothing, v, AttentionMask.CAUSAL)
                .toDoubleArray())
        .containsExactly(new double[] {1, 1.5, 3}, within(1e-6));
  }

  @Test
  void headsThatAreSharedAddTheirGradientsUp() {
    Tensor[] x =
        draw(
            5,
            new long[] {3, 2, 4, 5},
            new long[] {1, 6, 5},
            new long[] {3, 1, 6, 2},
            new long[] {3, 2, 4, 2});
    List<double[]> expected = expected(true, 0.7, x[3], x[0], x[1], x[2]);
    List<double[]> actual = results(tiles(true, 0.7), DType.FLOAT64, x[3], x[0], x[1], x[2]);
    assertClose(actual, expected, 1e-13);
  }

  @Test
  void derivativesOfBothOrders() {
    Tensor[] x = draw(6, new long[] {2, 4, 3}, new long[] {2, 5, 3}, new long[] {2, 5, 2});
    for (boolean causal : new boolean[] {false, true}) {
      Form f = tiles(causal, 0.7);
      assertThat(Gradcheck.worstError(in -> f.of(in.get(0), in.get(1), in.get(2)), List.of(x)))
          .isLessThan(1e-6);
      assertThat(
              Gradcheck.worstSecondError(in -> f.of(in.get(0), in.get(1), in.get(2)), List.of(x)))
          .isLessThan(1e-5);
    }
  }

  /** Weights would take 64 MiB per head. */
  @Test
  void whatIsKeptForTheGradientGrowsWithTheLength() {
    try (var _ = TensorScope.open()) {
      long length = 4096;
      Tensor q = Tensor.ones(2, length, 4).requiresGrad(true);
      Tensor k = Tensor.ones(2, length, 4).requiresGrad(true);
      Tensor v = Tensor.ones(2, length, 4).requiresGrad(true);
      long live = Tensor.liveBytes();
      Tensor y;
      try (var scope = TensorScope.open()) {
        y = scope.keep(tiles(true, 0.5).of(q, k, v));
      }
      assertThat(Tensor.liveBytes() - live).isLessThan(8 * length * 4 * Float.BYTES);
      assertThat(y.sum().item()).isEqualTo(8 * length);
    }
  }
}
