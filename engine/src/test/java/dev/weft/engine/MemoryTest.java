package dev.weft.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.weft.engine.op.AttentionGrad;
import dev.weft.engine.op.AttentionOp;
import dev.weft.engine.spi.Block;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Who owns memory, for how long, and what happens to those who look afterwards. */
class MemoryTest {

  private long start;

  @BeforeEach
  void forgetEarlierTests() {
    Tensor.collectGarbage();
    start = Tensor.liveBytes();
  }

  @Test
  void aScopeReleasesWhatWasMadeInItAndNotKept() {
    Tensor outside = Tensor.ones(100);
    Tensor kept;
    Tensor dropped;
    try (var scope = TensorScope.open()) {
      dropped = outside.mul(2);
      kept = scope.keep(dropped.add(1));
    }
    assertThat(dropped.isReleased()).isTrue();
    assertThat(kept.isReleased()).isFalse();
    assertThat(outside.isReleased()).isFalse();
    assertThat(kept.sum().item()).isEqualTo(300);
    kept.release();
    outside.release();
    Tensor.collectGarbage(); // the sum
    assertThat(Tensor.liveBytes()).isEqualTo(start);
  }

  @Test
  void keepingMovesToTheScopeAround() {
    Tensor x;
    try (var outer = TensorScope.open()) {
      try (var inner = TensorScope.open()) {
        x = inner.keep(Tensor.ones(3));
      }
      assertThat(x.isReleased()).isFalse();
      Tensor y = Tensor.ones(3).keep();
      assertThat(outer.keep(y)).isSameAs(y);
      outer.close();
      assertThat(x.isReleased()).isTrue();
      assertThat(y.isReleased()).isFalse();
      y.release();
    }
    assertThat(Tensor.liveBytes()).isEqualTo(start);
  }

  @Test
  void aScopeDoesNotKeepWhatBelongsToAnother() {
    try (var outer = TensorScope.open()) {
      Tensor x = Tensor.ones(3);
      try (var inner = TensorScope.open()) {
        inner.keep(x); // already outlives the inner scope; must not move further out
      }
      outer.close();
      assertThat(x.isReleased()).isTrue();
    }
  }

  record Pair(Tensor first, List<Tensor> rest) {}

  @Test
  void keepAllFindsTensorsInContainers() {
    Tensor[] t = new Tensor[7];
    try (var scope = TensorScope.open()) {
      for (int i = 0; i < t.length; i++) {
        t[i] = Tensor.ones(2);
      }
      scope.keepAll(
          List.of(
              t[0],
              Map.of("key", t[1]),
              new Tensor[] {t[2]},
              Optional.of(t[3]),
              new Pair(t[4], List.of(t[5])),
              "no tensor",
              Optional.empty()));
    }
    assertThat(Stream.of(t).map(Tensor::isReleased))
        .containsExactly(false, false, false, false, false, false, true);
  }

  /** The weights of a head would take 137 MiB. */
  @Test
  void attentionNeedsNoRoomForItsWeights() {
    try (var _ = TensorScope.open()) {
      Tensor x = Tensor.ones(6000, 4);
      var op = new AttentionOp(false, 0.5);
      long reserved = MemoryPool.HOST.reservedBytes();
      Tensor[] y = Dispatch.runAll(op, x, x, x);
      Tensor[] gradients = Dispatch.runAll(new AttentionGrad(op), x, x, x, x, y[0], y[1]);
      assertThat(MemoryPool.HOST.reservedBytes() - reserved).isLessThan(16 << 20);
      assertThat(y[0].sum().item()).isEqualTo(24_000);
      assertThat(gradients[2].sum().item()).isCloseTo(24_000, within(0.1));
    }
  }

  @Test
  void viewsShareMemoryAndKeepIt() {
    Tensor base = Tensor.arange(12);
    long withBase = Tensor.liveBytes();
    Tensor view;
    try (var scope = TensorScope.open()) { // for the views in between
      view = scope.keep(base.reshape(3, 4).t().narrow(0, 1, 2));
    }
    assertThat(Tensor.liveBytes()).isEqualTo(withBase);
    assertThat(view.storage()).isSameAs(base.storage());
    base.release();
    assertThat(base.isReleased()).isTrue();
    assertThat(view.toLongArray()).containsExactly(1, 5, 9, 2, 6, 10);
    view.release();
    assertThat(Tensor.liveBytes()).isEqualTo(start);
  }

  @Test
  void readingElementsLeavesNothingBehind() {
    Tensor x = Tensor.ones(3, 4);
    Tensor view = x.t();
    for (Tensor t : List.of(x, view)) {
      t.toDoubleArray();
      t.toFloatArray();
      t.toLongArray();
      t.getDouble(0, 0);
      t.getLong(0, 0);
      t.toString();
    }
    view.release();
    x.release();
    assertThat(Tensor.liveBytes()).isEqualTo(start);
  }

