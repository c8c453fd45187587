package dev.weft.nn;

import dev.weft.engine.Context;
import dev.weft.engine.DType;
import dev.weft.engine.Device;
import dev.weft.engine.Generator;
import dev.weft.engine.Scope;
import dev.weft.engine.Shape;
import dev.weft.engine.ShapeException;
import dev.weft.engine.Tensor;
import dev.weft.engine.TensorScope;
import dev.weft.engine.op.RandomOp.Distribution;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.LongToDoubleFunction;
import java.util.function.Supplier;

/**
 * Values that parameters start from. Every method overwrites its tensor, outside of what backward
 * sees, and returns it. Random ones take their numbers from this thread's {@link Generator}; on
 * {@code meta} they do nothing. Formulas and defaults are PyTorch's.
 */
public final class Init {

  private static final ThreadLocal<Boolean> SKIPPED = ThreadLocal.withInitial(() -> false);

  private Init() {}

  /** Which side's size scales the variance: what comes in, or what goes out. */
  public enum Fan {
    IN,
    OUT
  }

  /** What follows the layer; its gain keeps the variance. */
  public enum Nonlinearity {
    LINEAR,
    SIGMOID,
    TANH,
    RELU,
    LEAKY_RELU,
    SELU;

    /**
     * The factor for the standard deviation: 1; 5/3 for tanh, √2 for ReLU, √(2 / (1 + 0.01²)) for
     * leaky ReLU, 3/4 for SELU.
     */
    public double gain() {
      return gain(0.01);
    }

    /** As {@link #gain()}; {@code slope} is that of a leaky ReLU below 0. */
    public double gain(double slope) {
      return switch (this) {
        case LINEAR, SIGMOID -> 1;
        case TANH -> 5.0 / 3;
        case RELU -> Math.sqrt(2);
        case LEAKY_RELU -> Math.sqrt(2 / (1 + slope * slope));
        case SELU -> 0.75;
      };
    }

    /** PyTorch's name: {@code leaky_relu}. */
    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** A parameter of the default dtype and device, filled by {@code values}. */
  public static Parameter parameter(Consumer<? super Tensor> values, long... shape) {
    try (var _ = TensorScope.open()) {
      Tensor data = Tensor.empty(shape);
      values.accept(data);
      return Parameter.of(data);
    }
  }

  /** Uniform in [low, high). */
  public static Tensor uniform(Tensor tensor, double low, double high) {
    return random(tensor, Distribution.UNIFORM, low, high);
  }

  /** Uniform in [0, 1). */
  public static Tensor uniform(Tensor tensor) {
    return uniform(tensor, 0, 1);
  }

  /** Normal. */
  public static Tensor normal(Tensor tensor, double mean, double std) {
    return random(tensor, Distribution.NORMAL, mean, std);
  }

  /** Standard normal. */
  public static Tensor normal(Tensor tensor) {
    return normal(tensor, 0, 1);
  }

  /** One value everywhere. */
  public static Tensor constant(Tensor tensor, double value) {
    return fill(tensor, () -> Tensor.full(tensor.shape(), value, tensor.dtype(), tensor.device()));
  }

  public static Tensor zeros(Tensor tensor) {
    return constant(tensor, 0);
  }

  public static Tensor ones(Tensor tensor) {
    return constant(tensor, 1);
  }

  /** Ones on the diagonal of a matrix, else zeros. */
  public static Tensor eye(Tensor matrix) {
    requireRank("eye", matrix, 2, 2);
    return fill(
        matrix,
        () ->
            Tensor.arange(matrix.size(0))
                .unsqueeze(1)
                .eq(Tensor.arange(matrix.size(1)))
                .to(matrix.dtype()));
  }

  /** {@link #dirac(Tensor, long)} with one group. */
  public static Tensor dirac(Tensor kernel) {
    return dirac(kernel, 1);
  }

  /**
   * The kernel of a convolution that passes its input through: in each group, channel i of the
   * result is channel i of the input, as far as there are as many; else zeros. The one lies at the
   * kernel's middle, ⌊size / 2⌋.
   *
   * @param kernel (out, in / groups, …) with one to three dimensions of space
   */
  public static Tensor dirac(Tensor kernel, long groups) {
    requireRank("dirac", kernel, 3, 5);
    long out = kernel.size(0);
    if (groups < 1 || out % groups != 0) {
      throw new IllegalArgumentException(
          "dirac: " + kernel.shape() + ": " + out + " channels do not divide by " + groups);
    }
    return fill(
        kernel,
        () -> {
          Tensor values = Tensor.zeros(kernel.shape(), kernel.dtype(), kernel.device());
          Tensor middle = values;
          for (int d = kernel.rank() - 1; d >= 2; d--) {
            middle = middle.select(d, kernel.size(d) / 2);
          }
          for (long g = 0; g < groups; g++) {
            middle.narrow(0, g * (out / groups), out / groups).diagonal().fillInPlace(1);
          }
          return values;
        });
  }

