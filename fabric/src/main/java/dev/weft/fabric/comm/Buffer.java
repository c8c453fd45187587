package dev.weft.fabric.comm;

import static dev.weft.fabric.comm.Text.text;

import dev.weft.engine.DeviceException;
import dev.weft.engine.ShapeException;
import dev.weft.engine.Tensor;
import java.lang.foreign.MemorySegment;

/**
 * A tensor in the hands of a call: contiguous native memory that stays alive until the call has
 * ended, whatever the caller's scopes do meanwhile. A tensor with gaps is staged through a
 * contiguous copy.
 */
final class Buffer {

  private final Tensor held;
  private final Tensor target;
  private final boolean writable;

  private Buffer(Tensor held, Tensor target, boolean writable) {
    this.held = held;
    this.target = target;
    this.writable = writable;
  }

  /** Elements that a call reads. */
  static Buffer reading(String collective, Tensor tensor) {
    return of(collective, tensor, false);
  }

  /** Elements that a call writes, and may read. */
  static Buffer writing(String collective, Tensor tensor) {
    return of(collective, tensor, true);
  }

  private static Buffer of(String collective, Tensor tensor, boolean writable) {
    if (!tensor.device().isCpu()) {
      throw new DeviceException(
          text(
              "%s: a tensor on %s: this communicator moves memory of the CPU; use x.to(Device.CPU)",
              collective, tensor.device()));
    }
    if (writable) {
      requireDistinctElements(collective, tensor);
    }
    // An alias belongs to no scope, and what is done to it is not recorded for backward.
    Tensor target = tensor.alias();
    if (target.isContiguous()) {
      return new Buffer(target, target, writable);
    }
    Tensor packed = target.contiguous();
    Tensor held = packed.alias();
    packed.release();
    return new Buffer(held, target, writable);
  }

  /** A result cannot be put where one element stands for several. */
  private static void requireDistinctElements(String collective, Tensor tensor) {
    for (int dim = 0; dim < tensor.rank(); dim++) {
      if (tensor.layout().stride(dim) == 0 && tensor.size(dim) > 1) {
        throw new ShapeException(
            text(
                "%s: %s repeats elements along dimension %d and cannot be written to; use"
                    + " x.contiguous()",
                collective, tensor.spec(), dim));
      }
    }
  }

  MemorySegment segment() {
    return held.segment();
  }

  /** The elements have been written: move them to where the user expects them, and say so. */
  void finish() {
    if (!writable) {
      return;
    }
    if (target.isContiguous()) {
      target.changed();
    } else {
      target.copyFrom(held);
    }
  }

  void release() {
    held.release();
    target.release(); // the same one where nothing was staged; releasing it twice is harmless
  }
}
