package dev.weft.engine.op;

import static dev.weft.engine.Shape.shape;

import dev.weft.engine.DType;
import dev.weft.engine.DTypeException;
import dev.weft.engine.IndexException;
import dev.weft.engine.Shape;
import dev.weft.engine.ShapeException;
import dev.weft.engine.Tensor;
import dev.weft.engine.TensorSpec;
import java.util.ArrayList;
import java.util.List;

/**
 * Cross-entropy of logits and class indices: per row lᵢ = (1 − ε) (z − xᵢ[tᵢ]) + ε/C Σ_c (z −
 * xᵢ[c]) with z = log Σ_c exp(xᵢ[c]) and ε the label smoothing. Rows whose target is {@code
 * ignoreIndex} count as 0 and are left out of the mean.
 *
 * <p>Inputs: logits (N, C) floating, targets (N) int64 or int32, from 0 to C − 1. Outputs: the
 * loss, () or (N) without reduction; z of each row (N), which backward needs. The mean over no row
 * is NaN, as in PyTorch. Source of label smoothing: Szegedy et al., "Rethinking the Inception
 * architecture", 2016.
 */
public record CrossEntropy(Reduction reduction, long ignoreIndex, double labelSmoothing)
    implements Op {

  /** PyTorch's default for targets that do not count. */
  public static final long IGNORE = -100;

  public CrossEntropy {
    if (!(labelSmoothing >= 0 && labelSmoothing <= 1)) {
      throw new IllegalArgumentException(
          "cross_entropy: label smoothing " + labelSmoothing + ": must be from 0 to 1");
    }
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> inputs) {
    TensorSpec x = inputs.get(0).requireFloating(this);
    TensorSpec targets = inputs.get(1).requireIndex(this);
    if (x.rank() != 2 || targets.rank() != 1 || targets.shape().size(0) != x.shape().size(0)) {
      throw new ShapeException(
          this
              + ": logits "
              + x.shape()
              + ", targets "
              + targets.shape()
              + ": needs (N, C) and (N)");
    }
    if (x.shape().size(1) == 0) {
      throw new ShapeException(this + ": logits " + x.shape() + ": there is no class");
    }
    TensorSpec rows = x.withShape(targets.shape());
    TensorSpec loss = reduction == Reduction.NONE ? rows : x.withShape(Shape.SCALAR);
    return List.of(loss, x.dtype().isHalf() ? rows.withDtype(DType.FLOAT32) : rows);
  }

  /**
   * Throws unless every target is a class or ignored. For backends, before they read a logit.
   *
   * @param logits their shape
   */
  public void requireClasses(Shape logits, long[] targets) {
    long classes = logits.size(1);
    for (int i = 0; i < targets.length; i++) {
      if (targets[i] != ignoreIndex && (targets[i] < 0 || targets[i] >= classes)) {
        throw new IndexException(
            this
                + ": logits "
                + logits
                + ": target "
                + targets[i]
                + " of row "
                + i
                + " is no class: allowed are 0 to "
                + (classes - 1)
                + ", and "
                + ignoreIndex
                + " for rows that do not count");
      }
    }
  }

  /** ∂L/∂xᵢ = gᵢ (softmax(xᵢ) − (1 − ε) onehot(tᵢ) − ε/C), gᵢ the row's share of the gradient. */
  @Override
  public Gradient gradient() {
    return Gradient.joint(
        new Gradient.Saves(0b11, 0b10),
        pull -> {
          Tensor x = pull.input(0);
          Tensor targets = pull.input(1);
          if (!pull.createGraph()) {
            var op = new CrossEntropyGrad(this);
            pull.give(0, dev.weft.engine.Dispatch.run(op, pull.grad(), x, targets, pull.output(1)));
            return;
          }
          Tensor counts = targets.ne(ignoreIndex);
          Tensor g = pull.grad();
          if (reduction == Reduction.MEAN) {
            g = g.div(counts.sum().to(x.dtype()));
          }
          Tensor rows = counts.to(x.dtype()).mul(g).unsqueeze(1);
          Tensor at =
              counts
                  .where(targets.to(DType.INT64), Tensor.zerosLike(targets.to(DType.INT64)))
                  .unsqueeze(1);
          Tensor ones = Tensor.full(at.shape(), 1 - labelSmoothing, x.dtype(), x.device());
          Tensor wanted =
              Tensor.zeros(x.shape(), x.dtype(), x.device())
                  .scatter(1, at, ones)
                  .add(labelSmoothing / x.size(1));
          pull.give(0, x.softmax(1).sub(wanted).mul(rows));
        });
  }

  @Override
  public Autocast autocast() {
    return Autocast.FLOAT32;
  }

  public static List<Sample> samples() {
    var samples = new ArrayList<Sample>();
    for (Reduction reduction : Reduction.values()) {
      samples.add(
          Sample.of(new CrossEntropy(reduction, IGNORE, 0), shape(5, 7), shape(5)).index(1, 7));
      samples.add(Sample.of(new CrossEntropy(reduction, 2, 0), shape(9, 4), shape(9)).index(1, 4));
      samples.add(
          Sample.of(new CrossEntropy(reduction, IGNORE, 0.1), shape(5, 67), shape(5)).index(1, 67));
      samples.add(
          Sample.of(new CrossEntropy(reduction, IGNORE, 0), shape(1, 2), shape(1)).index(1, 2));
      samples.add(
          Sample.of(new CrossEntropy(reduction, IGNORE, 0), shape(4, 1), shape(4))
              .index(1, 1)
              .named(reduction + " of one class: loss and gradient 0"));
      samples.add(
          Sample.of(new CrossEntropy(reduction, 1, 0.2), shape(7, 4), shape(7)).index(1, 4));
      samples.add(
          Sample.of(new CrossEntropy(reduction, IGNORE, 1), shape(3, 5), shape(3))
              .index(1, 5)
              .named(reduction + " of nothing but smoothing"));
      samples.add(
          Sample.of(new CrossEntropy(reduction, IGNORE, 0), shape(70, 3), shape(70)).index(1, 3));
    }
    samples.add(
        Sample.of(new CrossEntropy(Reduction.SUM, IGNORE, 0), shape(0, 3), shape(0)).index(1, 3));
    return samples;
  }

  public static List<ErrorSample> errors() {
    TensorSpec x = TensorSpec.of(shape(5, 7), DType.FLOAT32);
    var op = new CrossEntropy(Reduction.MEAN, IGNORE, 0);
    return List.of(
        ErrorSample.of(
            op,
            ShapeException.class,
            "needs (N, C) and (N)",
            x,
            TensorSpec.of(shape(4), DType.INT64)),
        ErrorSample.of(
            op,
            DTypeException.class,
            "indices must be int64",
            x,
            TensorSpec.of(shape(5), DType.FLOAT32)));
  }

  @Override
  public String toString() {
    return "cross_entropy["
        + reduction
        + (ignoreIndex == IGNORE ? "" : ", ignore_index=" + ignoreIndex)
        + (labelSmoothing == 0 ? "" : ", label_smoothing=" + labelSmoothing)
        + "]";
  }
}
