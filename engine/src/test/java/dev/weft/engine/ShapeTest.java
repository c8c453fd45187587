package dev.weft.engine;

import static dev.weft.engine.Shape.shape;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ShapeTest {

  private static Shape parse(String sizes) {
    return sizes == null
        ? Shape.SCALAR
        : shape(java.util.Arrays.stream(sizes.split(" ")).mapToLong(Long::parseLong).toArray());
  }

  @ParameterizedTest
  @CsvSource({
    ", , ",
    "3, , 3",
    "3, 1, 3",
    "2 3, 3, 2 3",
    "2 1, 3, 2 3",
    "4 1 3, 2 1, 4 2 3",
    "0, 1, 0",
    "0 3, 1 1, 0 3",
    "5 1 4 1, 3 1 1, 5 3 4 1"
  })
  void sizesOfOneStretch(String a, String b, String result) {
    assertThat(Shape.broadcast("add", parse(a), parse(b))).isEqualTo(parse(result));
    assertThat(Shape.broadcast("add", parse(b), parse(a))).isEqualTo(parse(result));
    assertThat(parse(a).broadcastsTo(parse(result))).isTrue();
  }

  @Test
  void otherSizesDoNot() {
    assertThatThrownBy(() -> Shape.broadcast("add", shape(2, 3), shape(2, 4)))
        .isInstanceOf(ShapeException.class)
        .hasMessage(
            "add: (2, 3) and (2, 4): sizes 3 and 4 at dimension -1 differ and neither is 1");
    assertThatThrownBy(() -> Shape.broadcast("add", shape(0), shape(2)))
        .isInstanceOf(ShapeException.class);
    assertThat(shape(2).broadcastsTo(shape(1))).isFalse();
    assertThat(shape(1, 2).broadcastsTo(shape(2))).isFalse();
  }

  @Test
  void dimensionsCountFromEitherEnd() {
    assertThat(shape(2, 3, 4).size(-1)).isEqualTo(4);
    assertThat(shape(2, 3, 4).size(0)).isEqualTo(2);
    assertThat(shape(2, 3).dim(-2)).isZero();
    assertThatThrownBy(() -> shape(2, 3).size(2))
        .isInstanceOf(ShapeException.class)
        .hasMessage("dimension 2 of shape (2, 3): allowed are -2 to 1");
    assertThatThrownBy(() -> Shape.SCALAR.size(0)).hasMessageContaining("scalar");
  }

  @Test
  void shapesAreCutAndJoined() {
    assertThat(shape(2, 3, 4).with(1, 9)).isEqualTo(shape(2, 9, 4));
    assertThat(shape(2, 3, 4).without(-1)).isEqualTo(shape(2, 3));
    assertThat(shape(2, 3).insert(0, 1)).isEqualTo(shape(1, 2, 3));
    assertThat(shape(2, 3).insert(2, 1)).isEqualTo(shape(2, 3, 1));
    assertThat(shape(2, 3, 4).slice(1, 3)).isEqualTo(shape(3, 4));
    assertThat(shape(2).concat(shape(3, 4))).isEqualTo(shape(2, 3, 4));
    assertThat(shape(3).without(0)).isEqualTo(Shape.SCALAR);
  }

  @Test
  void printsAsInMessages() {
    assertThat(Shape.SCALAR).hasToString("()");
    assertThat(shape(3)).hasToString("(3)");
    assertThat(shape(8, 16)).hasToString("(8, 16)");
  }

  @Test
  void sizesAreCopied() {
    long[] sizes = {2, 3};
    Shape s = shape(sizes);
    sizes[0] = 9;
    s.sizes()[1] = 9;
    assertThat(s).isEqualTo(shape(2, 3)).hasSameHashCodeAs(shape(2, 3));
  }

  @Test
  void impossibleSizesAreRefused() {
    assertThatThrownBy(() -> shape(2, -3))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("size -3 is negative");
    assertThatThrownBy(() -> shape(1L << 40, 1L << 40))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("does not fit in 64 bits");
    assertThatThrownBy(() -> Tensor.empty(1L << 62))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("does not fit");
  }
}
