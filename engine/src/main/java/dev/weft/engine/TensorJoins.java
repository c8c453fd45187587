package dev.weft.engine;

import dev.weft.engine.op.Cat;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What makes one tensor from several: static methods of {@link Tensor}. */
public abstract sealed class TensorJoins extends TensorFactories permits Tensor {

  /** Which coordinate of {@link #meshgrid} runs along the first dimension. */
  public enum Indexing {
    /** The first: matrix indices. */
    IJ,
    /** The second: x to the right, y downwards. */
    XY
  }

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

  /** {@link #cat(List, int)}. */
  public static Tensor concat(List<Tensor> tensors, int dim) {
    return cat(tensors, dim);
  }

  /** {@link #cat(List, int)}. */
  public static Tensor concatenate(List<Tensor> tensors, int dim) {
    return cat(tensors, dim);
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

  /** Joins tensors side by side: along dimension 1, rows along 0. */
  public static Tensor hstack(List<Tensor> tensors) {
    List<Tensor> parts = tensors.stream().map(Tensor::atleast1d).toList();
    return cat(parts, !parts.isEmpty() && parts.getFirst().rank() == 1 ? 0 : 1);
  }

  /** Joins tensors on top of each other: along dimension 0, after {@code atleast2d}. */
  public static Tensor vstack(List<Tensor> tensors) {
    return cat(tensors.stream().map(Tensor::atleast2d).toList(), 0);
  }

  /** Joins tensors in depth: along dimension 2, after {@code atleast3d}. */
  public static Tensor dstack(List<Tensor> tensors) {
    return cat(tensors.stream().map(Tensor::atleast3d).toList(), 2);
  }

  /** Joins the columns of matrices; scalars and rows are taken as columns. */
  public static Tensor columnStack(List<Tensor> tensors) {
    return hstack(tensors.stream().map(t -> t.rank() < 2 ? t.reshape(t.numel(), 1) : t).toList());
  }

  /** The tensors expanded to their common shape, as views. */
  public static List<Tensor> broadcastTensors(List<Tensor> tensors) {
    Shape shape = Shape.SCALAR;
    for (Tensor tensor : tensors) {
      shape = Shape.broadcast("broadcast_tensors", shape, tensor.shape());
    }
    Shape common = shape;
    return tensors.stream().map(t -> t.expand(common)).toList();
  }

  /** {@link #meshgrid(List, Indexing)} by matrix indices. */
  public static List<Tensor> meshgrid(List<Tensor> rows) {
    return meshgrid(rows, Indexing.IJ);
  }

  /**
   * The coordinates of a grid: result k holds at (i₀, i₁, …) the element iₖ of row k. With {@link
   * Indexing#XY} the first two dimensions are swapped. Views.
   */
  public static List<Tensor> meshgrid(List<Tensor> rows, Indexing indexing) {
    long[] sizes = new long[rows.size()];
    for (int k = 0; k < sizes.length; k++) {
      if (rows.get(k).rank() > 1) {
        throw new ShapeException(
            "meshgrid: " + rows.get(k).shape() + ": must be a row or a scalar");
      }
      if (rows.get(k).dtype() != rows.getFirst().dtype()) {
        throw new DTypeException(
            "meshgrid: "
                + rows.getFirst().spec()
                + " and "
                + rows.get(k).spec()
                + ": dtypes differ");
      }
      sizes[k] = rows.get(k).numel();
    }
    var grid = new ArrayList<Tensor>();
    for (int k = 0; k < sizes.length; k++) {
      long[] along = new long[sizes.length];
      Arrays.fill(along, 1);
      along[k] = sizes[k];
      Tensor y = rows.get(k).reshape(along).expand(sizes);
      grid.add(indexing == Indexing.XY && sizes.length > 1 ? y.transpose(0, 1) : y);
    }
    return grid;
  }

  /** All combinations of one element of each row, as the rows of a matrix. */
  public static Tensor cartesianProd(List<Tensor> rows) {
    return rows.size() == 1
        ? rows.getFirst()
        : stack(meshgrid(rows).stream().map(t -> t.reshape(-1)).toList(), 1);
  }

  /** A matrix with the given ones along its diagonal, else 0; scalars and rows are matrices too. */
  public static Tensor blockDiag(List<Tensor> blocks) {
    List<Tensor> matrices = blocks.stream().map(Tensor::atleast2d).toList();
    long columns = 0;
    for (Tensor matrix : matrices) {
      if (matrix.rank() > 2) {
        throw new ShapeException("block_diag: " + matrix.shape() + ": must be a matrix");
      }
      columns += matrix.size(1);
    }
    var rows = new ArrayList<Tensor>();
    long at = 0;
    for (Tensor matrix : matrices) {
      rows.add(matrix.pad(at, columns - at - matrix.size(1)));
      at += matrix.size(1);
    }
    return cat(rows, 0);
  }

  /**
   * A sum of products in Einstein's notation: a letter per dimension, operands separated by commas,
   * then an arrow and the letters of the result; all others are summed. {@code ...} stands for any
   * dimensions, which broadcast; without an arrow the result has the letters that occur once, in
   * alphabetical order.
   *
   * {@snippet :
   * Tensor y = Tensor.einsum("bij,bjk->bik", a, b);   // a batch of matrix products
   * }
   */
  public static Tensor einsum(String equation, Tensor... operands) {
    return Einsum.of(equation, List.of(operands));
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
