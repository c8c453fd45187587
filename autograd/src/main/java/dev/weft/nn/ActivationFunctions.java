package dev.weft.nn;

import dev.weft.engine.Context;
import dev.weft.engine.Dispatch;
import dev.weft.engine.Shape;
import dev.weft.engine.ShapeException;
import dev.weft.engine.Tensor;
import dev.weft.engine.op.Activation;
import dev.weft.engine.op.Activation.Kind;
import dev.weft.engine.op.RandomOp.Distribution;

/** The activations of {@link Functional}. */
abstract sealed class ActivationFunctions permits LossFunctions {

  /** The constants of SELU, from its authors' code. */
  private static final double SELU_ALPHA = 1.6732632423543772848170429916717;

  private static final double SELU_SCALE = 1.0507009873554804934193349852946;

  /** max(x, 0). */
  public static Tensor relu(Tensor x) {
    return x.relu();
  }

  /** x Φ(x), with Φ the normal distribution's function. */
  public static Tensor gelu(Tensor x) {
    return x.gelu();
  }

  /** x Φ(x), exactly or in its tanh approximation. */
  public static Tensor gelu(Tensor x, GELU.Approximate approximate) {
    return switch (approximate) {
      case NONE -> x.gelu();
      case TANH -> x.geluTanh();
    };
  }

  /** x · sigmoid(x). */
  public static Tensor silu(Tensor x) {
    return x.silu();
  }

  public static Tensor tanh(Tensor x) {
    return x.tanh();
  }

  /** 1 / (1 + e⁻ˣ). */
  public static Tensor sigmoid(Tensor x) {
    return x.sigmoid();
  }

  /** Exponentials scaled to sum to one along {@code dim}. */
  public static Tensor softmax(Tensor x, int dim) {
    return x.softmax(dim);
  }

  /** The logarithm of the softmax along {@code dim}. */
  public static Tensor logSoftmax(Tensor x, int dim) {
    return x.logSoftmax(dim);
  }

  /** {@link #softmax(Tensor, int)} of −x. */
  public static Tensor softmin(Tensor x, int dim) {
    return x.neg().softmax(dim);
  }

  /** {@link #elu(Tensor, double)} with α = 1. */
  public static Tensor elu(Tensor x) {
    return elu(x, 1);
  }

  /** x if x &gt; 0, else α (eˣ − 1). See {@link Kind#ELU}. */
  public static Tensor elu(Tensor x, double alpha) {
    return apply(x, new Activation(Kind.ELU, alpha));
  }

  /**
   * λ elu(x, α) with the constants that keep mean 0 and variance 1. Source: Klambauer et al.,
   * "Self-normalizing neural networks", 2017.
   */
  public static Tensor selu(Tensor x) {
    return elu(x, SELU_ALPHA).mul(SELU_SCALE);
  }

  /** {@link #celu(Tensor, double)} with α = 1. */
  public static Tensor celu(Tensor x) {
    return celu(x, 1);
  }

  /** x if x &gt; 0, else α (exp(x/α) − 1). See {@link Kind#CELU}. */
  public static Tensor celu(Tensor x, double alpha) {
    if (alpha == 0) {
      throw new IllegalArgumentException("celu: alpha 0: must not be 0");
    }
    return apply(x, new Activation(Kind.CELU, alpha));
  }

  /** {@link #leakyRelu(Tensor, double)} with slope 0.01. */
  public static Tensor leakyRelu(Tensor x) {
    return leakyRelu(x, 0.01);
  }

  /** x if x &gt; 0, else slope · x. */
  public static Tensor leakyRelu(Tensor x, double negativeSlope) {
    return apply(x, new Activation(Kind.LEAKY_RELU, negativeSlope));
  }

  /**
   * x if x &gt; 0, else w x with a learnt slope: one, or one per channel. Source: He et al., 2015.
   *
   * <p>Shape: x (*) or (N, C, *), weight (1) or (C).
   */
  public static Tensor prelu(Tensor x, Tensor weight) {
    x.spec().requireFloating("prelu");
    weight.spec().requireFloating("prelu");
    long slopes = weight.numel();
    long channels = x.rank() > 1 ? x.size(1) : 1;
    if (weight.rank() > 1 || slopes != 1 && slopes != channels) {
      throw new ShapeException(
          "prelu: weight "
              + weight.shape()
              + ", input "
              + x.shape()
              + ": needs one slope, or one for each of "
              + channels
              + " channels");
    }
    Shape shape = Shape.SCALAR;
    if (slopes > 1) {
      shape = Shape.of(slopes);
      for (int d = 2; d < x.rank(); d++) {
        shape = shape.insert(d - 1, 1);
      }
    }
    return x.gt(0).where(x, x.mul(weight.reshape(shape)));
  }

  /** {@link #rrelu(Tensor, double, double, boolean)} with slopes from 1/8 to 1/3. */
  public static Tensor rrelu(Tensor x, boolean training) {
    return rrelu(x, 1.0 / 8, 1.0 / 3, training);
  }

  /**
   * A leaky ReLU whose slope is drawn for each element, uniform between the bounds, with this
   * thread's generator; in evaluation their mean. Source: Xu et al., 2015.
   */
  public static Tensor rrelu(Tensor x, double lower, double upper, boolean training) {
    if (!(lower <= upper)) {
      throw new IllegalArgumentException("rrelu: slopes from " + lower + " to " + upper);
    }
    if (!training) {
      return leakyRelu(x, (lower + upper) / 2);
    }
    var generator = Context.current().generator();
    Tensor slope = Tensor.random(Distribution.UNIFORM, lower, upper, x.spec(), generator);
    return x.ge(0).where(x, x.mul(slope));
  }

