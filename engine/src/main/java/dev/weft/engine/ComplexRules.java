package dev.weft.engine;

import dev.weft.engine.op.Activation;
import dev.weft.engine.op.AdamStep;
import dev.weft.engine.op.Arange;
import dev.weft.engine.op.ArgMode;
import dev.weft.engine.op.ArgReduce;
import dev.weft.engine.op.ArgSort;
import dev.weft.engine.op.AttentionGrad;
import dev.weft.engine.op.AttentionOp;
import dev.weft.engine.op.AvgPool;
import dev.weft.engine.op.BatchNormGrad;
import dev.weft.engine.op.BatchNormOp;
import dev.weft.engine.op.Binary;
import dev.weft.engine.op.Cast;
import dev.weft.engine.op.Cat;
import dev.weft.engine.op.Clamp;
import dev.weft.engine.op.ComplexBinary;
import dev.weft.engine.op.ComplexOp;
import dev.weft.engine.op.ComplexUnary;
import dev.weft.engine.op.ConvOp;
import dev.weft.engine.op.Copy;
import dev.weft.engine.op.CopyInto;
import dev.weft.engine.op.CrossEntropy;
import dev.weft.engine.op.CrossEntropyGrad;
import dev.weft.engine.op.CumArg;
import dev.weft.engine.op.DropoutOp;
import dev.weft.engine.op.Fill;
import dev.weft.engine.op.Gather;
import dev.weft.engine.op.IndexSelect;
import dev.weft.engine.op.IndexSum;
import dev.weft.engine.op.LayerNormGrad;
import dev.weft.engine.op.LayerNormOp;
import dev.weft.engine.op.LinearOp;
import dev.weft.engine.op.LinearScan;
import dev.weft.engine.op.LogSoftmaxOp;
import dev.weft.engine.op.Matmul;
import dev.weft.engine.op.MatrixOp;
import dev.weft.engine.op.MaxPool;
import dev.weft.engine.op.Multinomial;
import dev.weft.engine.op.NextAfter;
import dev.weft.engine.op.Op;
import dev.weft.engine.op.PatchesOp;
import dev.weft.engine.op.Polygamma;
import dev.weft.engine.op.RandomOp;
import dev.weft.engine.op.Reduce;
import dev.weft.engine.op.Scan;
import dev.weft.engine.op.Scatter;
import dev.weft.engine.op.ScatterReduce;
import dev.weft.engine.op.ScatterSum;
import dev.weft.engine.op.SearchSorted;
import dev.weft.engine.op.SgdStep;
import dev.weft.engine.op.SoftmaxOp;
import dev.weft.engine.op.SpecialBinary;
import dev.weft.engine.op.SpecialUnary;
import dev.weft.engine.op.SumTo;
import dev.weft.engine.op.Take;
import dev.weft.engine.op.Unary;
import dev.weft.engine.op.View;
import dev.weft.engine.op.ViewAsReal;
import dev.weft.engine.op.Where;
import dev.weft.engine.op.WithScalar;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * What ops that are declared for real numbers do to complex ones: each is rewritten to ops on the
 * parts, or to a {@link ComplexOp}, or refused. Exhaustive on purpose: a new op does not compile
 * until it says what it does here. Because the ops it is rewritten to are recorded, gradients need
 * nothing more.
 */
final class ComplexRules {

  private ComplexRules() {}

  /**
   * Whether an op must be rewritten: it meets or makes complex numbers and is not made for them.
   */
  static boolean concern(Op op, Tensor[] inputs) {
    for (Tensor input : inputs) {
      if (input == null) {
        throw new NullPointerException(op + ": one of its " + inputs.length + " inputs is null");
      }
      if (input.dtype().isComplex()) {
        return !(op instanceof View
            || op instanceof ComplexOp
            || op instanceof MatrixOp
            || op instanceof Copy
            || op instanceof CopyInto && inputs[0].dtype() == inputs[1].dtype());
      }
    }
    return op instanceof Cast cast && cast.to().isComplex()
        || op instanceof Fill fill && fill.spec().dtype().isComplex()
        || op instanceof RandomOp random && random.spec().dtype().isComplex();
  }

  /** The op's outputs. What was made on the way is released, but for what the tape saved. */
  static Tensor[] run(Op op, Tensor[] inputs) {
    for (Tensor input : inputs) {
      input.spec(op);
    }
    try (var scope = TensorScope.open();
        var _ = Context.current().withAutocast(Optional.empty())) { // which spares complex numbers
      return scope.keepAll(rewritten(op, inputs));
    }
  }

