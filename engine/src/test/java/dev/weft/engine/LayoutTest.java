package dev.weft.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Layouts against brute force: every element's position, enumerated index by index. */
class LayoutTest {

  private final SplittableRandom random = new SplittableRandom(11);

  /** Positions in row-major order of the index. */
  private static List<Long> positions(Layout layout) {
    var positions = new ArrayList<Long>();
    long[] index = new long[layout.shape().rank()];
    for (long i = 0; i < layout.shape().numel(); i++) {
      long left = i;
      for (int d = index.length - 1; d >= 0; d--) {
        index[d] = left % layout.shape().size(d);
        left /= layout.shape().size(d);
      }
      positions.add(layout.position(index));
    }
    return positions;
  }

  /** A layout that permuting, slicing and expanding can lead to, or one with any strides at all. */
  private Layout randomLayout() {
    int rank = random.nextInt(0, 5);
    long[] sizes = random.longs(rank, 1, 5).toArray();
    if (random.nextInt(3) == 0) {
      return Layout.strided(
          Shape.of(sizes), random.longs(rank, 0, 9).toArray(), random.nextLong(0, 4));
    }
    Layout layout = Layout.contiguous(Shape.of(sizes));
    for (int step = random.nextInt(4); step > 0 && rank > 0; step--) {
      int dim = random.nextInt(rank);
      switch (random.nextInt(3)) {
        case 0 -> {
          int[] dims = java.util.stream.IntStream.range(0, rank).toArray();
          dims[dim] = 0;
          dims[0] = dim;
          layout = layout.permute(dims);
        }
        case 1 -> {
          long size = layout.shape().size(dim);
          layout = layout.slice(dim, random.nextLong(size), size, 1 + random.nextInt(2));
        }
        default -> {
          Shape one = layout.shape().with(dim, 1);
          layout = layout.slice(dim, 0, 1, 1).expand(one.with(dim, 1 + random.nextInt(3)));
        }
      }
    }
    return layout;
  }

  private Shape randomShapeOf(long numel) {
    var sizes = new ArrayList<Long>();
    while (numel > 1) {
      long factor = 2;
      while (numel % factor != 0 || random.nextInt(3) == 0 && factor < numel) {
        factor++;
      }
      if (numel % factor != 0) {
        factor = numel;
      }
      sizes.add(factor);
      numel /= factor;
    }
    for (int ones = random.nextInt(3); ones > 0; ones--) {
      sizes.add(random.nextInt(sizes.size() + 1), 1L);
    }
    return Shape.of(sizes.stream().mapToLong(Long::longValue).toArray());
  }

  /** Whether any strides at all show these positions under this shape. */
  private static Optional<long[]> stridesFor(Shape shape, List<Long> positions) {
    long[] strides = new long[shape.rank()];
    long step = 1;
    for (int d = shape.rank() - 1; d >= 0; d--) {
      strides[d] = shape.size(d) > 1 ? positions.get((int) step) - positions.getFirst() : 0;
      if (strides[d] < 0) {
        return Optional.empty();
      }
      step *= shape.size(d);
    }
    boolean shows =
        positions(Layout.strided(shape, strides, positions.getFirst())).equals(positions);
    return shows ? Optional.of(strides) : Optional.empty();
  }

  @Test
  void reshapeIsAViewExactlyWhereSomeStridesCanShowIt() {
    int views = 0;
    int copies = 0;
    for (int trial = 0; trial < 30_000; trial++) {
      Layout layout = randomLayout();
      Shape target = randomShapeOf(layout.shape().numel());
      List<Long> expected = positions(layout);
      Optional<Layout> reshaped = layout.reshape(target);
      Object what = layout + " as " + target;
      assertThat(reshaped.isPresent())
          .as("%s", what)
          .isEqualTo(stridesFor(target, expected).isPresent());
      if (reshaped.isPresent()) {
        assertThat(reshaped.get().shape()).isEqualTo(target);
        assertThat(positions(reshaped.get())).as("%s", what).isEqualTo(expected);
        views++;
      } else {
        copies++;
      }
    }
    assertThat(views).isGreaterThan(3000);
    assertThat(copies).isGreaterThan(3000);
  }

  @Test
  void contiguousMeansRowMajorWithoutGaps() {
    for (int trial = 0; trial < 10_000; trial++) {
      Layout layout = randomLayout();
      List<Long> positions = positions(layout);
      boolean dense = true;
      for (int i = 0; i < positions.size(); i++) {
        dense &= positions.get(i) == layout.offset() + i;
      }
      assertThat(layout.isContiguous()).as("%s", layout).isEqualTo(dense);
    }
  }

  @Test
  void extentIsOnePastTheLastPosition() {
    for (int trial = 0; trial < 5_000; trial++) {
      Layout layout = randomLayout();
      long last = positions(layout).stream().mapToLong(Long::longValue).max().orElseThrow();
      assertThat(layout.extent()).isEqualTo(last + 1);
    }
    assertThat(Layout.contiguous(Shape.of(3, 0)).extent()).isZero();
  }

  @Test
  void emptyTensorsAreContiguousAndTakeAnyEmptyShape() {
    Layout layout = Layout.strided(Shape.of(0, 3), new long[] {1, 5}, 2);
    assertThat(layout.isContiguous()).isTrue();
    assertThat(layout.reshape(Shape.of(7, 0, 2))).isPresent();
  }

  @Test
  void positionsAreCheckedAndCountFromTheEnd() {
    Layout layout = Layout.contiguous(Shape.of(2, 3));
    assertThat(layout.position(-1, -3)).isEqualTo(3);
    assertThat(new HashSet<>(positions(layout))).hasSize(6);
    assertThatThrownBy(() -> layout.position(0, 3))
        .isInstanceOf(IndexException.class)
        .hasMessage("index [0, 3] of a tensor of shape (2, 3): 3 is outside dimension 1");
    assertThatThrownBy(() -> layout.position(-3, 0)).isInstanceOf(IndexException.class);
    assertThatThrownBy(() -> layout.position(0))
        .isInstanceOf(IndexException.class)
        .hasMessageContaining("one number per dimension");
  }

  @Test
  void impossibleLayoutsAreRefused() {
    assertThatThrownBy(() -> Layout.strided(Shape.of(2), new long[] {-1}, 0))
        .hasMessageContaining("negative strides");
    assertThatThrownBy(() -> Layout.strided(Shape.of(2), new long[] {1, 1}, 0))
        .hasMessageContaining("one stride per dimension");
    assertThatThrownBy(() -> Layout.strided(Shape.of(2), new long[] {1}, -1))
        .hasMessageContaining("negative");
    assertThatThrownBy(() -> Layout.strided(Shape.of(3), new long[] {Long.MAX_VALUE}, 0).extent())
        .isInstanceOf(ArithmeticException.class);
  }
}
