package dev.weft.engine.io;

import dev.weft.engine.DType;
import dev.weft.engine.Device;
import dev.weft.engine.DeviceException;
import dev.weft.engine.Native;
import dev.weft.engine.Shape;
import dev.weft.engine.Tensor;
import java.lang.foreign.MemorySegment;

/** Elements between files, which are little-endian, and native memory. */
final class TensorData {

  /** More dimensions than PyTorch's and NumPy's kernels take. */
  static final int MOST_DIMS = 64;

  private TensorData() {}

  /** A new tensor on the CPU with the elements at {@code position}. */
  static Tensor read(FileInput in, long position, Shape shape, DType dtype)
      throws TensorFileException {
    Tensor tensor = Tensor.empty(shape, dtype, Device.CPU);
    try {
      MemorySegment memory = tensor.segment();
      in.read(position, memory);
      normalise(memory, dtype);
      return tensor;
    } catch (TensorFileException | RuntimeException | Error e) {
      tensor.release();
      throw e;
    }
  }

  /** Kernels may rely on a bool being 0 or 1; other writers may have taken any byte for true. */
  static void normalise(MemorySegment memory, DType dtype) {
    if (dtype != DType.BOOL) {
      return;
    }
    for (long i = 0; i < memory.byteSize(); i++) {
      if ((memory.get(Native.BYTE, i) & 0xFE) != 0) {
        memory.set(Native.BYTE, i, (byte) 1);
      }
    }
  }

  /** Requires that a tensor can be written. */
  static void requireElements(String what, Tensor tensor) {
    if (tensor.isReleased()) {
      throw new IllegalStateException(
          what + ": a tensor of " + tensor.spec() + " was released before it could be written");
    }
    if (tensor.device().isMeta()) {
      throw new DeviceException(what + ": a tensor on meta has no elements to write");
    }
  }

  /** The elements row-major on the CPU; call it inside a scope, which releases what is copied. */
  static MemorySegment rowMajor(Tensor tensor) {
    return tensor.detach().to(Device.CPU).contiguous().segment();
  }
}
