package dev.weft.engine;

import static dev.weft.engine.Shape.shape;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.weft.engine.cpu.Parallel;
import dev.weft.engine.cpu.Tier;
import dev.weft.engine.op.AdamStep;
import dev.weft.engine.op.ArgReduce;
import dev.weft.engine.op.AttentionGrad;
import dev.weft.engine.op.AttentionOp;
import dev.weft.engine.op.AvgPool;
import dev.weft.engine.op.Binary;
import dev.weft.engine.op.Cast;
import dev.weft.engine.op.Cat;
import dev.weft.engine.op.Clamp;
import dev.weft.engine.op.ConvOp;
import dev.weft.engine.op.Copy;
import dev.weft.engine.op.CopyInto;
import dev.weft.engine.op.CrossEntropy;
import dev.weft.engine.op.CrossEntropyGrad;
import dev.weft.engine.op.Domain;
import dev.weft.engine.op.DropoutOp;
import dev.weft.engine.op.Fill;
import dev.weft.engine.op.Gather;
import dev.weft.engine.op.IndexSelect;
import dev.weft.engine.op.IndexSum;
import dev.weft.engine.op.LayerNormGrad;
import dev.weft.engine.op.LayerNormOp;
import dev.weft.engine.op.LinearOp;
import dev.weft.engine.op.LogSoftmaxOp;
import dev.weft.engine.op.Matmul;
import dev.weft.engine.op.MaxPool;
import dev.weft.engine.op.Op;
import dev.weft.engine.op.PatchesOp;
import dev.weft.engine.op.RandomOp;
import dev.weft.engine.op.Reduce;
import dev.weft.engine.op.Reduction;
import dev.weft.engine.op.Regions;
import dev.weft.engine.op.Sample;
import dev.weft.engine.op.ScatterSum;
import dev.weft.engine.op.SgdStep;
import dev.weft.engine.op.SoftmaxOp;
import dev.weft.engine.op.SumTo;
import dev.weft.engine.op.Unary;
import dev.weft.engine.op.Where;
import dev.weft.engine.op.Windows;
import dev.weft.engine.op.WithScalar;
import dev.weft.engine.reference.ReferenceBackend;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Sizes at which kernels do something else than for small inputs: they split work among threads,
 * pack panels, block loops, and leave remainders. Not in the ops' own samples, because those are
 * also differentiated numerically.
 */
class LargeInputsTest {

  private static final int LONG = 150_001;

  /**
   * A sample and how it is compared.
   *
   * @param terms how many numbers are summed up for one result
   */
  private record Case(Sample sample, int terms, DType... dtypes) {}

  private static Case floats(Op op, int terms, Shape... shapes) {
    return new Case(Sample.of(op, shapes), terms, DType.FLOAT32, DType.FLOAT64, DType.BFLOAT16);
  }

  private static Case with(Case c, UnaryOperator<Sample> change) {
    return new Case(change.apply(c.sample), c.terms, c.dtypes);
  }

  private static Stream<Case> elementwise() {
    Shape n = shape(LONG);
    return Stream.of(
        floats(Unary.TANH, 1, n),
        floats(Unary.EXP, 1, shape(331, 453)),
        floats(Unary.ISFINITE, 1, n),
        floats(Binary.MUL, 1, n, n),
        floats(Binary.LT, 1, n, n),
        new Case(Sample.of(Binary.ADD, n, n), 1, DType.INT8, DType.INT32, DType.INT64),
        floats(new WithScalar(Binary.MUL, 0.3, false), 1, n),
        floats(new Clamp(-0.5, 0.7), 1, n),
        with(floats(new Where(), 1, n, n, n), s -> s.condition(0)),
        floats(new Cast(DType.FLOAT16), 1, n),
        floats(new Cast(DType.INT8), 1, n),
        new Case(Sample.of(new Cast(DType.BFLOAT16), n), 1, DType.INT64, DType.UINT8),
        floats(new DropoutOp(0.3, 5, 3), 1, n),
        floats(new Copy(), 1, shape(331, 453)),
        floats(new CopyInto(), 1, n, n),
        floats(new SgdStep(0.1, 0.9, 0, 0.01, true, false, false), 1, n, n, n),
        with(
            floats(
                new AdamStep(1e-2, 0.9, 0.999, 1e-8, 0.01, true, false, false, 3), 1, n, n, n, n),
            s -> s.in(3, Domain.within(0.1, 1))));
  }

