package dev.weft.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.engine.cpu.Parallel;
import dev.weft.engine.op.Gather;
import dev.weft.engine.op.IndexSelect;
import dev.weft.engine.op.IndexSum;
import dev.weft.engine.op.Op;
import dev.weft.engine.op.ScatterSum;
import dev.weft.engine.op.Take;
import dev.weft.engine.reference.ReferenceBackend;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Index tensors of other types, layouts and sizes than the ops' own samples have. */
class IndexingTest {

  @ParameterizedTest
  @EnumSource(Arrangement.class)
  void narrowIndicesLieInAnyLayout(Arrangement arrangement) {
    Tensor x = Tensor.arange(24).reshape(6, 4);
    Tensor index = Tensor.of(5L, 0L, 3L, 3L, 1L, 2L, 4L, 0L).reshape(2, 4).to(DType.INT32);
    Tensor row = index.reshape(-1);
    assertAgrees(new Gather(0), x, arrangement.place(index).tensor());
    assertAgrees(new Take(), x, arrangement.place(index.sub(24)).tensor());
    Tensor values = Tensor.arange(8).reshape(2, 4);
    assertAgrees(new ScatterSum(0, x.shape()), arrangement.place(index).tensor(), values);
    if (arrangement.fits(row)) {
      Tensor placed = arrangement.place(row).tensor();
      assertAgrees(new IndexSelect(0), x, placed);
      assertAgrees(new IndexSum(0, 6), placed, Tensor.arange(16).reshape(8, 2));
    }
  }

  private static void assertAgrees(Op op, Tensor... inputs) {
    Tensor actual = Dispatch.run(op, inputs);
    try (var _ = Context.current().withBackend(new ReferenceBackend())) {
      assertThat(actual.toLongArray()).isEqualTo(Dispatch.run(op, inputs).toLongArray());
    }
  }

  @Test
  void theFirstWrongIndexIsNamedWhoeverFindsOne() {
    int count = 300_000;
    long[] values = new long[count];
    values[40_000] = 7;
    values[120_000] = -1;
    values[290_000] = 1 << 20;
    Tensor index = Tensor.of(values);
    Tensor x = Tensor.zeros(7);
    try (var _ = Parallel.withThreads(4)) {
      for (Op op : new Op[] {new Gather(0), new IndexSelect(0)}) {
        assertThatThrownBy(() -> Dispatch.run(op, x, index))
            .isInstanceOf(IndexException.class)
            .hasMessageContaining("value 7 at element 40000 is outside dimension 0 of (7)");
      }
    }
  }

  @Test
  void indicesAreCheckedWhereThereIsNothingToMove() {
    assertThatThrownBy(
            () -> Dispatch.run(new IndexSelect(0), Tensor.zeros(5, 0), Tensor.of(1L, 5L)))
        .isInstanceOf(IndexException.class)
        .hasMessageContaining("value 5 at element 1");
    assertThatThrownBy(
            () -> Dispatch.run(new IndexSum(0, 5), Tensor.of(1L, 5L), Tensor.zeros(2, 0)))
        .isInstanceOf(IndexException.class)
        .hasMessageContaining("value 5 at element 1");
  }
}