  private static Tensor[] rewritten(Op op, Tensor[] in) {
    return switch (op) {
      case Cast cast -> one(cast(cast, in[0]));
      case Fill fill -> one(fill(fill));
      case RandomOp random -> one(random(random));
      case CopyInto _ -> Dispatch.runAll(op, in[0], in[1].to(in[0].dtype()));

      case Unary f -> one(unary(f, in[0]));
      case SpecialUnary f -> one(unary(f, in[0]));
      case Binary f -> one(binary(f, in[0], in[1]));
      case WithScalar f -> one(withScalar(f, in[0]));
      case DropoutOp _ -> one(in[0].mul(Dispatch.run(op, Tensor.onesLike(in[0].real()))));

      case Where _ -> one(paired(op, repeated(in[0]), in[1], in[2]));
      case SumTo sum -> one(paired(new SumTo(withPair(sum.shape())), in));
      case Cat _, IndexSum _ -> one(paired(op, in));
      case IndexSelect _ -> one(paired(op, in));
      case Gather gather -> one(gather(gather, in[0], in[1]));
      case Scatter scatter -> one(scatter(scatter, in[0], in[1], in[2]));
      case ScatterSum scatter -> one(scatterSum(scatter, in[0], in[1]));
      case Take _ -> one(take(in[0], in[1]));

      case Reduce reduce -> one(reduce(reduce, in[0]));
      case Scan scan -> one(scan(scan, in[0]));

      case Matmul _ -> one(product(op, in[0], in[1]));
      case LinearOp linear -> {
        Tensor y = in[0].matmul(in[1].mT());
        yield one(linear.bias() ? y.add(in[2]) : y);
      }
      case ConvOp conv -> one(convolution(conv, in));
      case PatchesOp _ -> one(eachPart(op, in[0]));

      case SgdStep _, AdamStep _ -> Dispatch.runAll(op, detachedParts(in));

      case View _, ComplexOp _, MatrixOp _, Copy _ ->
          throw new IllegalStateException(op + ": takes complex numbers as it is");

      case Activation _,
          NextAfter _,
          Polygamma _,
          SpecialBinary _,
          Clamp _,
          ArgReduce _,
          ArgMode _,
          ArgSort _,
          CumArg _,
          LinearScan _,
          SearchSorted _,
          ScatterReduce _,
          MaxPool _,
          AvgPool _,
          SoftmaxOp _,
          LogSoftmaxOp _,
          AttentionOp _,
          AttentionGrad _,
          CrossEntropy _,
          CrossEntropyGrad _,
          LayerNormOp _,
          LayerNormGrad _,
          BatchNormOp _,
          BatchNormGrad _,
          Arange _,
          Multinomial _ ->
          throw refused(op, in);
    };
  }

  private static Tensor[] one(Tensor output) {
    return new Tensor[] {output};
  }

  static DTypeException refused(Op op, Tensor[] inputs) {
    Tensor z = inputs[0];
    for (Tensor input : inputs) {
      z = input.dtype().isComplex() ? input : z;
    }
    return new DTypeException(
        op
            + ": "
            + z.spec()
            + ": is not defined for complex numbers; use it on x.abs(), x.real() or x.imag()");
  }

  // ------------------------------------------------------------------------------------ parts

  /** The parts of a complex tensor in a last dimension of 2, recorded. */
  private static Tensor parts(Tensor z) {
    return z.dtype().isComplex() ? Dispatch.run(new ViewAsReal(), z) : z;
  }

  /** The complex tensor whose parts these are. */
  static Tensor join(Tensor re, Tensor im) {
    return Dispatch.paired(Tensor.stack(List.of(re, im), -1));
  }

  /** The same op on the parts, where it treats all of them alike and counts dims from the front. */
  private static Tensor paired(Op op, Tensor... inputs) {
    Tensor[] parts = new Tensor[inputs.length];
    for (int i = 0; i < parts.length; i++) {
      parts[i] = parts(inputs[i]);
    }
    return Dispatch.paired(Dispatch.run(op, parts));
  }

  /** The same op on the real and on the imaginary part. */
  private static Tensor eachPart(Op op, Tensor z) {
    return join(Dispatch.run(op, z.real()), Dispatch.run(op, z.imag()));
  }

  /** What stands for each element, such as an index, for both parts of it. */
  private static Tensor repeated(Tensor x) {
    return x.unsqueeze(-1).expand(withPair(x.shape()));
  }

  private static Shape withPair(Shape shape) {
    return shape.concat(Shape.of(2));
  }

  private static Tensor[] detachedParts(Tensor[] inputs) {
    Tensor[] parts = new Tensor[inputs.length];
    try (var _ = Context.current().withGrad(false)) {
      for (int i = 0; i < parts.length; i++) {
        parts[i] = parts(inputs[i]);
      }
    }
    return parts;
  }