  private static Stream<Case> sums() {
    return Stream.of(Reduce.Kind.values())
        .flatMap(
            kind ->
                Stream.of(
                    floats(new Reduce(kind, List.of(0), false), LONG, shape(LONG)),
                    floats(new Reduce(kind, List.of(1), false), 1031, shape(97, 1031)),
                    floats(new Reduce(kind, List.of(0), true), 1031, shape(1031, 97)),
                    floats(new Reduce(kind, List.of(0, 2), false), 45 * 47, shape(45, 46, 47)),
                    floats(new Reduce(kind, List.of(1), false), 46, shape(45, 46, 47))))
        .map(
            c ->
                ((Reduce) c.sample.op()).kind() == Reduce.Kind.MEAN
                    ? new Case(c.sample, 1, c.dtypes)
                    : c);
  }

  private static Stream<Case> rows() {
    var loss = new CrossEntropy(Reduction.MEAN, 3, 0.1);
    var norm = new LayerNormOp(1, 1e-5, true, true);
    return Stream.of(
        floats(new SumTo(shape(453)), 331, shape(331, 453)),
        floats(new SumTo(shape(331, 1)), 453, shape(331, 453)),
        new Case(Sample.of(new SumTo(shape(453)), shape(331, 453)), 1, DType.INT64),
        floats(new ArgReduce(true, 1, false), 1, shape(331, 453)),
        floats(new ArgReduce(false, 0, false), 1, shape(331, 453)),
        floats(new SoftmaxOp(1), 1, shape(331, 453)),
        floats(new SoftmaxOp(0), 1, shape(331, 453)),
        floats(new SoftmaxOp(1), 1, shape(3, 700, 31)),
        floats(new SoftmaxOp(0), 1, shape(70, 1500)),
        floats(new SoftmaxOp(1), 1, shape(3, 20_001)),
        floats(new LogSoftmaxOp(1), 1, shape(331, 453)),
        floats(new LogSoftmaxOp(0), 1, shape(331, 453)),
        floats(new LogSoftmaxOp(1), 1, shape(3, 20_001)),
        with(floats(loss, 1, shape(331, 453), shape(331)), s -> s.index(1, 453)),
        with(
            floats(new CrossEntropy(Reduction.SUM, 3, 0), 1, shape(3, 20_001), shape(3)),
            s -> s.index(1, 20_001)),
        with(
            floats(new CrossEntropyGrad(loss), 1, shape(), shape(331, 453), shape(331), shape(331)),
            s -> s.index(2, 453).full(3, Domain.within(5, 7))),
        attention(false, shape(2, 3, 210, 20), shape(2, 3, 150, 20), shape(2, 3, 150, 70)),
        attention(true, shape(2, 3, 210, 20), shape(2, 3, 150, 20), shape(2, 3, 150, 70)),
        attention(true, shape(1300, 3), shape(300, 3), shape(300, 2)),
        attention(false, shape(100, 5), shape(2000, 5), shape(2000, 2)),
        attentionGrad(false, shape(2, 3, 210, 20), shape(2, 3, 150, 20), shape(2, 3, 150, 70)),
        attentionGrad(true, shape(2, 3, 210, 20), shape(2, 3, 150, 20), shape(2, 3, 150, 70)),
        attentionGrad(true, shape(2500, 3), shape(300, 3), shape(300, 2)),
        floats(norm, 1, shape(331, 453), shape(453), shape(453)),
        floats(new LayerNormOp(2, 1e-5, false, false), 1, shape(3, 101, 199)),
        with(
            floats(
                new LayerNormGrad(norm),
                331,
                shape(331, 453),
                shape(331, 453),
                shape(331),
                shape(331),
                shape(453)),
            s -> s.full(2, Domain.reals()).full(3, Domain.within(0.5, 2))));
  }

  private static Case attention(boolean causal, Shape q, Shape k, Shape v) {
    return floats(new AttentionOp(causal, 0.2), 1, q, k, v);
  }

  /** The longest has its queries in parts. */
  private static Case attentionGrad(boolean causal, Shape q, Shape k, Shape v) {
    Shape rows = q.without(-1);
    Shape y = rows.concat(shape(v.size(-1)));
    var op = new AttentionGrad(new AttentionOp(causal, 0.2));
    int terms = (int) Math.max(q.size(-2), k.size(-2));
    return with(floats(op, terms, y, q, k, v, y, rows), s -> s.full(5, Domain.within(5, 7)));
  }

  private static Stream<Case> products() {
    var cases = new ArrayList<Case>();
    for (long[] size :
        new long[][] {
          {1, 1000, 1},
          {1, 300, 700},
          {700, 300, 1},
          {64, 64, 64},
          {65, 129, 97},
          {130, 517, 101},
          {257, 31, 255},
          {6, 2000, 5}
        }) {
      Shape a = shape(size[0], size[1]);
      Shape b = shape(size[1], size[2]);
      cases.add(floats(new Matmul(), (int) size[1], a, b));
      cases.add(
          floats(new LinearOp(true), (int) size[1], a, shape(size[2], size[1]), shape(size[2])));
    }
    cases.add(floats(new Matmul(), 70, shape(3, 5, 60, 70), shape(3, 5, 70, 50)));
    cases.add(floats(new LinearOp(false), 129, shape(3, 41, 129), shape(97, 129)));
    cases.add(
        new Case(
            Sample.of(new Matmul(), shape(65, 129), shape(129, 97)), 1, DType.INT64, DType.INT8));
    return cases.stream();
  }

