package dev.weft.engine.cpu;

import dev.weft.engine.HostMemory;
import dev.weft.engine.Storage;
import dev.weft.engine.Tensor;
import dev.weft.engine.op.Op;
import dev.weft.engine.reference.ReferenceBackend;
import dev.weft.engine.spi.Backend;
import dev.weft.engine.spi.Block;
import java.lang.foreign.MemorySegment;

/** The CPU's backend: vectorised kernels, and the reference for what has none. Thread-safe. */
public final class CpuBackend implements Backend {

  private final ReferenceBackend reference = new ReferenceBackend();

  @Override
  public String deviceType() {
    return "cpu";
  }

  @Override
  public int deviceCount() {
    return 1;
  }

  @Override
  public Block allocate(int index, long bytes) {
    return HostMemory.allocate(bytes);
  }

  @Override
  public void compute(Op op, Tensor[] inputs, Tensor[] outputs) {
    reference.compute(op, inputs, outputs);
  }

  @Override
  public void copyIn(MemorySegment host, Storage target, long offset, long bytes) {
    HostMemory.at(target, offset, bytes).copyFrom(host.asSlice(0, bytes));
  }

  @Override
  public void copyOut(Storage source, long offset, MemorySegment host, long bytes) {
    host.asSlice(0, bytes).copyFrom(HostMemory.at(source, offset, bytes));
  }
}
