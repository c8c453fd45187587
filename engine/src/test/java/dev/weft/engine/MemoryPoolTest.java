package dev.weft.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.engine.spi.Block;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MemoryPoolTest {

  private static final long MIB = 1 << 20;

  private static MemoryPool pool(long most) {
    return new MemoryPool(new MemoryLimits(most, most));
  }

  @Test
  void aClassIsTheSmallestThatHoldsTheBytes() {
    var random = new SplittableRandom(3);
    for (int i = 0; i < 100_000; i++) {
      long bytes = i < 5000 ? i : random.nextLong(1, 1L << random.nextInt(1, 45));
      int sizeClass = MemoryPool.classOf(bytes);
      assertThat(MemoryPool.bytesOf(sizeClass)).isGreaterThanOrEqualTo(bytes);
      if (sizeClass > 0) {
        long smaller = (4L + (sizeClass - 1) % 4) << (sizeClass - 1) / 4 + 4; // before rounding up
        assertThat(smaller).isLessThan(bytes);
      }
      if (bytes > 1024) {
        assertThat(MemoryPool.bytesOf(sizeClass)).isLessThanOrEqualTo(bytes + bytes / 4 + 64);
      }
    }
    assertThatThrownBy(() -> MemoryPool.classOf(1L << 62))
        .isInstanceOf(NativeMemoryException.class)
        .hasMessageContaining("too large");
  }

  @Test
  void blocksAreAlignedAndReusedLastInFirstOut() {
    MemoryPool pool = pool(64 * MIB);
    for (long bytes : new long[] {0, 1, 64, 65, 1000, 100_000, MIB, 3 * MIB + 1}) {
      Block a = pool.allocate(bytes);
      Block b = pool.allocate(bytes);
      assertThat(a.address() % 64).isZero();
      assertThat(a.bytes()).isGreaterThanOrEqualTo(bytes);
      assertThat(b.address()).isNotEqualTo(a.address());
      a.free();
      b.free();
      assertThat(pool.allocate(bytes).address()).isEqualTo(b.address());
      assertThat(pool.allocate(bytes).address()).isEqualTo(a.address());
    }
  }

  @Test
  void liveAndReservedAreCounted() {
    MemoryPool pool = pool(64 * MIB);
    Block small = pool.allocate(100);
    assertThat(pool.liveBytes()).isEqualTo(small.bytes());
    assertThat(pool.reservedBytes()).isEqualTo(MIB); // a slab
    Block large = pool.allocate(4 * MIB);
    assertThat(pool.liveBytes()).isEqualTo(small.bytes() + large.bytes());
    assertThat(pool.reservedBytes()).isEqualTo(MIB + large.bytes());
    large.free();
    small.free();
    assertThat(pool.liveBytes()).isZero();
    assertThat(pool.reservedBytes()).isEqualTo(MIB + large.bytes());
    pool.trim();
    assertThat(pool.reservedBytes()).isEqualTo(MIB);
  }

  @Test
  void theLimitIsNamedAndSmallerRequestsStillSucceed() {
    MemoryPool pool = pool(8 * MIB);
    Block first = pool.allocate(5 * MIB);
    assertThatThrownBy(() -> pool.allocate(4 * MIB))
        .isInstanceOf(NativeMemoryException.class)
        .hasMessageContaining("asked for 4,194,304 bytes")
        .hasMessageContaining("5,242,880 are live")
        .hasMessageContaining("the limit is 8,388,608")
        .hasMessageContaining("-Dweft.maxMemory")
        .hasMessageContaining("-Dweft.trackMemory");
    assertThat(pool.liveBytes()).isEqualTo(first.bytes());
    Block second = pool.allocate(2 * MIB);
    pool.allocate(100).free();
    first.free();
    second.free();
    assertThat(pool.liveBytes()).isZero();
    assertThat(pool.allocate(4 * MIB).bytes()).isEqualTo(4 * MIB); // what is free is given up
  }

  @Test
  void unusedBlocksOfOtherSizesMakeRoom() {
    MemoryPool pool = pool(8 * MIB);
    for (int round = 0; round < 3; round++) {
      for (long bytes : new long[] {7 * MIB, 6 * MIB, 5 * MIB}) {
        pool.allocate(bytes).free();
      }
    }
    assertThat(pool.reservedBytes()).isLessThanOrEqualTo(8 * MIB);
  }

  @Test
  @Timeout(60)
  void threadsNeverShareABlock() throws Exception {
    MemoryPool pool = pool(256 * MIB);
    var tasks = new ArrayList<Callable<Void>>();
    for (int t = 0; t < 4; t++) {
      long mark = t + 1;
      tasks.add(
          () -> {
            var random = new SplittableRandom(mark);
            List<Block> held = new ArrayList<>();
            for (int i = 0; i < 20_000; i++) {
              if (held.size() < 20 && random.nextBoolean()) {
                Block block = pool.allocate(random.nextLong(8, 5000));
                Native.ALL.set(Native.LONG, block.address(), mark);
                held.add(block);
              } else if (!held.isEmpty()) {
                Block block = held.remove(random.nextInt(held.size()));
                if (Native.ALL.get(Native.LONG, block.address()) != mark) {
                  throw new AssertionError("two threads were given one block");
                }
                block.free();
              }
            }
            held.forEach(Block::free);
            return null;
          });
    }
    try (var threads = Executors.newFixedThreadPool(4)) {
      for (Future<Void> done : threads.invokeAll(tasks)) {
        done.get();
      }
    }
    assertThat(pool.liveBytes()).isZero();
  }

  @Test
  void liveBlocksDoNotOverlap() {
    MemoryPool pool = pool(64 * MIB);
    var random = new SplittableRandom(1);
    var ends = new TreeMap<Long, Long>();
    for (int i = 0; i < 3000; i++) {
      Block block = pool.allocate(random.nextLong(0, 20_000));
      var below = ends.floorEntry(block.address());
      assertThat(below == null || below.getValue() <= block.address()).isTrue();
      var above = ends.ceilingEntry(block.address());
      assertThat(above == null || block.address() + block.bytes() <= above.getKey()).isTrue();
      ends.put(block.address(), block.address() + block.bytes());
    }
  }

  @ParameterizedTest
  @CsvSource({"1024, 1024", "8k, 8192", "3M, 3145728", "2g, 2147483648", "1T, 1099511627776"})
  void sizesAreRead(String text, long bytes) {
    assertThat(MemoryLimits.parse(text)).isEqualTo(bytes);
  }

  @ParameterizedTest
  @ValueSource(strings = {"lots", "-1", "0", "8x", "g", "9999999999g", "1.5g"})
  void otherTextIsRefused(String text) {
    assertThatThrownBy(() -> MemoryLimits.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("-Dweft.maxMemory=" + text);
  }
}
