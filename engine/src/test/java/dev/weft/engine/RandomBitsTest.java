package dev.weft.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.engine.op.DropoutOp;
import dev.weft.engine.op.Multinomial;
import dev.weft.engine.op.RandomOp;
import dev.weft.engine.op.RandomOp.Distribution;
import dev.weft.engine.reference.ReferenceBackend;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Random numbers are defined one by one; kernels make many at once and must give the same bits. */
class RandomBitsTest {

  /** Several pieces of several blocks, and a rest. */
  private static final int COUNT = 20_011;

  static Stream<RandomOp> draws() {
    return Stream.of(DType.values())
        .filter(dtype -> !dtype.isComplex()) // made of real numbers
        .flatMap(
            dtype ->
                dtype.isFloating()
                    ? Stream.of(
                        draw(Distribution.UNIFORM, -1, 3, dtype, 0),
                        draw(Distribution.UNIFORM, 0, 1, dtype, 7),
                        draw(Distribution.NORMAL, 0.5, 2, dtype, 1),
                        draw(Distribution.INTEGERS, -9, 100, dtype, 2),
                        draw(Distribution.BERNOULLI, 0.3, 0, dtype, 3))
                    : Stream.of(
                        draw(Distribution.INTEGERS, dtype.min(), 1 + dtype.min(), dtype, 2),
                        draw(Distribution.INTEGERS, 0, dtype == DType.BOOL ? 2 : 100, dtype, 5),
                        draw(Distribution.BERNOULLI, 0.3, 0, dtype, 3)))
        .filter(op -> Math.abs(op.a()) <= 0x1p53);
  }

  private static RandomOp draw(Distribution d, double a, double b, DType dtype, long offset) {
    return new RandomOp(d, a, b, TensorSpec.of(Shape.of(COUNT), dtype), -0x1234_5678_9ABCL, offset);
  }

  @ParameterizedTest
  @MethodSource("draws")
  void numbersAreThoseOfTheDefinition(RandomOp op) {
    double[] actual = Dispatch.run(op).toDoubleArray();
    double[] expected = new double[COUNT];
    for (int i = 0; i < COUNT; i++) {
      expected[i] = op.at(i);
    }
    assertThat(actual).isEqualTo(expected);
  }

  /**
   * Behind 2³⁴ numbers the counter of a block needs its second word; the last number is 2⁶⁴ − 1.
   */
  @ParameterizedTest
  @ValueSource(longs = {(1L << 34) - 5, (1L << 63) - 3, -7})
  void farNumbersAreThoseOfTheDefinition(long offset) {
    var spec = TensorSpec.of(Shape.of(21), DType.FLOAT64);
    var op = new RandomOp(Distribution.UNIFORM, 0, 1, spec, 5, offset);
    double[] actual = Dispatch.run(op).toDoubleArray();
    for (int i = 0; i < actual.length; i++) {
      assertThat(actual[i]).isEqualTo(op.at(i));
    }
  }

  @Test
  void dropoutKeepsANumberThatEqualsTheProbability() {
    Tensor x = Tensor.ones(100);
    for (long element : new long[] {0, 1, 42, 99}) {
      double u = Philox.uniform(3, 5 + element, 0);
      assertThat(dropped(new DropoutOp(u, 3, 5), x)[(int) element]).isFalse();
      assertThat(dropped(new DropoutOp(Math.nextUp(u), 3, 5), x)[(int) element]).isTrue();
      assertThat(dropped(new DropoutOp(u + 0x1p-53, 3, 5), x)[(int) element]).isTrue();
    }
  }

  private static boolean[] dropped(DropoutOp op, Tensor x) {
    double[] y = Dispatch.run(op, x).toDoubleArray();
    boolean[] dropped = new boolean[y.length];
    for (int i = 0; i < y.length; i++) {
      dropped[i] = y[i] == 0;
    }
    return dropped;
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void multinomialDrawsWhatTheReferenceDraws(boolean replacement) {
    Tensor weights = Tensor.randn(new Generator(2), 300, 67).abs();
    weights = weights.mul(weights.gt(0.4).to(DType.FLOAT32)); // some classes are never drawn
    var op = new Multinomial(20, replacement, 9, 4);
    long[] actual = Dispatch.run(op, weights).toLongArray();
    try (var _ = Context.current().withBackend(new ReferenceBackend())) {
      assertThat(actual).isEqualTo(Dispatch.run(op, weights).toLongArray());
    }
  }
}
