package dev.weft.engine;

import dev.weft.engine.op.Fill;
import dev.weft.engine.op.RandomOp;
import dev.weft.engine.op.RandomOp.Distribution;
import java.lang.foreign.MemorySegment;
import java.util.Locale;

/**
 * What makes tensors from numbers: static methods of {@link Tensor}. Without a dtype or device they
 * use the thread's defaults.
 */
public abstract sealed class TensorFactories extends TensorSequences permits TensorJoins {

  TensorFactories() {}

  /** Zeros of the default dtype. */
  public static Tensor zeros(long... shape) {
    return full(0, shape);
  }

  public static Tensor zeros(Shape shape, DType dtype, Device device) {
    return full(shape, zero(dtype), dtype, device);
  }

  public static Tensor zeros(Shape shape, DType dtype) {
    return zeros(shape, dtype, Context.current().defaultDevice());
  }

  /** Zeros of the shape, dtype and device of {@code like}. */
  public static Tensor zerosLike(Tensor like) {
    Operands.given("zeros_like", "like", like);
    return zeros(like.shape(), like.dtype(), like.device());
  }

  /** Zeros of the shape and device of {@code like}. */
  public static Tensor zerosLike(Tensor like, DType dtype) {
    Operands.given("zeros_like", "like", like);
    return zeros(like.shape(), dtype, like.device());
  }

  /** Ones of the default dtype. */
  public static Tensor ones(long... shape) {
    return full(1, shape);
  }

  public static Tensor ones(Shape shape, DType dtype, Device device) {
    return full(shape, dtype.isInexact() ? (Number) 1.0 : (Number) 1L, dtype, device);
  }

  public static Tensor ones(Shape shape, DType dtype) {
    return ones(shape, dtype, Context.current().defaultDevice());
  }

  /** Ones of the shape, dtype and device of {@code like}. */
  public static Tensor onesLike(Tensor like) {
    Operands.given("ones_like", "like", like);
    return ones(like.shape(), like.dtype(), like.device());
  }

  /** Ones of the shape and device of {@code like}. */
  public static Tensor onesLike(Tensor like, DType dtype) {
    Operands.given("ones_like", "like", like);
    return ones(like.shape(), dtype, like.device());
  }

  /** One value in the shape, dtype and device of {@code like}. */
  public static Tensor fullLike(Tensor like, Number value) {
    return fullLike(like, value, Operands.given("full_like", "like", like).dtype());
  }

  /** One value in the shape and device of {@code like}. */
  public static Tensor fullLike(Tensor like, Number value, DType dtype) {
    Operands.given("full_like", "like", like);
    return full(like.shape(), value, dtype, like.device());
  }

  /** One value of the default dtype everywhere. */
  public static Tensor full(double value, long... shape) {
    Context context = Context.current();
    return full(Shape.of(shape), value, context.defaultDtype(), context.defaultDevice());
  }

  public static Tensor full(Shape shape, Number value, DType dtype, Device device) {
    return Dispatch.run(new Fill(value, new TensorSpec(shape, dtype, device)));
  }

  public static Tensor full(Shape shape, Number value, DType dtype) {
    return full(shape, value, dtype, Context.current().defaultDevice());
  }

  /** One complex value everywhere. */
  public static Tensor full(Shape shape, Complex value, DType dtype, Device device) {
    var spec = new TensorSpec(shape, dtype, device).requireComplex("full");
    return complex(
        full(spec.shape(), value.re(), dtype.toReal(), device),
        full(spec.shape(), value.im(), dtype.toReal(), device));
  }

  /** A complex number as a tensor of rank 0, with parts of the default dtype. */
  public static Tensor scalar(Complex value) {
    Context context = Context.current();
    return full(Shape.SCALAR, value, context.defaultDtype().toComplex(), context.defaultDevice());
  }

  /** A complex number beside {@code x}: it raises the dtype of {@code x} to complex only. */
  static Tensor scalar(Complex value, Tensor x) {
    DType part = x.dtype().isInexact() ? x.dtype() : Context.current().defaultDtype();
    return full(Shape.SCALAR, value, part.toComplex(), x.device());
  }

