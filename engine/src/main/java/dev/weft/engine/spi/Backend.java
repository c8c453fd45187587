package dev.weft.engine.spi;

import dev.weft.engine.Storage;
import dev.weft.engine.Tensor;
import dev.weft.engine.op.Op;
import java.lang.foreign.MemorySegment;

/**
 * One device's way to compute ops. Dispatch has inferred and allocated before it calls: shapes and
 * dtypes are right, outputs are contiguous and as {@code Op.infer} said, inputs may have any
 * layout.
 *
 * <p>Thread-safe: ranks and workers of one process share a backend.
 */
public interface Backend {

  /** The device type it serves: {@code cpu} or {@code cuda}. */
  String deviceType();

  /** How many devices of this type there are. */
  int deviceCount();

  /** Memory for a storage on device {@code index}; contents are undefined. */
  Block allocate(int index, long bytes);

  /**
   * Computes {@code op}. Ops that change an input in place (see {@code Op.mutates}) have no
   * outputs. On the CPU, the output of an elementwise op may be one of its inputs.
   */
  void compute(Op op, Tensor[] inputs, Tensor[] outputs);

  /** Copies from host memory into a storage of this backend. */
  void copyIn(MemorySegment host, Storage target, long offset, long bytes);

  /** Copies from a storage of this backend into host memory; returns when the bytes are there. */
  void copyOut(Storage source, long offset, MemorySegment host, long bytes);
}