  /** {@link #xavierUniform(Tensor, double)} with gain 1. */
  public static Tensor xavierUniform(Tensor tensor) {
    return xavierUniform(tensor, 1);
  }

  /**
   * Uniform in ±gain √(6 / (fan in + fan out)). Source: Glorot, Bengio, "Understanding the
   * difficulty of training deep feedforward neural networks", 2010.
   */
  public static Tensor xavierUniform(Tensor tensor, double gain) {
    double fans = fan("xavierUniform", tensor, Fan.IN) + fan("xavierUniform", tensor, Fan.OUT);
    double bound = gain * Math.sqrt(6 / fans);
    return tensor.numel() == 0 ? tensor : uniform(tensor, -bound, bound);
  }

  /** {@link #xavierNormal(Tensor, double)} with gain 1. */
  public static Tensor xavierNormal(Tensor tensor) {
    return xavierNormal(tensor, 1);
  }

  /** Normal with mean 0 and deviation gain √(2 / (fan in + fan out)). Source: Glorot, Bengio. */
  public static Tensor xavierNormal(Tensor tensor, double gain) {
    double fans = fan("xavierNormal", tensor, Fan.IN) + fan("xavierNormal", tensor, Fan.OUT);
    return tensor.numel() == 0 ? tensor : normal(tensor, 0, gain * Math.sqrt(2 / fans));
  }

  /** {@link #kaimingUniform(Tensor, double, Fan, Nonlinearity)} with PyTorch's defaults. */
  public static Tensor kaimingUniform(Tensor tensor) {
    return kaimingUniform(tensor, 0, Fan.IN, Nonlinearity.LEAKY_RELU);
  }

  /**
   * Uniform in ±gain √(3 / fan). Source: He et al., "Delving deep into rectifiers", 2015.
   *
   * @param slope that of the leaky ReLU below 0; else unused
   */
  public static Tensor kaimingUniform(
      Tensor tensor, double slope, Fan fan, Nonlinearity nonlinearity) {
    double bound = nonlinearity.gain(slope) * Math.sqrt(3 / fan("kaimingUniform", tensor, fan));
    return tensor.numel() == 0 ? tensor : uniform(tensor, -bound, bound);
  }

  /** {@link #kaimingNormal(Tensor, double, Fan, Nonlinearity)} with PyTorch's defaults. */
  public static Tensor kaimingNormal(Tensor tensor) {
    return kaimingNormal(tensor, 0, Fan.IN, Nonlinearity.LEAKY_RELU);
  }

  /**
   * Normal with mean 0 and deviation gain / √fan. Source: He et al., 2015.
   *
   * @param slope that of the leaky ReLU below 0; else unused
   */
  public static Tensor kaimingNormal(
      Tensor tensor, double slope, Fan fan, Nonlinearity nonlinearity) {
    double std = nonlinearity.gain(slope) / Math.sqrt(fan("kaimingNormal", tensor, fan));
    return tensor.numel() == 0 ? tensor : normal(tensor, 0, std);
  }

  /** {@link #truncNormal(Tensor, double, double, double, double)}: standard, within ±2. */
  public static Tensor truncNormal(Tensor tensor) {
    return truncNormal(tensor, 0, 1, -2, 2);
  }

  /**
   * Normal, given that the value lies from {@code low} to {@code high}; the bounds are values, not
   * multiples of the deviation, and may be infinite. Drawn on the CPU, by inversion.
   */
  public static Tensor truncNormal(
      Tensor tensor, double mean, double std, double low, double high) {
    if (!(std > 0) || !(low < high)) {
      throw new IllegalArgumentException(
          "truncNormal: std "
              + std
              + ", from "
              + low
              + " to "
              + high
              + ": needs std > 0, low < high");
    }
    Generator generator = Context.current().generator();
    double a = (low - mean) / std;
    double b = (high - mean) / std;
    return fromHost(
        tensor,
        _ ->
            Math.clamp(
                mean + std * NormalQuantile.between(a, b, generator.nextDouble()), low, high));
  }

  /**
   * A random matrix with orthogonal rows or columns, whichever are fewer, of length {@code gain};
   * dimensions behind the first count as one. Computed on the CPU, in time that grows with the cube
   * of the size. Source: Saxe, McClelland, Ganguli, 2014.
   */
  public static Tensor orthogonal(Tensor tensor, double gain) {
    requireRank("orthogonal", tensor, 2, Integer.MAX_VALUE);
    if (tensor.numel() == 0 || tensor.device().isMeta() || SKIPPED.get()) {
      return tensor;
    }
    int rows = Math.toIntExact(tensor.size(0));
    int columns = Math.toIntExact(tensor.numel() / rows);
    double[][] vectors =
        orthonormal(
            Math.min(rows, columns), Math.max(rows, columns), Context.current().generator());
    return fromHost(
        tensor,
        i -> {
          int row = (int) (i / columns);
          int column = (int) (i % columns);
          return gain * (rows <= columns ? vectors[row][column] : vectors[column][row]);
        });
  }