  private static Stream<Case> convolutions() {
    var cases = new ArrayList<Case>();
    var uneven = new Windows(List.of(2L, 1L), List.of(1L, 2L), List.of(1L, 2L));
    var cube = new Windows(List.of(1L, 1L, 2L), List.of(1L, 0L, 1L), List.of(1L, 1L, 1L));
    // A window of 61 in 30 channels: several blocks of positions. 1x1: no patches are made.
    convolution(cases, Windows.plain(1), 1, shape(2, 30, 160), shape(5, 30, 61));
    convolution(cases, Windows.plain(2), 1, shape(3, 24, 13, 17), shape(10, 24, 1, 1));
    convolution(cases, uneven, 2, shape(5, 34, 11, 15), shape(6, 17, 3, 3));
    convolution(cases, Windows.plain(2), 20, shape(3, 20, 15, 14), shape(40, 1, 3, 3));
    convolution(cases, cube, 1, shape(2, 9, 6, 7, 8), shape(7, 9, 2, 3, 3));
    // Large planes with narrow padding, whose windows are read where they lie; and channels that
    // fill registers.
    var padded = new Windows(List.of(1L, 1L), List.of(1L, 1L), List.of(1L, 1L));
    var halved = new Windows(List.of(2L, 2L), List.of(1L, 1L), List.of(1L, 1L));
    var thirds = new Windows(List.of(3L, 3L), List.of(0L, 0L), List.of(1L, 1L));
    var slices = new Windows(List.of(1L, 1L, 1L), List.of(1L, 1L, 1L), List.of(1L, 1L, 1L));
    convolution(cases, padded, 1, shape(3, 13, 19, 17), shape(10, 13, 3, 3));
    convolution(cases, padded, 2, shape(9, 24, 7, 6), shape(20, 12, 3, 3));
    convolution(cases, padded, 1, shape(2, 128, 5, 5), shape(9, 128, 3, 3));
    convolution(cases, halved, 1, shape(2, 16, 37, 35), shape(12, 16, 3, 3));
    convolution(cases, thirds, 1, shape(2, 12, 47, 49), shape(11, 12, 3, 3));
    convolution(cases, slices, 1, shape(2, 12, 3, 16, 15), shape(9, 12, 2, 3, 3));
    var regions = Regions.Sliding.of(halved, 3L, 3L);
    cases.add(floats(new MaxPool(regions), 1, shape(9, 11, 41, 43)));
    cases.add(floats(AvgPool.of(regions, false, 0), 1, shape(9, 11, 41, 43)));
    var spread = new AvgPool(regions, true, 0, List.of(41L, 43L));
    cases.add(floats(spread, 1, shape(9, 11, 21, 22)));
    var size = List.of(3L, 3L);
    cases.add(floats(new PatchesOp(halved, size, List.of()), 1, shape(5, 7, 41, 43)));
    cases.add(floats(new PatchesOp(halved, size, List.of(41L, 43L)), 9, shape(5, 63, 21 * 22)));
    return cases.stream();
  }

  /** All three parts, and those with a bias. */
  private static void convolution(
      List<Case> cases, Windows windows, long groups, Shape x, Shape w) {
    ConvOp op = ConvOp.of(windows, groups, false);
    Shape y =
        op.infer(List.of(TensorSpec.of(x, DType.FLOAT32), TensorSpec.of(w, DType.FLOAT32)))
            .getFirst()
            .shape();
    int perOutput = (int) w.without(0).numel();
    int perWeight = (int) (y.numel() / y.size(1));
    cases.add(floats(op, perOutput, x, w));
    cases.add(floats(part(op, ConvOp.Part.INPUT, x), perOutput, y, w));
    cases.add(floats(part(op, ConvOp.Part.WEIGHT, w), perWeight, x, y));
    ConvOp biased = ConvOp.of(windows, groups, true);
    cases.add(floats(biased, perOutput, x, w, shape(y.size(1))));
    cases.add(floats(part(biased, ConvOp.Part.INPUT, x), perOutput, y, w, shape(x.size(1))));
  }

  private static ConvOp part(ConvOp op, ConvOp.Part part, Shape result) {
    var size = new ArrayList<Long>();
    for (int d = 2; d < result.rank(); d++) {
      size.add(result.size(d));
    }
    return new ConvOp(part, op.windows(), op.groups(), size, op.bias());
  }