  /**
   * re + im·i. The parts broadcast; both are float32, which gives complex64, or both float64, which
   * gives complex128.
   */
  public static Tensor complex(Tensor re, Tensor im) {
    Operands.given("complex", "re", re);
    Operands.given("complex", "im", im);
    re.spec().requireFull("complex");
    im.spec().requireFull("complex");
    if (re.dtype() != im.dtype()) {
      throw new DTypeException(
          "complex: parts " + re.spec() + " and " + im.spec() + ": dtypes differ");
    }
    Shape shape = Shape.broadcast("complex", re.shape(), im.shape());
    return ComplexRules.join(re.expand(shape), im.expand(shape));
  }

  /** abs · (cos angle + i sin angle). The parts broadcast, and have one dtype as in complex. */
  public static Tensor polar(Tensor abs, Tensor angle) {
    Operands.given("polar", "abs", abs);
    Operands.given("polar", "angle", angle);
    if (abs.dtype() != angle.dtype()) {
      throw new DTypeException("polar: " + abs.spec() + " and " + angle.spec() + ": dtypes differ");
    }
    return complex(abs.mul(angle.cos()), abs.mul(angle.sin()));
  }

  private static Number zero(DType dtype) {
    return dtype.isInexact() ? (Number) 0.0 : (Number) 0L;
  }

  /** The shape of {@link #scalar}. */
  public static Shape scalarShape() {
    return Shape.SCALAR;
  }

  /** A number as a tensor of rank 0, of the default dtype. */
  public static Tensor scalar(double value) {
    return full(value);
  }

  /** Memory whose contents are undefined. */
  public static Tensor empty(Shape shape, DType dtype, Device device) {
    return Tensor.allocate("empty", new TensorSpec(shape, dtype, device), Context.current());
  }

  /** Memory whose contents are undefined, of the default dtype. */
  public static Tensor empty(long... shape) {
    Context context = Context.current();
    return empty(Shape.of(shape), context.defaultDtype(), context.defaultDevice());
  }

  /** Memory whose contents are undefined, of the shape, dtype and device of {@code like}. */
  public static Tensor emptyLike(Tensor like) {
    Operands.given("empty_like", "like", like);
    return empty(like.shape(), like.dtype(), like.device());
  }

  /** A row of float32 numbers. */
  public static Tensor of(float... values) {
    Tensor tensor = empty(Shape.of(values.length), DType.FLOAT32, Device.CPU);
    MemorySegment.copy(values, 0, tensor.segment(), Native.FLOAT, 0, values.length);
    return tensor.to(Context.current().defaultDevice());
  }

  /** A row of float64 numbers. */
  public static Tensor of(double... values) {
    Tensor tensor = empty(Shape.of(values.length), DType.FLOAT64, Device.CPU);
    MemorySegment.copy(values, 0, tensor.segment(), Native.DOUBLE, 0, values.length);
    return tensor.to(Context.current().defaultDevice());
  }

  /** A row of complex128 numbers. */
  public static Tensor of(Complex... values) {
    double[] parts = new double[2 * values.length];
    for (int i = 0; i < values.length; i++) {
      parts[2 * i] = values[i].re();
      parts[2 * i + 1] = values[i].im();
    }
    return Dispatch.paired(of(parts).reshape(values.length, 2));
  }

  /** A row of int64 numbers. */
  public static Tensor of(long... values) {
    Tensor tensor = empty(Shape.of(values.length), DType.INT64, Device.CPU);
    MemorySegment.copy(values, 0, tensor.segment(), Native.LONG, 0, values.length);
    return tensor.to(Context.current().defaultDevice());
  }

  /** A row of bool values. */
  public static Tensor of(boolean... values) {
    Tensor tensor = empty(Shape.of(values.length), DType.BOOL, Device.CPU);
    MemorySegment memory = tensor.segment();
    for (int i = 0; i < values.length; i++) {
      memory.set(Native.BYTE, i, (byte) (values[i] ? 1 : 0));
    }
    return tensor.to(Context.current().defaultDevice());
  }

