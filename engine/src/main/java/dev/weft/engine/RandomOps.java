package dev.weft.engine;

import dev.weft.engine.op.RandomOp.Distribution;

/**
 * Methods of {@link Tensor} that overwrite the receiver with random numbers, and return it, as
 * PyTorch's {@code uniform_} and its kin do; and random bits from probabilities.
 *
 * <p>Without a generator they use this thread's. Each element takes one number of the generator. It
 * is computed in float64 from that and rounded once; the same seed gives the same stream on every
 * device. Continuous distributions need a floating dtype. A leaf that requires a gradient cannot be
 * changed outside {@code Autograd.noGrad()}.
 */
public sealed interface RandomOps permits Tensor {

  /** Uniform in [low, high). */
  default Tensor uniformInPlace(double low, double high) {
    return uniformInPlace(low, high, Context.current().generator());
  }

  /** Uniform in [low, high). */
  default Tensor uniformInPlace(double low, double high, Generator generator) {
    return draw("uniform", Distribution.UNIFORM, low, high, generator);
  }

  /** Normal with this mean and standard deviation. */
  default Tensor normalInPlace(double mean, double std) {
    return normalInPlace(mean, std, Context.current().generator());
  }

  /** Normal with this mean and standard deviation. */
  default Tensor normalInPlace(double mean, double std, Generator generator) {
    return draw("normal", Distribution.NORMAL, mean, std, generator);
  }

  /** Integers from {@code low} to {@code high} (exclusive), in any dtype that holds them. */
  default Tensor randomInPlace(long low, long high) {
    return randomInPlace(low, high, Context.current().generator());
  }

  /** Integers from {@code low} to {@code high} (exclusive), in any dtype that holds them. */
  default Tensor randomInPlace(long low, long high, Generator generator) {
    return draw("random", Distribution.INTEGERS, low, high, generator);
  }

  /** 1 with probability p, else 0, in any dtype. */
  default Tensor bernoulliInPlace(double p) {
    return bernoulliInPlace(p, Context.current().generator());
  }

  /** 1 with probability p, else 0, in any dtype. */
  default Tensor bernoulliInPlace(double p, Generator generator) {
    return draw("bernoulli", Distribution.BERNOULLI, p, 0, generator);
  }

  /**
   * A new tensor of 1 and 0, of this dtype: element i is 1 with probability xᵢ. Floating dtypes.
   * Passes no gradient on.
   */
  default Tensor bernoulli() {
    return bernoulli(Context.current().generator());
  }

  /** 1 with the probability that this tensor holds, else 0. See {@link #bernoulli()}. */
  default Tensor bernoulli(Generator generator) {
    Tensor x = ((Tensor) this).detach();
    requireFloating("bernoulli");
    if (!x.device().isMeta() && x.ge(0).logicalAnd(x.le(1)).all().itemLong() == 0) {
      throw new IllegalArgumentException(
          "bernoulli: " + x.spec() + " holds numbers that are no probabilities from 0 to 1");
    }
    return uniform(generator).lt(x.to(DType.FLOAT64)).to(x.dtype());
  }

  /**
   * A new tensor of counts, of this dtype: k with probability λᵏ e^(−λ) / k!, for the rate λ ≥ 0
   * that each element holds. Floating dtypes. Passes no gradient on.
   */
  default Tensor poisson() {
    return poisson(Context.current().generator());
  }

  /** Counts of events at the rates that this tensor holds. See {@link #poisson()}. */
  default Tensor poisson(Generator generator) {
    Tensor rates = ((Tensor) this).detach();
    requireFloating("poisson");
    requireValues("poisson", rates);
    double[] u = uniform(generator).toDoubleArray();
    double[] rate = rates.to(DType.FLOAT64).toDoubleArray();
    for (int i = 0; i < u.length; i++) {
      require(
          "poisson",
          "rate",
          rate[i],
          rate[i] >= 0 && rate[i] < Double.POSITIVE_INFINITY,
          "must be finite and not below 0");
      u[i] = Counts.poisson(u[i], rate[i]);
    }
    return counts(u, rates);
  }

  /**
   * A new tensor of counts, of this dtype: how many of n trials succeed, for the whole number n
   * that each element holds and the probability p of the other tensor, which broadcasts. Floating
   * dtypes. Passes no gradient on.
   */
  default Tensor binomial(Tensor p) {
    return binomial(p, Context.current().generator());
  }

