package dev.weft.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.engine.op.Binary;
import dev.weft.engine.op.CrossEntropy;
import dev.weft.engine.op.CrossEntropyGrad;
import dev.weft.engine.op.Gather;
import dev.weft.engine.op.IndexSelect;
import dev.weft.engine.op.IndexSum;
import dev.weft.engine.op.Multinomial;
import dev.weft.engine.op.Op;
import dev.weft.engine.op.Reduction;
import dev.weft.engine.op.Scatter;
import dev.weft.engine.op.ScatterSum;
import dev.weft.engine.op.Take;
import dev.weft.engine.op.WithScalar;
import dev.weft.engine.reference.ReferenceBackend;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Inputs whose shapes fit and whose values do not: refused by name, on every CPU backend. */
class ValueErrorsTest {

  /** An op, its inputs, and the exception that says what is wrong with them. */
  record Case(Op op, Class<?> expected, List<String> says, Tensor... inputs) {
    @Override
    public String toString() {
      return op + " " + says;
    }
  }

  private static Case index(Op op, String value, String allowed, Tensor... inputs) {
    return new Case(op, IndexException.class, List.of(value, allowed), inputs);
  }

  static Stream<Case> cases() {
    Tensor x = Tensor.zeros(5, 3);
    Tensor row = Tensor.zeros(4);
    Tensor high = Tensor.of(0, 5L);
    Tensor negative = Tensor.of(0L, -1L);
    Tensor ints = Tensor.of(6L, 7L);
    Tensor zero = Tensor.of(2L, 0L);
    var loss = new CrossEntropy(Reduction.MEAN, CrossEntropy.IGNORE, 0);
    Tensor logits = Tensor.zeros(2, 5);
    Tensor sums = Tensor.zeros(2);
    return Stream.of(
        index(new IndexSelect(0), "value 5 at element 1", "0 to 4", x, high),
        index(new IndexSelect(0), "value -1 at element 1", "0 to 4", x, negative),
        index(new IndexSelect(0), "value 5", "0 to 4", x, high.to(DType.INT32)),
        index(new IndexSelect(0), "value 0", "empty", Tensor.zeros(0, 3), Tensor.of(0L)),
        index(new IndexSum(0, 5), "value 5", "0 to 4", high, Tensor.zeros(2, 3)),
        index(new IndexSum(0, 5), "value -1", "0 to 4", negative, Tensor.zeros(2, 3)),
        index(new Gather(0), "value 5", "0 to 4", x, high.reshape(2, 1)),
        index(new Gather(1), "value -1", "0 to 2", x, negative.reshape(1, 2)),
        index(new Scatter(0), "value 4", "0 to 3", row, Tensor.of(4L), Tensor.zeros(1)),
        index(new Scatter(0), "value -1", "0 to 3", row, Tensor.of(-1L), Tensor.zeros(1)),
        index(new ScatterSum(0, Shape.of(4)), "value 4", "0 to 3", Tensor.of(4L), Tensor.zeros(1)),
        index(new ScatterSum(0, Shape.of(4)), "-1", "0 to 3", Tensor.of(-1L), Tensor.zeros(1)),
        index(new Take(), "value 15", "-15 to 14", x, Tensor.of(15L)),
        index(new Take(), "value -16", "-15 to 14", x, Tensor.of(-16L)),
        index(loss, "target 5 of row 1", "0 to 4", logits, high),
        index(loss, "target -1 of row 1", "-100", logits, negative),
        index(
            new CrossEntropyGrad(loss),
            "target 5 of row 1",
            "0 to 4",
            Tensor.scalar(1),
            logits,
            high,
            sums),
        weights("element 1 is -1.0", 1, -1),
        weights("element 0 is NaN", Double.NaN, 1),
        weights("element 1 is Infinity", 1, Double.POSITIVE_INFINITY),
        weights("row 0 is all 0", 0, 0),
        weights("only 1 classes to draw from", 1, 0),
        division(Binary.DIV, ints, zero),
        division(Binary.FLOOR_DIVIDE, ints, zero),
        division(Binary.REMAINDER, ints, zero),
        division(Binary.FMOD, ints, zero),
        division(new WithScalar(Binary.FLOOR_DIVIDE, 0L, false), ints),
        division(new WithScalar(Binary.REMAINDER, 9L, true), zero),
        division(Binary.FLOOR_DIVIDE, ints.to(DType.UINT8), zero.to(DType.UINT8)),
        new Case(
            Binary.POW,
            ArithmeticException.class,
            List.of("negative integer powers"),
            ints,
            negative));
  }

  private static Case weights(String says, double... values) {
    return new Case(
        new Multinomial(2, false, 1, 0),
        IllegalArgumentException.class,
        List.of(says, "weights (2)"),
        Tensor.of(values));
  }

  private static Case division(Op op, Tensor... inputs) {
    return new Case(
        op, ArithmeticException.class, List.of("zero", inputs[0].spec().toString()), inputs);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void areRefusedByTheCpu(Case c) {
    assertRefused(c);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void areRefusedByTheReference(Case c) {
    try (var _ = Context.current().withBackend(new ReferenceBackend())) {
      assertRefused(c);
    }
  }

  private static void assertRefused(Case c) {
    var thrown =
        assertThatThrownBy(() -> Dispatch.runAll(c.op, c.inputs))
            .isExactlyInstanceOf(c.expected)
            .hasMessageStartingWith(name(c.op));
    c.says.forEach(thrown::hasMessageContaining);
    for (Tensor input : c.inputs) {
      assertThat(input.storage().version()).isZero();
    }
  }

  private static String name(Op op) {
    return op.toString().split("[\\[(]")[0];
  }

  @Test
  void aScalarHasNoThirdDimensionToSwap() {
    assertThat(Tensor.of(1.0).select(0, 0).transpose(0, -1).rank()).isZero();
    assertThatThrownBy(() -> Tensor.of(1.0).select(0, 0).transpose(0, 2))
        .isInstanceOf(ShapeException.class)
        .hasMessageStartingWith("transpose");
  }
}
