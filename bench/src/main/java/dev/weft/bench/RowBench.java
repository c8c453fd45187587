package dev.weft.bench;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** One row on one engine. {@link Measurements} runs it for all rows in one process. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class RowBench {

  @Param("weft")
  String engine;

  @Param("1")
  int threads;

  @Param("gemm 256")
  String row;

  private Engine.Task task;

  @Setup
  public void prepare() {
    task = Tasks.of(engine, threads, row);
  }

  @Benchmark
  public void run() {
    task.run();
  }
}