  /** Uniform in [0, 1), of the default dtype, from this thread's generator. */
  public static Tensor rand(long... shape) {
    return rand(Context.current().generator(), shape);
  }

  /** Uniform from 0 to 1 (exclusive), of the default dtype. */
  public static Tensor rand(Generator generator, long... shape) {
    return random(Distribution.UNIFORM, 0, 1, Shape.of(shape), generator);
  }

  /** Standard normal, of the default dtype, from this thread's generator. */
  public static Tensor randn(long... shape) {
    return randn(Context.current().generator(), shape);
  }

  /** Standard normal, of the default dtype. */
  public static Tensor randn(Generator generator, long... shape) {
    return random(Distribution.NORMAL, 0, 1, Shape.of(shape), generator);
  }

  /** Uniform in [0, 1), of the shape, dtype and device of {@code like}. */
  public static Tensor randLike(Tensor like) {
    return randLike(like, Context.current().generator());
  }

  /** Uniform in [0, 1), of the shape, dtype and device of {@code like}. */
  public static Tensor randLike(Tensor like, Generator generator) {
    Operands.given("rand_like", "like", like);
    return random(Distribution.UNIFORM, 0, 1, like.spec(), generator);
  }

  /** Standard normal, of the shape, dtype and device of {@code like}. */
  public static Tensor randnLike(Tensor like) {
    return randnLike(like, Context.current().generator());
  }

  /** Standard normal, of the shape, dtype and device of {@code like}. */
  public static Tensor randnLike(Tensor like, Generator generator) {
    Operands.given("randn_like", "like", like);
    return random(Distribution.NORMAL, 0, 1, like.spec(), generator);
  }

  /** Integers from {@code low} to {@code high} (exclusive), shaped and typed as {@code like}. */
  public static Tensor randintLike(Tensor like, long low, long high) {
    return randintLike(like, low, high, Context.current().generator());
  }

  /** Integers from {@code low} to {@code high} (exclusive), shaped and typed as {@code like}. */
  public static Tensor randintLike(Tensor like, long low, long high, Generator generator) {
    Operands.given("randint_like", "like", like);
    return random(Distribution.INTEGERS, low, high, like.spec(), generator);
  }

  /** Random numbers of the default dtype; {@link RandomOp} says what a and b mean. */
  public static Tensor random(
      Distribution distribution, double a, double b, Shape shape, Generator generator) {
    Context context = Context.current();
    TensorSpec spec = new TensorSpec(shape, context.defaultDtype(), context.defaultDevice());
    return random(distribution, a, b, spec, generator);
  }

  /** Random numbers of the shape, dtype and device of {@code spec}. */
  public static Tensor random(
      Distribution distribution, double a, double b, TensorSpec spec, Generator generator) {
    Operands.given(distribution.name().toLowerCase(Locale.ROOT), "the generator", generator);
    long draws = spec.shape().numel() * (spec.dtype().isComplex() ? 2 : 1);
    return Dispatch.run(
        new RandomOp(distribution, a, b, spec, generator.seed(), generator.reserve(draws)));
  }

  /** Integers from {@code low} to {@code high} (exclusive) as int64. */
  public static Tensor randint(long low, long high, long[] shape, Generator generator) {
    TensorSpec spec =
        new TensorSpec(Shape.of(shape), DType.INT64, Context.current().defaultDevice());
    return random(Distribution.INTEGERS, low, high, spec, generator);
  }

  /**
   * Integers from {@code low} to {@code high} (exclusive) as int64, from this thread's generator.
   */
  public static Tensor randint(long low, long high, long... shape) {
    return randint(low, high, shape, Context.current().generator());
  }

  /** The numbers 0 to {@code count} − 1 in random order, as int64, from this thread's generator. */
  public static Tensor randperm(int count) {
    return randperm(count, Context.current().generator());
  }

  /** The numbers 0 to {@code count} − 1 in random order, as int64. */
  public static Tensor randperm(int count, Generator generator) {
    Operands.given("randperm", "the generator", generator);
    return of(generator.permutation(count));
  }
}
