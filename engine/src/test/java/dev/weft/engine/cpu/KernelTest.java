package dev.weft.engine.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** What {@link Kernel} does on its background thread; latches say when. */
class KernelTest {

  private static final Supplier<Object> PLAIN = () -> "plain";

  /** What the exercise returned, so that C2 cannot leave it out. */
  private final AtomicReference<Object> kept = new AtomicReference<>();

  @Test
  void aLoopThatLeavesObjectsBehindIsMadeAnew() throws InterruptedException {
    var made = new CountDownLatch(2);
    var kernel =
        new Kernel<>(
            PLAIN,
            () -> {
              made.countDown();
              return () -> new byte[1 << 13];
            },
            loop -> kept.set(loop.get()));
    assertThat(kernel.form(1 << 20)).isSameAs(PLAIN);
    assertThat(made.await(5, TimeUnit.MINUTES)).isTrue();
  }

  @Test
  void aLoopThatLeavesNothingIsUsed() {
    Supplier<Object> vector = () -> "vector";
    var kernel = new Kernel<>(PLAIN, () -> vector, loop -> kept.set(loop.get()));
    while (!kernel.isWarm(1 << 20)) {
      Thread.onSpinWait();
    }
    assertThat(kernel.form(1)).isSameAs(vector);
  }
}
