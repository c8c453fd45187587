package dev.weft.engine.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What {@link Kernel} does on its background thread; latches say when. */
class KernelTest {

  private static final Supplier<Object> PLAIN = () -> "plain";

  /** What the exercise returned, so that C2 cannot leave it out. */
  private final AtomicReference<Object> kept = new AtomicReference<>();

  @Test
  void aLoopThatLeavesObjectsBehindIsMadeAnew() throws InterruptedException {
    var made = new CountDownLatch(2);
    Supplier<Object> leaving = () -> new byte[1 << 13];
    Supplier<Object> clean = () -> "vector";
    var kernel =
        new Kernel<>(
            PLAIN,
            () -> {
              made.countDown();
              return made.getCount() > 0 ? leaving : clean;
            },
            loop -> kept.set(loop.get()));
    try (var _ = Tier.force(Tier.AUTO)) {
      assertThat(kernel.form(1 << 20)).isSameAs(PLAIN);
      assertThat(made.await(5, TimeUnit.MINUTES)).isTrue();
    }
  }

  @Test
  @Timeout(value = 5, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void aLoopThatLeavesNothingIsUsed() {
    assertUsed(() -> "vector");
  }

  /** Where an op is no instruction of the machine, its registers are always objects. */
  @Test
  @Timeout(value = 5, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void aLoopThatAlwaysLeavesObjectsIsUsedInTheEnd() {
    assertUsed(() -> new byte[1 << 13]);
  }

  /** On a processor with much else to do, C2 may give up on a loop once, and not the next time. */
  @Test
  @Timeout(value = 5, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void aLoopThatLeavesObjectsIsUsedUntilThereIsABetterOne() {
    var made = new AtomicInteger();
    Supplier<Object> leaving = () -> new byte[1 << 13];
    Supplier<Object> clean = () -> "vector";
    var looked = new CountDownLatch(1);
    var kernel =
        new Kernel<>(
            PLAIN,
            () -> made.incrementAndGet() < 3 ? leaving : clean,
            loop -> {
              if (loop == clean) {
                await(looked);
              }
              kept.set(loop.get());
            });
    try (var _ = Tier.force(Tier.AUTO)) {
      while (!kernel.isWarm(1 << 20)) {
        Thread.onSpinWait();
      }
      try {
        assertThat(kernel.form(1)).isSameAs(leaving);
        assertThat(kernel.vector()).isSameAs(leaving);
      } finally {
        looked.countDown(); // the thread that waits is needed by other tests
      }
      while (kernel.form(1) == leaving) {
        Thread.onSpinWait();
      }
      assertThat(kernel.form(1)).isSameAs(clean);
      assertThat(kernel.vector()).isSameAs(clean);
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private void assertUsed(Supplier<Object> vector) {
    var kernel = new Kernel<>(PLAIN, () -> vector, loop -> kept.set(loop.get()));
    try (var _ = Tier.force(Tier.AUTO)) {
      while (!kernel.isWarm(1 << 20)) {
        Thread.onSpinWait();
      }
      assertThat(kernel.form(1)).isSameAs(vector);
    }
  }
}