  // --------------------------------------------------------------------------------- creation

  private static Tensor cast(Cast op, Tensor x) {
    if (op.to().isComplex()) {
      DType part = op.to().toReal();
      if (x.dtype().isComplex()) {
        return paired(new Cast(part), x);
      }
      Tensor re = x.to(part);
      return join(re, Tensor.zerosLike(re));
    }
    if (op.to() == DType.BOOL) {
      return x.ne(0);
    }
    throw new DTypeException(
        op + ": " + x.spec() + ": would drop the imaginary part; use x.real().to(" + op.to() + ")");
  }

  private static Tensor fill(Fill op) {
    TensorSpec part = op.spec().withDtype(op.spec().dtype().toReal());
    if (op.value().doubleValue() == 0) {
      return Dispatch.paired(Dispatch.run(new Fill(0.0, part.withShape(withPair(part.shape())))));
    }
    return join(Dispatch.run(new Fill(op.value(), part)), Dispatch.run(new Fill(0.0, part)));
  }

  /** Normal parts share the variance, as in PyTorch; both parts of uniform numbers are uniform. */
  private static Tensor random(RandomOp op) {
    TensorSpec pairs =
        op.spec().withDtype(op.spec().dtype().toReal()).withShape(withPair(op.spec().shape()));
    return switch (op.distribution()) {
      case UNIFORM -> drawn(op, op.a(), op.b(), pairs);
      case NORMAL -> {
        Tensor centred = drawn(op, 0, op.b() * Math.sqrt(0.5), pairs);
        yield op.a() == 0 ? centred : centred.add(op.a());
      }
      case INTEGERS, BERNOULLI ->
          throw new DTypeException(op + ": " + op.spec() + ": draws no complex numbers");
    };
  }

  private static Tensor drawn(RandomOp op, double a, double b, TensorSpec pairs) {
    return Dispatch.paired(
        Dispatch.run(new RandomOp(op.distribution(), a, b, pairs, op.seed(), op.offset())));
  }

  // ------------------------------------------------------------------------------ elementwise

  private static Tensor unary(Unary op, Tensor z) {
    return switch (op) {
      case NEG -> paired(op, z);
      case ABS -> Dispatch.run(ComplexUnary.ABS, z);
      case SQUARE -> z.mul(z);
      case EXP -> Dispatch.run(ComplexUnary.EXP, z);
      case EXP2 -> z.mul(Math.log(2)).exp();
      case EXPM1 -> Dispatch.run(ComplexUnary.EXPM1, z);
      case LOG -> Dispatch.run(ComplexUnary.LOG, z);
      case LOG2 -> z.log().div(Math.log(2));
      case LOG10 -> z.log().div(Math.log(10));
      case LOG1P -> Dispatch.run(ComplexUnary.LOG1P, z);
      case SQRT -> Dispatch.run(ComplexUnary.SQRT, z);
      case RSQRT -> z.sqrt().reciprocal();
      case RECIPROCAL -> Dispatch.run(ComplexUnary.RECIPROCAL, z);
      case SIN -> Dispatch.run(ComplexUnary.SIN, z);
      case COS -> Dispatch.run(ComplexUnary.COS, z);
      case TAN -> Dispatch.run(ComplexUnary.TAN, z);
      case ASIN -> Dispatch.run(ComplexUnary.ASIN, z);
      case ACOS -> Dispatch.run(ComplexUnary.ACOS, z);
      case ATAN -> Dispatch.run(ComplexUnary.ATAN, z);
      case SINH -> Dispatch.run(ComplexUnary.SINH, z);
      case COSH -> Dispatch.run(ComplexUnary.COSH, z);
      case TANH -> Dispatch.run(ComplexUnary.TANH, z);
      case SIGMOID -> z.neg().exp().add(1).reciprocal();
      case SILU -> z.mul(z.sigmoid());
      case ISNAN, ISINF -> ofPair(Reduce.Kind.ANY, Dispatch.run(op, parts(z)));
      case ISFINITE, LOGICAL_NOT -> ofPair(Reduce.Kind.ALL, Dispatch.run(op, parts(z)));
      case SIGN ->
          throw new DTypeException(op + ": " + z.spec() + ": complex numbers have x.sgn() instead");
      case FLOOR, CEIL, ROUND, TRUNC, ERF, RELU, GELU, GELU_TANH ->
          throw refused(op, new Tensor[] {z});
    };
  }

