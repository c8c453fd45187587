package dev.weft.engine;

import dev.weft.engine.op.Cat;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What makes one tensor from several: static methods of {@link Tensor}. */
public abstract sealed class TensorJoins extends TensorFactories permits Tensor {

  TensorJoins() {}

  /**
   * Joins tensors along an existing dimension, after promotion to one dtype. As in PyTorch, tensors
   * of shape (0) may stand beside others of any rank and add nothing.
   */
  public static Tensor cat(List<Tensor> tensors, int dim) {
    if (tensors.isEmpty()) {
      throw new IllegalArgumentException("cat: there is nothing to join");
    }
    Tensor[] inputs = promoted(tensors);
    if (tensors.stream().anyMatch(t -> t.rank() != 1)) {
      Shape nothing = Shape.of(0);
      inputs = Arrays.stream(inputs).filter(t -> !t.shape().equals(nothing)).toArray(Tensor[]::new);
    }
    int axis = inputs[0].rank() == 0 ? dim : inputs[0].shape().dim(dim);
    return Dispatch.run(new Cat(axis), inputs);
  }

  /** Joins tensors of one shape along a new dimension. */
  public static Tensor stack(List<Tensor> tensors, int dim) {
    if (tensors.isEmpty()) {
      throw new IllegalArgumentException("stack: there is nothing to join");
    }
    Shape first = tensors.getFirst().shape();
    for (Tensor tensor : tensors) {
      if (!tensor.shape().equals(first)) {
        throw new ShapeException("stack: " + first + " and " + tensor.shape() + ": shapes differ");
      }
    }
    int axis = dim < 0 ? dim + first.rank() + 1 : dim;
    return cat(tensors.stream().map(t -> t.unsqueeze(axis)).toList(), axis);
  }

  private static Tensor[] promoted(List<Tensor> tensors) {
    DType dtype = tensors.getFirst().dtype();
    for (Tensor tensor : tensors) {
      dtype = DType.promote(dtype, tensor.dtype());
    }
    var inputs = new ArrayList<Tensor>(tensors.size());
    for (Tensor tensor : tensors) {
      inputs.add(tensor.to(dtype));
    }
    return inputs.toArray(Tensor[]::new);
  }
}
