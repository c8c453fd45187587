package dev.weft.bench;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.concurrent.TimeUnit;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** What the machine can do at most on one core: fused multiply-adds, copying, reading. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class CeilingBench {

  private static final VectorSpecies<Float> LANES = FloatVector.SPECIES_PREFERRED;
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();
  private static final int ROUNDS = 1_000;

  /** Independent chains of multiply-adds: their latency is 4 cycles, and two begin in each. */
  private static final int CHAINS = 12;

  static final double FLOPS = 2.0 * ROUNDS * CHAINS * LANES.length();

  /** 16 KiB and 256 KiB stay in the caches of a core, 4 MiB in those of the chip. */
  static final long[] SIZES = {1 << 14, 1 << 18, 1 << 22, 1 << 26};

  @Param({"16384", "262144", "4194304", "67108864"})
  long bytes;

  private Arena arena;
  private MemorySegment from;
  private MemorySegment to;

  @Setup
  public void allocate() {
    arena = Arena.ofConfined();
    from = arena.allocate(bytes, 64).fill((byte) 1);
    to = arena.allocate(bytes, 64).fill((byte) 1);
  }

  @TearDown
  public void release() {
    arena.close();
  }

  @Benchmark
  public MemorySegment copy() {
    return to.copyFrom(from);
  }

  @Benchmark
  public float read() {
    FloatVector a = FloatVector.zero(LANES);
    FloatVector b = a;
    FloatVector c = a;
    FloatVector d = a;
    int step = LANES.vectorByteSize();
    for (long at = 0; at < bytes; at += 4L * step) {
      a = a.add(FloatVector.fromMemorySegment(LANES, from, at, ORDER));
      b = b.add(FloatVector.fromMemorySegment(LANES, from, at + step, ORDER));
      c = c.add(FloatVector.fromMemorySegment(LANES, from, at + 2L * step, ORDER));
      d = d.add(FloatVector.fromMemorySegment(LANES, from, at + 3L * step, ORDER));
    }
    return a.add(b).add(c.add(d)).reduceLanes(VectorOperators.ADD);
  }

  /** {@link #FLOPS} operations in registers. */
  @Benchmark
  public float multiplyAdd() {
    FloatVector x = FloatVector.broadcast(LANES, from.get(ValueLayout.JAVA_FLOAT, 0));
    FloatVector a0 = x;
    FloatVector a1 = x.add(1);
    FloatVector a2 = x.add(2);
    FloatVector a3 = x.add(3);
    FloatVector a4 = x.add(4);
    FloatVector a5 = x.add(5);
    FloatVector a6 = x.add(6);
    FloatVector a7 = x.add(7);
    FloatVector a8 = x.add(8);
    FloatVector a9 = x.add(9);
    FloatVector a10 = x.add(10);
    FloatVector a11 = x.add(11);
    for (int i = 0; i < ROUNDS; i++) {
      a0 = a0.fma(x, x);
      a1 = a1.fma(x, x);
      a2 = a2.fma(x, x);
      a3 = a3.fma(x, x);
      a4 = a4.fma(x, x);
      a5 = a5.fma(x, x);
      a6 = a6.fma(x, x);
      a7 = a7.fma(x, x);
      a8 = a8.fma(x, x);
      a9 = a9.fma(x, x);
      a10 = a10.fma(x, x);
      a11 = a11.fma(x, x);
    }
    FloatVector low = a0.add(a1).add(a2).add(a3).add(a4).add(a5);
    FloatVector high = a6.add(a7).add(a8).add(a9).add(a10).add(a11);
    return low.add(high).reduceLanes(VectorOperators.ADD);
  }
}