  /** Both truths of an element in one. */
  private static Tensor ofPair(Reduce.Kind kind, Tensor truths) {
    return Dispatch.run(new Reduce(kind, List.of(truths.rank() - 1), false), truths);
  }

  private static Tensor unary(SpecialUnary op, Tensor z) {
    return switch (op) {
      case ACOSH -> Dispatch.run(ComplexUnary.ACOSH, z);
      case ASINH -> Dispatch.run(ComplexUnary.ASINH, z);
      case ATANH -> Dispatch.run(ComplexUnary.ATANH, z);
      default -> throw refused(op, new Tensor[] {z});
    };
  }

  private static Tensor binary(Binary op, Tensor x, Tensor y) {
    return switch (op) {
      case ADD, SUB -> paired(op, x, y);
      case MUL -> Dispatch.run(ComplexBinary.MUL, x, y);
      case DIV -> Dispatch.run(ComplexBinary.DIV, x, y);
      case POW -> Dispatch.run(ComplexBinary.POW, x, y);
      case EQ -> ofPair(Reduce.Kind.ALL, Dispatch.run(op, parts(x), parts(y)));
      case NE -> ofPair(Reduce.Kind.ANY, Dispatch.run(op, parts(x), parts(y)));
      case LOGICAL_AND, LOGICAL_OR, LOGICAL_XOR -> Dispatch.run(op, x.ne(0), y.ne(0));
      case MAXIMUM,
          MINIMUM,
          FLOOR_DIVIDE,
          REMAINDER,
          FMOD,
          ATAN2,
          LT,
          LE,
          GT,
          GE,
          BITWISE_AND,
          BITWISE_OR,
          BITWISE_XOR ->
          throw refused(op, new Tensor[] {x, y});
    };
  }

  private static Tensor withScalar(WithScalar op, Tensor z) {
    double y = op.scalar().doubleValue();
    if (!op.scalarFirst() && (op.op() == Binary.MUL || op.op() == Binary.DIV)) {
      return paired(new WithScalar(op.op(), y, false), z);
    }
    if (!op.scalarFirst() && op.op() == Binary.POW && y == Math.rint(y) && Math.abs(y) <= 64) {
      return power(z, (int) y);
    }
    if (!op.scalarFirst() && op.op() == Binary.POW && y == 0.5) {
      return z.sqrt();
    }
    Tensor scalar = Tensor.full(Shape.SCALAR, y, z.dtype(), z.device()).expand(z.shape());
    return op.scalarFirst() ? binary(op.op(), scalar, z) : binary(op.op(), z, scalar);
  }

  /** zⁿ by squaring: more exact than exp(n log z), and exact for Gaussian integers. */
  private static Tensor power(Tensor z, int n) {
    if (n < 0) {
      return power(z, -n).reciprocal();
    }
    if (n < 2) {
      return n == 0 ? Tensor.onesLike(z) : z.copy();
    }
    Tensor square = power(z.mul(z), n / 2);
    return n % 2 == 0 ? square : square.mul(z);
  }

  // -------------------------------------------------------------------------------- by index

  private static Tensor gather(Gather op, Tensor z, Tensor index) {
    op.infer(List.of(z.spec(), index.spec()));
    Tensor flat = z.rank() == 0 ? z.unsqueeze(0) : z;
    Tensor at = index.rank() == 0 ? index.unsqueeze(0) : index;
    Tensor y = paired(new Gather(flat.shape().dim(op.dim())), flat, repeated(at));
    return z.rank() == 0 ? y.squeeze(0) : y;
  }

  private static Tensor scatter(Scatter op, Tensor z, Tensor index, Tensor source) {
    op.infer(List.of(z.spec(), index.spec(), source.spec()));
    if (z.rank() == 0) {
      return scatter(op, z.unsqueeze(0), index.unsqueeze(0), source.unsqueeze(0)).squeeze(0);
    }
    return paired(new Scatter(z.shape().dim(op.dim())), z, repeated(index), source);
  }

  private static Tensor scatterSum(ScatterSum op, Tensor index, Tensor z) {
    op.infer(List.of(index.spec(), z.spec()));
    if (z.rank() == 0) {
      var inner = new ScatterSum(0, Shape.of(1));
      return scatterSum(inner, index.unsqueeze(0), z.unsqueeze(0)).squeeze(0);
    }
    var inner = new ScatterSum(z.shape().dim(op.dim()), withPair(op.shape()));
    return paired(inner, repeated(index), z);
  }

  private static Tensor take(Tensor z, Tensor index) {
    Tensor at = index.reshape(-1);
    Tensor positions = at.lt(0).where(at.add(z.numel()), at);
    return z.reshape(-1).indexSelect(0, positions).reshape(index.shape());
  }

