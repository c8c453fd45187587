package dev.weft.bench;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * The ceiling of every elementwise op: a copy between two native buffers, which moves the same
 * bytes and computes nothing.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
public class CopyBench {

  /** 16 KiB stays in the L1 cache; 64 MiB comes from memory. */
  @Param({"16384", "67108864"})
  long bytes;

  private Arena arena;
  private MemorySegment from;
  private MemorySegment to;

  @Setup
  public void allocate() {
    arena = Arena.ofConfined();
    from = arena.allocate(bytes, 64);
    to = arena.allocate(bytes, 64);
  }

  @TearDown
  public void release() {
    arena.close();
  }

  @Benchmark
  public MemorySegment copy() {
    return to.copyFrom(from);
  }
}