  private static Stream<Case> indexing() {
    return Stream.of(
        floats(new Cat(0), 1, shape(331, 101), shape(57, 101), shape(200, 101)),
        floats(new Cat(1), 1, shape(331, 101), shape(331, 57), shape(331, 200)),
        with(floats(new IndexSelect(0), 1, shape(997, 64), shape(2003)), s -> s.index(1, 997)),
        with(floats(new IndexSelect(1), 1, shape(64, 997), shape(2003)), s -> s.index(1, 997)),
        with(floats(new IndexSum(0, 97), 60, shape(2003), shape(2003, 64)), s -> s.index(0, 97)),
        with(floats(new IndexSum(1, 97), 60, shape(2003), shape(64, 2003)), s -> s.index(0, 97)),
        with(floats(new Gather(1), 1, shape(331, 453), shape(331, 453)), s -> s.index(1, 453)),
        with(
            floats(new ScatterSum(0, shape(50, 453)), 20, shape(331, 453), shape(331, 453)),
            s -> s.index(0, 50)));
  }

  private static Stream<Case> creation() {
    return Stream.of(
        new Case(
            Sample.of(
                new RandomOp(
                    RandomOp.Distribution.NORMAL,
                    0,
                    1,
                    TensorSpec.of(shape(LONG), DType.FLOAT32),
                    3,
                    5)),
            1,
            DType.FLOAT32),
        new Case(
            Sample.of(new Fill(0.1, TensorSpec.of(shape(LONG), DType.BFLOAT16))),
            1,
            DType.FLOAT32));
  }

  @TestFactory
  Stream<DynamicTest> cpuAgreesWithReference() {
    return forEachCase(LargeInputsTest::compare);
  }

  @TestFactory
  Stream<DynamicTest> resultsAreTheSameBitsForAnyNumberOfThreads() {
    return forEachCase(LargeInputsTest::compareThreads);
  }

  @TestFactory
  Stream<DynamicTest> resultsAreTheSameBitsFromPlainAndVectorLoops() {
    return forEachCase(LargeInputsTest::compareTiers);
  }

  private static Stream<DynamicTest> forEachCase(BiConsumer<Case, DType> check) {
    return Stream.of(
            elementwise(), sums(), rows(), products(), convolutions(), indexing(), creation())
        .flatMap(cases -> cases)
        .flatMap(
            c ->
                Stream.of(c.dtypes)
                    .filter(
                        dtype ->
                            c.sample.inputs().isEmpty() || c.sample.op().dtypes().contains(dtype))
                    .map(
                        dtype ->
                            dynamicTest(c.sample + " " + dtype, () -> check.accept(c, dtype))));
  }

  private static void compare(Case c, DType dtype) {
    try (var _ = TensorScope.open()) {
      List<Tensor> actual = run(c.sample, dtype);
      List<Tensor> expected;
      try (var _ = Context.current().withBackend(new ReferenceBackend())) {
        expected = run(c.sample, dtype);
      }
      for (int i = 0; i < expected.size(); i++) {
        Agreement.assertClose(
            actual.get(i),
            expected.get(i),
            Math.sqrt(c.terms),
            c.sample + " " + dtype + ", result " + i);
      }
    }
  }

  private static void compareThreads(Case c, DType dtype) {
    try (var _ = TensorScope.open()) {
      List<Tensor> one = run(c.sample, dtype, Parallel.withThreads(1));
      for (int threads : new int[] {2, 4}) {
        List<Tensor> many = run(c.sample, dtype, Parallel.withThreads(threads));
        assertSameBits(many, one, c + " with " + threads + " threads");
      }
    }
  }

  private static void compareTiers(Case c, DType dtype) {
    try (var _ = TensorScope.open()) {
      List<Tensor> plain = run(c.sample, dtype, Tier.force(Tier.PLAIN));
      List<Tensor> vector = run(c.sample, dtype, Tier.force(Tier.VECTOR));
      assertSameBits(vector, plain, c + " with vectors");
    }
  }

  private static void assertSameBits(List<Tensor> actual, List<Tensor> expected, String what) {
    for (int i = 0; i < expected.size(); i++) {
      assertThat(actual.get(i).segment().mismatch(expected.get(i).segment()))
          .as("%s: the first byte of result %d that differs", what, i)
          .isEqualTo(-1);
    }
  }

  private static List<Tensor> run(Sample sample, DType dtype, Scope setting) {
    try (setting) {
      return run(sample, dtype);
    }
  }

  /** The outputs, or the inputs that were changed in place. */
  private static List<Tensor> run(Sample sample, DType dtype) {
    Tensor[] inputs = sample.inputs(dtype, 8).toArray(Tensor[]::new);
    Tensor[] outputs = Dispatch.runAll(sample.op(), inputs);
    return sample.op().mutates() == 0 ? List.of(outputs) : List.of(inputs);
  }
}
