package dev.weft.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

/** What no sample of an op can state: how order, counts and quantiles are put together. */
class SortTest {

  private static final double NAN = Double.NaN;

  @Test
  void uniqueRowsAreSortedFromLeftToRight() {
    Tensor x = Tensor.of(2L, 1, 1, 3, 2, 1, 1, 0).reshape(4, 2);
    UniqueValues rows = x.unique(0);
    assertThat(rows.values().toLongArray()).containsExactly(1, 0, 1, 3, 2, 1);
    assertThat(rows.inverse().toLongArray()).containsExactly(2, 1, 2, 0);
    assertThat(rows.counts().toLongArray()).containsExactly(1, 1, 2);
    assertThat(x.unique(1).values().toLongArray()).isEqualTo(x.flip(1).toLongArray());
  }

  @Test
  void eachNanIsItsOwn() {
    UniqueValues found = Tensor.of(NAN, 1, NAN, -0.0, 0.0).unique();
    assertThat(found.values().toDoubleArray()).containsExactly(-0.0, 1, NAN, NAN);
    assertThat(found.counts().toLongArray()).containsExactly(2, 1, 1, 1);
  }

  @Test
  void runsEndWhereTheValueChanges() {
    UniqueValues runs = Tensor.of(1L, 1, 2, 1).uniqueConsecutive();
    assertThat(runs.values().toLongArray()).containsExactly(1, 2, 1);
    assertThat(runs.inverse().toLongArray()).containsExactly(0, 0, 1, 2);
    assertThat(runs.counts().toLongArray()).containsExactly(2, 1, 1);
    assertThat(Tensor.zeros(0).unique().values().numel()).isZero();
  }

  @Test
  void medianTakesTheLowerMiddleAndNanWins() {
    Tensor x = Tensor.of(4.0, 1, 3, 2, 5, NAN, 6, 7).reshape(2, 4);
    var all = x.median(1, false);
    assertThat(all.values().toDoubleArray()).containsExactly(2, NAN);
    assertThat(all.indices().toLongArray()).containsExactly(3, 1);
    var numbers = x.nanmedian(1, true);
    assertThat(numbers.values().toDoubleArray()).containsExactly(2, 6);
    assertThat(numbers.indices().shape()).isEqualTo(Shape.of(2, 1));
    assertThat(Tensor.of(NAN, NAN).nanmedian().item()).isNaN();
    assertThatThrownBy(() -> Tensor.zeros(2, 0).median(1, false))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("no middle");
  }

  @Test
  void severalQuantilesLeadTheShape() {
    Tensor x = Tensor.of(0.0, 1, 2, 3, 4, 10, 20, 30, 40, 50).reshape(2, 5);
    Tensor q = Tensor.of(0.0, 0.25, 0.6);
    Tensor found = x.quantile(q, 1, false, Interpolation.LINEAR);
    assertThat(found.shape()).isEqualTo(Shape.of(3, 2));
    assertThat(found.toDoubleArray()).containsExactly(0, 10, 1, 20, 2.4, 34);
    assertThat(x.quantile(q, 0, true, Interpolation.LOWER).shape()).isEqualTo(Shape.of(3, 1, 5));
    assertThat(x.quantile(0.6, 1, true, Interpolation.NEAREST).toDoubleArray())
        .containsExactly(2, 30);
    assertThat(Tensor.of(1.0, NAN).quantile(0).item()).isNaN();
    assertThat(Tensor.of(1.0, NAN).nanquantile(1, Interpolation.LINEAR).item()).isEqualTo(1);
    assertThatThrownBy(() -> x.quantile(-0.1)).hasMessageContaining("between 0 and 1");
  }

  @Test
  void topkOfSmallest() {
    var found = Tensor.of(3.0, NAN, 1, 2).topk(2, 0, false);
    assertThat(found.values().toDoubleArray()).containsExactly(1, 2);
    assertThat(found.indices().toLongArray()).containsExactly(2, 3);
    assertThat(Tensor.of(3.0, NAN, 1, 2).topk(1).values().item()).isNaN();
    assertThatThrownBy(() -> Tensor.zeros(3).topk(4))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("not between 0 and 3");
  }

  @Test
  void positionsInSortedRows() {
    Tensor row = Tensor.of(1.0, 3, 3, 7);
    Tensor values = Tensor.of(0.0, 1, 3, 8, NAN);
    assertThat(row.searchsorted(values).toLongArray()).containsExactly(0, 0, 1, 4, 4);
    assertThat(row.searchsorted(values, true).toLongArray()).containsExactly(0, 1, 3, 4, 4);
    assertThat(values.bucketize(row).toLongArray()).containsExactly(0, 0, 1, 4, 4);
    assertThat(Tensor.of(1L, 5, 7).isin(Tensor.of(7L, 1)).toLongArray()).containsExactly(1, 0, 1);
    assertThat(Tensor.of(1L).isin(Tensor.zeros(0)).toLongArray()).containsExactly(0);
  }

  @Test
  void countsOfNumbersAndOfRanges() {
    assertThat(Tensor.of(1L, 1, 3).bincount(6).toLongArray()).containsExactly(0, 2, 0, 1, 0, 0);
    assertThat(Tensor.of(1L, 1, 3).bincount(Tensor.of(0.5, 0.25, 2.0), 0).toDoubleArray())
        .containsExactly(0, 0.75, 0, 2);
    assertThat(Tensor.of(0.0, 1, 1.5, 2, 3, NAN).histc(2, 1, 3).toDoubleArray())
        .containsExactly(2, 2);
    assertThat(Tensor.of(2.0, 2).histc(2).toDoubleArray()).containsExactly(0, 2);
    assertThatThrownBy(() -> Tensor.of(-1L).bincount()).hasMessageContaining("not be negative");
    assertThatThrownBy(() -> Tensor.of(1.0).histc(2, 3, 1)).hasMessageContaining("ascending");
  }
}
