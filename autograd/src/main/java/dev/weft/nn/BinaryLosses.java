package dev.weft.nn;

import dev.weft.autograd.AutogradFunction;
import dev.weft.autograd.FunctionContext;
import dev.weft.engine.Shape;
import dev.weft.engine.ShapeException;
import dev.weft.engine.Tensor;
import dev.weft.engine.op.Reduction;
import java.util.List;
import java.util.Optional;

/** Losses of probabilities, element by element. */
final class BinaryLosses {

  private BinaryLosses() {}

  static Tensor crossEntropy(
      Tensor x, Tensor t, Optional<? extends Tensor> weight, Reduction reduction) {
    requireSameShape("binary_cross_entropy", x, t);
    requireProbabilities(x);
    t.spec().requireFloating("binary_cross_entropy, targets");
    return Reduced.of(
        weighted("binary_cross_entropy", new CrossEntropy().apply(x, t), weight), reduction);
  }

  private static void requireSameShape(String op, Tensor x, Tensor t) {
    if (!x.shape().equals(t.shape())) {
      throw new ShapeException(
          op + ": input " + x.shape() + ", targets " + t.shape() + ": shapes differ");
    }
  }

  private static void requireProbabilities(Tensor x) {
    x.spec().requireFloating("binary_cross_entropy");
    if (x.numel() > 0 && !x.device().isMeta()) {
      Tensor given = x.detach();
      double low = given.min().item();
      double high = given.max().item();
      if (low < 0 || high > 1) { // NaN passes, and comes out as NaN
        throw new IllegalArgumentException(
            "binary_cross_entropy: input "
                + (low < 0 ? low : high)
                + ": must be from 0 to 1; use binaryCrossEntropyWithLogits for logits");
      }
    }
  }

  private static Tensor weighted(String op, Tensor losses, Optional<? extends Tensor> weight) {
    weight.ifPresent(w -> requireFits(op, "weight", w, losses));
    return weight.isPresent() ? losses.mul(weight.get()) : losses;
  }

  /** Factors may repeat, losses may not. */
  private static void requireFits(String op, String name, Tensor factor, Tensor losses) {
    if (!factor.shape().broadcastsTo(losses.shape())) {
      throw new ShapeException(
          op
              + ": "
              + name
              + " "
              + factor.shape()
              + ", input "
              + losses.shape()
              + ": "
              + name
              + " must broadcast to the input");
    }
  }

  /**
   * −t log x − (1 − t) log(1 − x). At 0 and 1 its derivative is finite, because PyTorch's is: (x −
   * t) / max(x(1 − x), 1e-12).
   */
  private static final class CrossEntropy extends AutogradFunction {

    private static final double LOWEST = -100;
    private static final double LEAST = 1e-12;

    @Override
    protected List<Tensor> forward(FunctionContext ctx, List<Tensor> inputs) {
      Tensor x = inputs.get(0);
      Tensor t = inputs.get(1);
      ctx.saveForBackward(x, t);
      Tensor one = log(x);
      Tensor zero = log(x.rsub(1.0));
      return List.of(t.sub(1.0).mul(zero).sub(t.mul(one)));
    }

    private static Tensor log(Tensor x) {
      return x.log().clamp(LOWEST, Double.POSITIVE_INFINITY);
    }

    @Override
    protected List<Optional<Tensor>> backward(FunctionContext ctx, List<Tensor> gradients) {
      Tensor g = gradients.getFirst();
      Tensor x = ctx.savedTensor(0);
      Tensor t = ctx.savedTensor(1);
      Tensor spread = x.mul(x.rsub(1.0)).clamp(LEAST, Double.POSITIVE_INFINITY);
      Optional<Tensor> atTarget =
          ctx.needsInputGrad(1)
              ? Optional.of(g.mul(log(x.rsub(1.0)).sub(log(x))))
              : Optional.empty();
      return List.of(Optional.of(g.mul(x.sub(t)).div(spread)), atTarget);
    }

    @Override
    protected String name() {
      return "binary_cross_entropy";
    }
  }

  /** (1 − t) x + (1 + (p − 1) t) log(1 + e⁻ˣ). */
  static Tensor crossEntropyWithLogits(
      Tensor x,
      Tensor t,
      Optional<? extends Tensor> weight,
      Optional<? extends Tensor> positiveWeight,
      Reduction reduction) {
    String op = "binary_cross_entropy_with_logits";
    requireSameShape(op, x, t);
    x.spec().requireFloating(op);
    t.spec().requireNumeric(op + ", targets");
    positiveWeight.ifPresent(p -> requireFits(op, "positive weight", p, x));
    Tensor tail = softplus(x.neg());
    Tensor counted =
        positiveWeight.isPresent() ? tail.mul(positiveWeight.get().sub(1.0).mul(t).add(1.0)) : tail;
    return Reduced.of(weighted(op, t.rsub(1.0).mul(x).add(counted), weight), reduction);
  }

  static Tensor multilabel(
      Tensor x, Tensor t, Optional<? extends Tensor> weight, Reduction reduction) {
    String op = "multilabel_soft_margin_loss";
    requireSameShape(op, x, t);
    x.spec().requireFloating(op);
    if (x.rank() == 0) {
      throw new ShapeException(op + ": a scalar has no classes; needs (*, C)");
    }
    return Reduced.of(weighted(op, softplus(x).sub(x.mul(t)), weight).mean(-1), reduction);
  }

  static Tensor softMargin(Tensor x, Tensor y, Reduction reduction) {
    requireFits("soft_margin_loss", "targets", y, x);
    x.spec().requireFloating("soft_margin_loss");
    return Reduced.of(softplus(x.mul(y).neg()), reduction);
  }

  static Tensor divergence(Tensor x, Tensor t, KLReduction reduction, boolean logTarget) {
    x.spec().requireFloating("kl_div");
    t.spec().requireFloating("kl_div, targets");
    Tensor losses;
    if (logTarget) {
      losses = t.exp().mul(t.sub(x));
    } else {
      Tensor none = t.eq(0.0);
      Tensor zero = Tensor.zeros(Shape.SCALAR, t.dtype(), t.device());
      Tensor one = Tensor.full(Shape.SCALAR, 1.0, t.dtype(), t.device());
      losses = none.where(zero, t.mul(none.where(one, t).log())).sub(t.mul(x));
    }
    return switch (reduction) {
      case NONE -> losses;
      case SUM -> losses.sum();
      case MEAN -> losses.mean();
      case BATCHMEAN -> losses.sum().div((double) (x.rank() == 0 ? 1 : x.size(0)));
    };
  }

  /** log(1 + eˣ), without overflow, and with the right derivative at 0 as well. */
  static Tensor softplus(Tensor x) {
    Tensor minusAbs = x.gt(0.0).where(x.neg(), x);
    return x.relu().add(minusAbs.exp().log1p());
  }
}