  @Test
  void anAliasBelongsToNoScope() {
    Tensor alias;
    try (var _ = TensorScope.open()) {
      alias = Tensor.ones(3).alias();
    }
    assertThat(alias.toDoubleArray()).containsExactly(1, 1, 1);
    alias.release();
    assertThat(Tensor.liveBytes()).isEqualTo(start);
  }

  @Test
  void releasingTwiceIsHarmless() {
    Tensor x = Tensor.ones(3);
    Tensor view = x.narrow(0, 0, 1);
    x.release();
    x.release();
    assertThat(view.item()).isEqualTo(1);
    view.release();
  }

  static Stream<Consumer<Tensor>> uses() {
    return Stream.of(
        x -> x.add(1),
        x -> Tensor.ones(2, 3).add(x),
        x -> x.sum(),
        x -> x.t(),
        x -> x.reshape(6),
        x -> x.narrow(0, 0, 1),
        x -> x.toDoubleArray(),
        x -> x.toFloatArray(),
        x -> x.toLongArray(),
        x -> x.getDouble(0, 0),
        x -> x.getLong(0, 0),
        x -> x.segment(),
        x -> x.alias(),
        x -> x.addInPlace(1),
        x -> x.copyFrom(Tensor.ones(2, 3)),
        x -> Tensor.ones(2, 3).copyFrom(x),
        x -> Tensor.ones(2, 3).setData(x),
        x -> x.to(DType.FLOAT64),
        x -> x.to(Device.META),
        x -> x.detach(),
        x -> Tensor.cat(List.of(x, x), 0),
        x -> x.equal(Tensor.ones(2, 3)));
  }

  @ParameterizedTest
  @MethodSource("uses")
  void useAfterReleaseSaysWhatWasReleased(Consumer<Tensor> use) {
    Tensor x = Tensor.ones(2, 3);
    x.release();
    assertThatThrownBy(() -> use.accept(x))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("float32 (2, 3) was released before this use")
        .hasMessageContaining("keep()");
  }

  @Test
  void useAfterReleaseNamesTheOpFirst() {
    Tensor x = Tensor.ones(2, 3);
    x.release();
    assertThatThrownBy(() -> x.softmax(1)).hasMessageStartingWith("softmax[dim=1]: ");
  }

  @Test
  void scopesCloseInReverseOrderOnTheirOwnThread() throws Exception {
    var outer = TensorScope.open();
    var inner = TensorScope.open();
    assertThatThrownBy(outer::close)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("closed before a scope that was opened inside it");
    try (var other = Executors.newSingleThreadExecutor()) {
      assertThat(other.submit(() -> thrownBy(inner::close)).get())
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("another thread");
    }
    inner.close();
    inner.close();
    outer.close();
  }

  private static Optional<Throwable> caught(Runnable action) {
    try {
      action.run();
      return Optional.empty();
    } catch (RuntimeException e) {
      return Optional.of(e);
    }
  }

  private static Throwable thrownBy(Runnable action) {
    return caught(action).orElseThrow();
  }

  @Test
  void aThreadHasItsOwnScopes() throws Exception {
    try (var _ = TensorScope.open();
        var other = Executors.newSingleThreadExecutor()) {
      Tensor x = other.submit(() -> Tensor.ones(3)).get();
      Tensor y = Tensor.ones(3);
      assertThat(x.scope).isNull();
      assertThat(y.scope).isNotNull();
      x.release();
    }
  }

  @Test
  void anExceptionInAScopeReleasesToo() {
    assertThatThrownBy(
            () -> {
              try (var _ = TensorScope.open()) {
                Tensor.ones(1000).add(Tensor.ones(7));
              }
            })
        .isInstanceOf(ShapeException.class);
    assertThat(Tensor.liveBytes()).isEqualTo(start);
  }

  @Test
  void whatNobodyReleasedIsFoundByTheGarbageCollector() {
    for (int i = 0; i < 100; i++) {
      Tensor.ones(1000);
    }
    assertThat(Tensor.liveBytes()).isGreaterThan(start);
    Tensor.collectGarbage();
    assertThat(Tensor.liveBytes()).isEqualTo(start);
  }

  @Test
  void aReachableViewProtectsMemoryFromTheGarbageCollector() {
    Tensor view = Tensor.full(7, 1000).narrow(0, 10, 5);
    Tensor.collectGarbage();
    for (int i = 0; i < 50; i++) {
      Tensor.ones(1000);
    }
    assertThat(view.toDoubleArray()).containsOnly(7);
  }

