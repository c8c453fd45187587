package dev.weft.engine.op;

import static dev.weft.engine.Shape.shape;

import dev.weft.engine.DType;
import dev.weft.engine.DTypeException;
import dev.weft.engine.Dispatch;
import dev.weft.engine.Shape;
import dev.weft.engine.ShapeException;
import dev.weft.engine.Tensor;
import dev.weft.engine.TensorSpec;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * A copy of x in which y[index[i, j], j] is combined with source[i, j], for {@code dim} 0, and so
 * on. NaN wins in amax and amin.
 *
 * <p>Inputs: x, index, source of one rank; source may be larger than the index, the rest is not
 * used. Sums are {@link ScatterSum}.
 */
public record ScatterReduce(int dim, Kind kind) implements Op {

  /** How elements are combined. */
  public enum Kind {
    PROD,
    AMAX,
    AMIN;

    /** Two elements combined. */
    public double at(double a, double b) {
      return switch (this) {
        case PROD -> a * b;
        case AMAX -> Math.max(a, b);
        case AMIN -> Math.min(a, b);
      };
    }

    /** Two integers combined; products keep the low bits. */
    public long at(long a, long b) {
      return switch (this) {
        case PROD -> a * b;
        case AMAX -> Math.max(a, b);
        case AMIN -> Math.min(a, b);
      };
    }
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> inputs) {
    TensorSpec x = inputs.get(0).requireDim(this, dim).requireNumeric(this);
    TensorSpec index = inputs.get(1).requireIndex(this);
    Scatter.requireSource(this, dim, x, index, inputs.get(2));
    return List.of(x);
  }

  /**
   * Ties share the gradient of amax and amin. In a product with one zero, the gradient of that zero
   * is the product of the others.
   */
  @Override
  public Gradient gradient() {
    return Gradient.joint(
        new Gradient.Saves(0b111, 1),
        pull -> {
          Tensor source = Scatter.corner(pull.input(2), pull.input(1).shape());
          if (kind == Kind.PROD) {
            pullProduct(pull, source);
          } else {
            pullExtreme(pull, source);
          }
        });
  }

  private void pullExtreme(Gradient.Pull pull, Tensor source) {
    Tensor y = pull.output(0);
    Tensor index = pull.input(1);
    Tensor own = pull.input(0).eq(y).to(y.dtype());
    Tensor others = source.eq(y.gather(dim, index)).to(y.dtype());
    Tensor share =
        pull.grad().div(own.add(sums(index, others, y.shape())).maximum(Tensor.onesLike(y)));
    if (pull.needs(0)) {
      pull.give(0, share.mul(own));
    }
    if (pull.needs(2)) {
      pull.give(2, Scatter.uncorner(share.gather(dim, index).mul(others), pull.inputSpec(2)));
    }
  }

  /** ∂y/∂xᵢ = Πₖ≠ᵢ xₖ: the product of what is not 0, where no other factor is 0. */
  private void pullProduct(Gradient.Pull pull, Tensor source) {
    Tensor index = pull.input(1);
    Tensor x = pull.input(0);
    Tensor one = Tensor.onesLike(x);
    Tensor zeroX = x.eq(0);
    Tensor zeroSource = source.eq(0);
    Tensor zeros = zeroX.to(x.dtype()).add(sums(index, zeroSource.to(x.dtype()), x.shape()));
    Tensor factorX = zeroX.where(one, x);
    Tensor factorSource = zeroSource.where(Tensor.onesLike(source), source);
    Tensor product = pull.grad().mul(Dispatch.run(this, factorX, index, factorSource));
    if (pull.needs(0)) {
      Tensor alone = zeros.eq(zeroX.to(x.dtype()));
      pull.give(0, alone.where(product.div(factorX), Tensor.zerosLike(x)));
    }
    if (pull.needs(2)) {
      Tensor alone = zeros.gather(dim, index).eq(zeroSource.to(x.dtype()));
      Tensor g = product.gather(dim, index).div(factorSource);
      pull.give(2, Scatter.uncorner(alone.where(g, Tensor.zerosLike(g)), pull.inputSpec(2)));
    }
  }

  private Tensor sums(Tensor index, Tensor values, Shape shape) {
    return Dispatch.run(new ScatterSum(dim, shape), index, values);
  }

  @Override
  public Set<DType> dtypes() {
    return DTypes.NUMERIC;
  }

  @Override
  public Autocast autocast() {
    return Autocast.WIDEST;
  }

  public static List<Sample> samples() {
    var samples = new java.util.ArrayList<Sample>();
    for (Kind kind : Kind.values()) {
      samples.addAll(
          List.of(
              Sample.of(new ScatterReduce(0, kind), shape(4, 3), shape(5, 3), shape(5, 3))
                  .index(1, 4),
              Sample.of(new ScatterReduce(1, kind), shape(3, 5), shape(3, 4), shape(3, 4))
                  .index(1, 5),
              Sample.of(new ScatterReduce(1, kind), shape(2, 3, 2), shape(1, 4, 2), shape(2, 4, 3))
                  .index(1, 3)
                  .named("a source larger than the index"),
              Sample.of(new ScatterReduce(0, kind), shape(4), shape(0), shape(0)).index(1, 4)));
    }
    return List.copyOf(samples);
  }

  public static List<ErrorSample> errors() {
    TensorSpec x = TensorSpec.of(shape(3, 5), DType.FLOAT32);
    TensorSpec index = TensorSpec.of(shape(3, 2), DType.INT64);
    var op = new ScatterReduce(1, Kind.PROD);
    return List.of(
        ErrorSample.of(
            op,
            ShapeException.class,
            "source",
            x,
            index,
            TensorSpec.of(shape(3, 1), DType.FLOAT32)),
        ErrorSample.of(op, DTypeException.class, "dtypes differ", x, index, index),
        ErrorSample.of(op, DTypeException.class, "indices must be int64", x, x, x));
  }

  @Override
  public String toString() {
    return "scatter_reduce[dim=" + dim + ", " + kind.name().toLowerCase(Locale.ROOT) + "]";
  }
}