  /** min(max(x, 0), 6). */
  public static Tensor relu6(Tensor x) {
    return hardtanh(x, 0, 6);
  }

  /** {@link #hardtanh(Tensor, double, double)} from −1 to 1. */
  public static Tensor hardtanh(Tensor x) {
    return hardtanh(x, -1, 1);
  }

  /** x, limited to low … high. Of integers the bounds lose their fractions, as in PyTorch. */
  public static Tensor hardtanh(Tensor x, double low, double high) {
    if (!(low <= high)) {
      throw new IllegalArgumentException("hardtanh: from " + low + " to " + high);
    }
    if (x.dtype().isInteger()) {
      return x.clamp((long) low, (long) high);
    }
    return apply(x, new Activation(Kind.HARDTANH, low, high));
  }

  /** x/6 + ½, limited to 0 … 1. */
  public static Tensor hardsigmoid(Tensor x) {
    return apply(x, new Activation(Kind.HARDSIGMOID));
  }

  /** x · hardsigmoid(x). */
  public static Tensor hardswish(Tensor x) {
    return apply(x, new Activation(Kind.HARDSWISH));
  }

  /** {@link #hardshrink(Tensor, double)} with λ = ½. */
  public static Tensor hardshrink(Tensor x) {
    return hardshrink(x, 0.5);
  }

  /** x if |x| &gt; λ, else 0. */
  public static Tensor hardshrink(Tensor x, double lambd) {
    return apply(x, new Activation(Kind.HARDSHRINK, lambd));
  }

  /** {@link #softshrink(Tensor, double)} with λ = ½. */
  public static Tensor softshrink(Tensor x) {
    return softshrink(x, 0.5);
  }

  /** x pulled towards 0 by λ, and 0 if |x| ≤ λ. */
  public static Tensor softshrink(Tensor x, double lambd) {
    if (!(lambd >= 0)) {
      throw new IllegalArgumentException("softshrink: lambd " + lambd + ": must not be negative");
    }
    return apply(x, new Activation(Kind.SOFTSHRINK, lambd));
  }

  /** x − tanh(x). */
  public static Tensor tanhshrink(Tensor x) {
    return x.sub(x.tanh());
  }

  /**
   * x if x &gt; threshold, else value. Of integers both numbers lose their fractions, as in
   * PyTorch.
   */
  public static Tensor threshold(Tensor x, double threshold, double value) {
    if (x.dtype().isInteger()) {
      return x.gt((long) threshold).where(x, Tensor.fullLike(x, (long) value));
    }
    return apply(x, new Activation(Kind.THRESHOLD, threshold, value));
  }

  /** log(1 / (1 + e⁻ˣ)). */
  public static Tensor logsigmoid(Tensor x) {
    return apply(x, new Activation(Kind.LOGSIGMOID));
  }

  /** x · tanh(softplus(x)). */
  public static Tensor mish(Tensor x) {
    return apply(x, new Activation(Kind.MISH));
  }

  /** {@link #softplus(Tensor, double, double)} with β = 1 and threshold 20. */
  public static Tensor softplus(Tensor x) {
    return softplus(x, 1, 20);
  }

  /** log(1 + exp(βx)) / β, and x itself where βx &gt; threshold. */
  public static Tensor softplus(Tensor x, double beta, double threshold) {
    return apply(x, new Activation(Kind.SOFTPLUS, beta, threshold));
  }

  /** x / (1 + |x|). */
  public static Tensor softsign(Tensor x) {
    return x.div(x.abs().add(1));
  }

  /** {@link #glu(Tensor, int)} along the last dimension. */
  public static Tensor glu(Tensor x) {
    return glu(x, -1);
  }

  /**
   * a ⊙ sigmoid(b) of the two halves of {@code dim}. Source: Dauphin et al., "Language modeling
   * with gated convolutional networks", 2016.
   */
  public static Tensor glu(Tensor x, int dim) {
    x.spec().requireFloating("glu");
    if (x.rank() == 0 || x.size(dim) % 2 != 0) {
      throw new ShapeException(
          "glu: " + x.shape() + ": dimension " + dim + " must have an even size");
    }
    long half = x.size(dim) / 2;
    return x.narrow(dim, 0, half).mul(x.narrow(dim, half, half).sigmoid());
  }

  private static Tensor apply(Tensor x, Activation op) {
    return Dispatch.run(op, x);
  }

  /**
   * Samples of the categorical distribution of these logits, which gradients flow through:
   * softmax((x + g) / τ) with g = −log(−log u). Source: Jang, Gu, Poole, "Categorical
   * reparameterization with Gumbel-softmax", 2017.
   *
   * @param tau τ, above 0: small gives nearly one-hot samples
   * @param hard whether the result is one-hot, with the gradient of the soft sample
   */
  public static Tensor gumbelSoftmax(Tensor logits, double tau, boolean hard, int dim) {
    Args.aboveZero("gumbel_softmax", "tau", tau);
    logits.spec().requireFloating("gumbel_softmax");
    Tensor u =
        Tensor.random(Distribution.UNIFORM, 0, 1, logits.spec(), Context.current().generator());
    // Away from 0 and from what rounds to 1, where a logarithm would be infinite.
    double tiny = logits.dtype().eps();
    Tensor g = u.clamp(tiny, 1 - tiny).log().neg().log().neg();
    Tensor soft = logits.add(g).div(tau).softmax(dim);
    if (!hard) {
      return soft;
    }
    Tensor index = soft.detach().argmax(dim, true);
    Tensor one = Tensor.zerosLike(soft.detach()).scatter(dim, index, 1.0);
    return one.sub(soft.detach()).add(soft);
  }
}