  @Test
  void wrappedMemoryIsGivenBackOnce() {
    var freed = new AtomicInteger();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = arena.allocate(64, 64);
      memory.setAtIndex(Native.FLOAT, 2, 5f);
      Block block =
          new Block(memory.address(), 64) {
            @Override
            public void free() {
              freed.incrementAndGet();
            }
          };
      Layout layout = Layout.strided(Shape.of(2, 2), new long[] {4, 2}, 0);
      Tensor x = Tensor.wrap(block, layout, DType.FLOAT32, Device.CPU);
      Tensor view = x.narrow(0, 0, 1);
      assertThat(view.toDoubleArray()).containsExactly(0, 5);
      x.release();
      assertThat(freed).hasValue(0);
      view.release();
      assertThat(freed).hasValue(1);

      Layout tooLong = Layout.contiguous(Shape.of(17));
      assertThatThrownBy(() -> Tensor.wrap(block, tooLong, DType.FLOAT32, Device.CPU))
          .isInstanceOf(ShapeException.class)
          .hasMessageContaining("beyond 64 bytes");
    }
  }

  @Test
  void setDataReplacesTheMemoryAndKeepsTheTensor() {
    Tensor x = Tensor.ones(1000);
    Tensor view = x.narrow(0, 0, 2);
    Tensor data = Tensor.of(1.0, 2.0);
    x.setData(data);
    data.release();
    assertThat(x.toDoubleArray()).containsExactly(1, 2);
    assertThat(x.dtype()).isEqualTo(DType.FLOAT64);
    assertThat(view.toDoubleArray()).containsExactly(1, 1);
    view.release();
    x.setData(x); // its own data
    assertThat(x.toDoubleArray()).containsExactly(1, 2);
    x.release();
    x.setData(Tensor.ones(1)); // brings it back
    assertThat(x.item()).isEqualTo(1);
  }

  // ------------------------------------------------------------------------------ versions

  @Test
  void eachChangeInPlaceCounts() {
    Tensor x = Tensor.ones(2, 3);
    Tensor view = x.t();
    assertThat(x.storage().version()).isZero();
    x.addInPlace(1);
    view.mulInPlace(Tensor.ones(3, 2));
    x.copyFrom(Tensor.ones(3));
    x.zeroInPlace();
    x.changed();
    assertThat(view.storage().version()).isEqualTo(5);
    x.add(1).sum();
    assertThat(x.storage().version()).isEqualTo(5);
    assertThat(x.copy().storage().version()).isZero();
  }

  @Test
  void aFailedChangeDoesNotCount() {
    Tensor x = Tensor.of(1L, 2L);
    assertThatThrownBy(() -> x.divInPlace(Tensor.ones(2))).isInstanceOf(DTypeException.class);
    assertThatThrownBy(() -> x.copyFrom(Tensor.ones(3))).isInstanceOf(ShapeException.class);
    assertThat(x.storage().version()).isZero();
    assertThat(x.toLongArray()).containsExactly(1, 2);
  }

  // ------------------------------------------------------------------------------ threads

  @Test
  @Timeout(60)
  void holdersAreCountedAcrossThreads() throws Exception {
    Tensor x = Tensor.full(3, 1000);
    var tasks = new ArrayList<Callable<Void>>();
    for (int t = 0; t < 4; t++) {
      tasks.add(
          () -> {
            for (int i = 0; i < 2000; i++) {
              Tensor view = x.narrow(0, i % 900, 100);
              if (i % 50 == 0) {
                assertThat(view.sum().item()).isEqualTo(300);
              }
              view.release();
            }
            return null;
          });
    }
    runTogether(tasks);
    assertThat(x.isReleased()).isFalse();
    x.release();
    Tensor.collectGarbage();
    assertThat(Tensor.liveBytes()).isEqualTo(start);
  }

  /** The loser of the race gets an exception or the right answer, never another's memory. */
  @Test
  @Timeout(60)
  void releasingWhileOthersComputeNeverShowsForeignMemory() throws Exception {
    for (int round = 0; round < 100; round++) {
      Tensor x = Tensor.full(3, 5000);
      var tasks = new ArrayList<Callable<Void>>();
      for (int t = 0; t < 3; t++) {
        tasks.add(
            () -> {
              caught(
                      () -> {
                        try (var _ = TensorScope.open()) {
                          assertThat(x.sum().item()).isEqualTo(15000);
                        }
                      })
                  .ifPresent(e -> assertThat(e).hasMessageContaining("released before this use"));
              return null;
            });
      }
      tasks.add(
          () -> {
            x.release();
            Tensor.full(8, 5000).release(); // reuses the block
            return null;
          });
      runTogether(tasks);
    }
  }

  private static void runTogether(List<Callable<Void>> tasks) throws Exception {
    try (var pool = Executors.newFixedThreadPool(tasks.size())) {
      for (Future<Void> done : pool.invokeAll(tasks)) {
        done.get();
      }
    }
  }

  @Test
  void aStorageThatIsReleasedTooOftenSaysSo() {
    Storage storage = Storage.allocate(Device.CPU, 64);
    assertThat(storage.retain()).isTrue();
    storage.release();
    storage.release();
    assertThat(storage.isReleased()).isTrue();
    assertThat(storage.retain()).isFalse();
    assertThatThrownBy(storage::release).hasMessageContaining("more often than held");
  }
}