  /** How many of n trials succeed. See {@link #binomial(Tensor)}. */
  default Tensor binomial(Tensor p, Generator generator) {
    Operands.given("binomial", "p", p);
    Tensor n = ((Tensor) this).detach();
    requireFloating("binomial");
    if (p.dtype() != n.dtype()) {
      throw new DTypeException(
          "binomial: " + n.spec() + ", p " + p.spec() + ": dtypes differ; convert one");
    }
    requireValues("binomial", n);
    requireValues("binomial", p);
    Shape shape = Shape.broadcast("binomial", n.shape(), p.shape());
    Tensor trials = n.expand(shape);
    double[] u =
        Tensor.random(Distribution.UNIFORM, 0, 1, doubles(trials), generator).toDoubleArray();
    double[] numbers = trials.to(DType.FLOAT64).toDoubleArray();
    double[] chances = p.detach().expand(shape).to(DType.FLOAT64).toDoubleArray();
    for (int i = 0; i < u.length; i++) {
      boolean whole = numbers[i] >= 0 && numbers[i] == Math.rint(numbers[i]);
      require(
          "binomial",
          "n",
          numbers[i],
          whole && numbers[i] < Double.POSITIVE_INFINITY,
          "must be a whole number of 0 or more");
      require(
          "binomial",
          "p",
          chances[i],
          chances[i] >= 0 && chances[i] <= 1,
          "must be a probability from 0 to 1");
      u[i] = Counts.binomial(u[i], numbers[i], chances[i]);
    }
    return counts(u, trials);
  }

  private static void requireValues(String op, Tensor x) {
    if (x.device().isMeta()) {
      throw new DeviceException(
          op + ": " + x.spec() + ": the meta device has no values to draw by");
    }
  }

  private static Tensor counts(double[] values, Tensor like) {
    return Tensor.of(values).reshape(like.shape()).to(like.dtype()).to(like.device());
  }

  /** Exponential, with density λ exp(−λx) for x ≥ 0; λ = {@code rate} is positive. */
  default Tensor exponentialInPlace(double rate) {
    return exponentialInPlace(rate, Context.current().generator());
  }

  /** Exponential, with density λ exp(−λx) for x ≥ 0; λ = {@code rate} is positive. */
  default Tensor exponentialInPlace(double rate, Generator generator) {
    requireFloating("exponential");
    require("exponential", "rate", rate, rate > 0, "must be positive");
    return put(uniform(generator).neg().log1p().div(-rate));
  }

  /**
   * Geometric: how many trials until the first success, k with probability (1 − p)ᵏ⁻¹ p for k = 1,
   * 2, …; 0 &lt; p &lt; 1. Integer dtypes hold their largest number where k is above it.
   */
  default Tensor geometricInPlace(double p) {
    return geometricInPlace(p, Context.current().generator());
  }

  /** Geometric, see {@link #geometricInPlace(double)}. */
  default Tensor geometricInPlace(double p, Generator generator) {
    require("geometric", "p", p, p > 0 && p < 1, "must be between 0 and 1, both excluded");
    if (((Tensor) this).dtype() == DType.BOOL) {
      throw new DTypeException("geometric in place: bool holds no counts; use an integer dtype");
    }
    return put(uniform(generator).neg().log1p().div(Math.log1p(-p)).floor().add(1));
  }

  /** Cauchy, with density σ / (π ((x − median)² + σ²)); σ is positive. */
  default Tensor cauchyInPlace(double median, double sigma) {
    return cauchyInPlace(median, sigma, Context.current().generator());
  }

  /** Cauchy, with density σ / (π ((x − median)² + σ²)); σ is positive. */
  default Tensor cauchyInPlace(double median, double sigma, Generator generator) {
    requireFloating("cauchy");
    require("cauchy", "sigma", sigma, sigma > 0, "must be positive");
    return put(uniform(generator).sub(0.5).mul(Math.PI).tan().mul(sigma).add(median));
  }

  /**
   * The exponential of a normal number with this mean and standard deviation, which is positive.
   */
  default Tensor logNormalInPlace(double mean, double std) {
    return logNormalInPlace(mean, std, Context.current().generator());
  }

  /**
   * The exponential of a normal number with this mean and standard deviation, which is positive.
   */
  default Tensor logNormalInPlace(double mean, double std, Generator generator) {
    requireFloating("log_normal");
    require("log_normal", "std", std, std > 0, "must be positive");
    return put(Tensor.random(Distribution.NORMAL, mean, std, doubles(), generator).exp());
  }

  private Tensor draw(
      String op, Distribution distribution, double a, double b, Generator generator) {
    if (distribution == Distribution.UNIFORM || distribution == Distribution.NORMAL) {
      requireFloating(op);
    }
    return put(Tensor.random(distribution, a, b, ((Tensor) this).spec(), generator));
  }

  private Tensor put(Tensor values) {
    return ((Tensor) this).copyFrom(values);
  }

  private Tensor uniform(Generator generator) {
    return Tensor.random(Distribution.UNIFORM, 0, 1, doubles(), generator);
  }

  private TensorSpec doubles() {
    return doubles((Tensor) this);
  }

  private static TensorSpec doubles(Tensor x) {
    return new TensorSpec(x.shape(), DType.FLOAT64, x.device());
  }

  private void requireFloating(String op) {
    TensorSpec spec = ((Tensor) this).spec();
    if (!spec.dtype().isFloating()) {
      throw new DTypeException(
          op + ": " + spec + ": needs a floating dtype; draw into one and convert the result");
    }
  }

  private static void require(String op, String name, double value, boolean holds, String law) {
    if (!holds) {
      throw new IllegalArgumentException(op + ": " + name + " " + value + " " + law);
    }
  }
}