  // ------------------------------------------------------------------------------ reductions

  private static Tensor reduce(Reduce op, Tensor z) {
    List<Integer> dims = z.rank() == 0 ? List.of() : op.dims();
    return switch (op.kind()) {
      case SUM, MEAN -> paired(new Reduce(op.kind(), dims, op.keepdim()), z);
      case PROD -> product(op, dims, z);
      case ANY, ALL -> Dispatch.run(op, z.ne(0));
      case AMAX, AMIN -> throw refused(op, new Tensor[] {z});
    };
  }

  /** The product along dims, in halves: as many steps as the count has bits. */
  private static Tensor product(Reduce op, List<Integer> dims, Tensor z) {
    var order = new ArrayList<Integer>();
    var kept = new ArrayList<Long>();
    var left = new ArrayList<Long>();
    for (int d = 0; d < z.rank(); d++) {
      if (dims.contains(d)) {
        left.addAll(op.keepdim() ? List.of(1L) : List.of());
      } else {
        order.add(d);
        kept.add(z.size(d));
        left.add(z.size(d));
      }
    }
    order.addAll(dims);
    long count = 1;
    for (int d : dims) {
      count *= z.size(d);
    }
    kept.add(count);
    Tensor y = z.permute(order.stream().mapToInt(i -> i).toArray()).reshape(shape(kept));
    if (count == 0) {
      kept.set(kept.size() - 1, 1L);
      y = Tensor.full(shape(kept), 1.0, z.dtype(), z.device());
    }
    while (y.size(-1) > 1) {
      long half = y.size(-1) / 2;
      Tensor halves = y.narrow(-1, 0, half).mul(y.narrow(-1, half, half));
      boolean odd = y.size(-1) % 2 == 1;
      y = odd ? Tensor.cat(List.of(halves, y.narrow(-1, 2 * half, 1)), -1) : halves;
    }
    return y.reshape(shape(left)).copy();
  }

  private static Shape shape(List<Long> sizes) {
    return Shape.of(sizes.stream().mapToLong(Long::longValue).toArray());
  }

  private static Tensor scan(Scan op, Tensor z) {
    op.infer(List.of(z.spec().withDtype(z.dtype().toReal())));
    if (z.rank() == 0) {
      return z.copy();
    }
    int dim = z.shape().dim(op.dim());
    return switch (op.kind()) {
      case SUM -> paired(new Scan(op.kind(), dim, op.reverse()), z);
      case PROD -> op.reverse() ? products(z.flip(dim), dim).flip(dim) : products(z, dim);
      case LOGSUMEXP -> throw refused(op, new Tensor[] {z});
    };
  }

  /** Running products, doubling how many elements each one covers. Source: Hillis, Steele, 1986. */
  private static Tensor products(Tensor z, int dim) {
    Tensor y = z.copy();
    for (long covered = 1; covered < z.size(dim); covered *= 2) {
      long rest = z.size(dim) - covered;
      Tensor later = y.narrow(dim, covered, rest).mul(y.narrow(dim, 0, rest));
      y = Tensor.cat(List.of(y.narrow(dim, 0, covered), later), dim);
    }
    return y;
  }

  // -------------------------------------------------------------------------------- products

  /** A bilinear op: (a + ib)(c + id) = ac − bd + i (ad + bc). */
  private static Tensor product(Op op, Tensor x, Tensor y) {
    op.infer(List.of(real(x), real(y)));
    if (x.dtype() != y.dtype()) {
      throw new DTypeException(
          op
              + ": "
              + x.spec()
              + " and "
              + y.spec()
              + ": dtypes differ; convert one with to(dtype)");
    }
    Tensor a = x.real();
    Tensor b = x.imag();
    Tensor c = y.real();
    Tensor d = y.imag();
    return join(
        Dispatch.run(op, a, c).sub(Dispatch.run(op, b, d)),
        Dispatch.run(op, a, d).add(Dispatch.run(op, b, c)));
  }

  private static TensorSpec real(Tensor x) {
    return x.spec().withDtype(x.dtype().toReal());
  }

  private static Tensor convolution(ConvOp op, Tensor[] in) {
    if (op.part() == ConvOp.Part.WEIGHT) {
      throw refused(op, in);
    }
    var product = new ConvOp(op.part(), op.windows(), op.groups(), op.size(), false);
    Tensor y = product(product, in[0], in[1]);
    if (!op.bias()) {
      return y;
    }
    long[] sizes = new long[y.rank() - 1];
    Arrays.fill(sizes, 1);
    sizes[0] = in[2].numel();
    return y.add(in[2].reshape(sizes));
  }
}