  /**
   * A matrix of normal values in which a share of each column is 0, rounded up. Source: Martens,
   * "Deep learning via Hessian-free optimization", 2010.
   *
   * @param sparsity from 0 to 1
   * @param std the deviation of the others, at least 0
   */
  public static Tensor sparse(Tensor matrix, double sparsity, double std) {
    requireRank("sparse", matrix, 2, 2);
    if (!(sparsity >= 0 && sparsity <= 1)) {
      throw new IllegalArgumentException(
          "sparse: sparsity " + sparsity + ": must be from 0 to 1, the share of zeros");
    }
    Args.atLeastZero("sparse", "std", std);
    Generator generator = Context.current().generator();
    int rows = Math.toIntExact(matrix.size(0));
    int columns = Math.toIntExact(matrix.size(1));
    long zeros = (long) Math.ceil(sparsity * rows);
    var values = new double[rows][columns];
    for (int column = 0; column < columns; column++) {
      long[] order = generator.permutation(rows);
      for (int i = 0; i < rows; i++) {
        values[(int) order[i]][column] = i < zeros ? 0 : std * generator.nextGaussian();
      }
    }
    return fromHost(matrix, i -> values[(int) (i / columns)][(int) (i % columns)]);
  }

  /**
   * Gram-Schmidt on normal vectors, which gives every rotation the same chance. Twice, because once
   * leaves errors that grow with the condition number.
   */
  private static double[][] orthonormal(int count, int length, Generator generator) {
    var vectors = new double[count][length];
    for (int i = 0; i < count; i++) {
      double[] v = vectors[i];
      double size;
      do {
        for (int k = 0; k < length; k++) {
          v[k] = generator.nextGaussian();
        }
        for (int pass = 0; pass < 2; pass++) {
          for (int j = 0; j < i; j++) {
            double share = dot(v, vectors[j]);
            for (int k = 0; k < length; k++) {
              v[k] -= share * vectors[j][k];
            }
          }
        }
        size = Math.sqrt(dot(v, v));
      } while (size < 1e-8); // it lay among the others: draw again
      for (int k = 0; k < length; k++) {
        v[k] /= size;
      }
    }
    return vectors;
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int k = 0; k < a.length; k++) {
      sum += a[k] * b[k];
    }
    return sum;
  }

  /** Element by element in row-major order, on the CPU. */
  private static Tensor fromHost(Tensor tensor, LongToDoubleFunction value) {
    return fill(
        tensor,
        () -> {
          Tensor host = Tensor.empty(tensor.shape(), DType.FLOAT64, Device.CPU);
          MemorySegment memory = host.segment();
          for (long i = 0; i < tensor.numel(); i++) {
            memory.setAtIndex(ValueLayout.JAVA_DOUBLE, i, value.applyAsDouble(i));
          }
          return host;
        });
  }

  /**
   * Fan in is the second size, fan out the first, each times the number of elements that the
   * dimensions behind them (a convolution's kernel) have.
   */
  private static double fan(String rule, Tensor tensor, Fan fan) {
    requireRank(rule, tensor, 2, Integer.MAX_VALUE);
    Shape shape = tensor.shape();
    double kernel = shape.slice(2, shape.rank()).numel();
    return kernel * shape.size(fan == Fan.IN ? 1 : 0);
  }

  private static void requireRank(String rule, Tensor tensor, int least, int most) {
    if (tensor.rank() < least || tensor.rank() > most) {
      throw new ShapeException(
          rule
              + ": "
              + tensor.shape()
              + ": needs "
              + (least == most ? "" : "at least ")
              + least
              + " dimensions");
    }
  }

  /**
   * Leaves tensors as they are, on this thread, until the scope is closed: for modules whose values
   * come from a checkpoint. What their parameters hold until then is undefined.
   */
  public static Scope skipped() {
    boolean before = SKIPPED.get();
    SKIPPED.set(true);
    return () -> SKIPPED.set(before);
  }

  private static Tensor random(Tensor tensor, Distribution distribution, double a, double b) {
    Generator generator = Context.current().generator();
    return fill(tensor, () -> Tensor.random(distribution, a, b, tensor.spec(), generator));
  }

  static Tensor fill(Tensor tensor, Supplier<Tensor> values) {
    if (tensor.device().isMeta() || SKIPPED.get()) {
      return tensor;
    }
    try (var _ = TensorScope.open();
        var _ = Context.current().withGrad(false)) {
      return tensor.copyFrom(values.get());
    }
  }
}
