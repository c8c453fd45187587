package dev.weft.engine.cpu;

import static dev.weft.engine.Native.ALL;
import static jdk.incubator.vector.VectorOperators.EQ;
import static jdk.incubator.vector.VectorOperators.GE;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LE;
import static jdk.incubator.vector.VectorOperators.LT;
import static jdk.incubator.vector.VectorOperators.MAX;
import static jdk.incubator.vector.VectorOperators.MIN;
import static jdk.incubator.vector.VectorOperators.NE;

import dev.weft.engine.DType;
import dev.weft.engine.Native;
import dev.weft.engine.Tensor;
import dev.weft.engine.op.Binary;
import dev.weft.engine.op.WithScalar;
import java.util.function.Consumer;
import jdk.incubator.vector.VectorSpecies;

/** Elementwise functions of two inputs, or of one and a number, on floating dtypes. */
final class BinaryKernels {

  /** Where an op's second operand comes from; each way is a loop, and is compiled, of its own. */
  private enum Form {
    BOTH(Exercises::both),
    RIGHT(Exercises::right),
    LEFT(Exercises::left);

    private final Consumer<Loops.Binary> exercise;

    Form(Consumer<Loops.Binary> exercise) {
      this.exercise = exercise;
    }
  }

  private record Key(DType dtype, Form form) {}

  private static final Table<Form, Table<Binary, Kernel<Loops.Binary>>> F32 =
      new Table<>(Form.class, form -> kernels(new Key(DType.FLOAT32, form)));
  private static final Table<Form, Table<Binary, Kernel<Loops.Binary>>> F64 =
      new Table<>(Form.class, form -> kernels(new Key(DType.FLOAT64, form)));

  private BinaryKernels() {}

  private static Table<Binary, Kernel<Loops.Binary>> kernels(Key key) {
    return new Table<>(Binary.class, op -> kernel(op, key));
  }

  /** z = op(x, y). */
  static void run(Binary op, Tensor x, Tensor y, Tensor z) {
    Elementwise.binary(new Forms(op, x.dtype()), grain(op), x, y, z);
  }

  /** y = op(x, number) or op(number, x). */
  static void run(WithScalar op, Tensor x, Tensor y) {
    DType dtype = x.dtype();
    double number = op.number(dtype);
    Loops.Unary loop;
    if (op.op() == Binary.POW && number == 2 && !op.scalarFirst() && !dtype.isHalf()) {
      loop = UnaryKernels.square(dtype).form(y.numel());
    } else if (op.scalarFirst()) {
      Loops.Binary both = loop(op.op(), dtype, Form.LEFT, y.numel());
      loop = (from, to, count) -> both.left(number, from, to, count);
    } else {
      Loops.Binary both = loop(op.op(), dtype, Form.RIGHT, y.numel());
      loop = (from, to, count) -> both.right(from, number, to, count);
    }
    Elementwise.unary(loop, grain(op.op()), x, y);
  }

  /** The loop of {@code op} on two arrays. */
  static Loops.Binary both(Binary op, DType dtype, long count) {
    return loop(op, dtype, Form.BOTH, count);
  }

  /** The loop of {@code op} whose second operand is a number. */
  static Loops.Binary right(Binary op, DType dtype, long count) {
    return loop(op, dtype, Form.RIGHT, count);
  }

  private record Forms(Binary op, DType dtype) implements Elementwise.Forms {
    @Override
    public Loops.Binary both(long count) {
      return loop(op, dtype, Form.BOTH, count);
    }

    @Override
    public Loops.Binary right(long count) {
      return loop(op, dtype, Form.RIGHT, count);
    }

    @Override
    public Loops.Binary left(long count) {
      return loop(op, dtype, Form.LEFT, count);
    }

    @Override
    public double number(long address) {
      return switch (dtype) {
        case FLOAT32 -> ALL.get(Native.FLOAT, address);
        case FLOAT64 -> ALL.get(Native.DOUBLE, address);
        case FLOAT16, BFLOAT16, INT8, INT16, INT32, INT64, UINT8, BOOL, COMPLEX64, COMPLEX128 ->
            Native.getDouble(dtype, address, 0);
      };
    }
  }

  /** The loop of an op on two arrays of float32 or float64, for about {@code count} elements. */
  static Loops.Binary loop(Binary op, DType dtype, long count) {
    return loop(op, dtype, Form.BOTH, count);
  }

  private static Loops.Binary loop(Binary op, DType dtype, Form form, long count) {
    return switch (dtype) {
      case FLOAT32 -> F32.get(form).get(op).form(count);
      case FLOAT64 -> F64.get(form).get(op).form(count);
      case FLOAT16, BFLOAT16 ->
          HalfLoops.binary(dtype, op.isPredicate(), F32.get(form).get(op).form(count));
      case INT8, INT16, INT32, INT64, UINT8, BOOL, COMPLEX64, COMPLEX128 ->
          throw new IllegalArgumentException(op + ": " + dtype + " is not floating");
    };
  }

  private static long grain(Binary op) {
    return switch (op) {
      case ADD, SUB, MUL, DIV, MAXIMUM, MINIMUM, EQ, NE, LT, LE, GT, GE -> Elementwise.LIGHT;
      case POW,
          FLOOR_DIVIDE,
          REMAINDER,
          FMOD,
          ATAN2,
          LOGICAL_AND,
          LOGICAL_OR,
          LOGICAL_XOR,
          BITWISE_AND,
          BITWISE_OR,
          BITWISE_XOR ->
          Elementwise.HEAVY;
    };
  }

  private static Kernel<Loops.Binary> kernel(Binary op, Key key) {
    DType dtype = key.dtype;
    Loops.Binary plain =
        dtype == DType.FLOAT32 && PlainArithmetic.has(op)
            ? new PlainArithmetic(op)
            : PlainLoops.binary(dtype, op.isPredicate() ? DType.BOOL : dtype, op::at);
    VectorSpecies<?> species = dtype == DType.FLOAT32 ? Lanes.F32 : Lanes.F64;
    return switch (op) {
      case ADD, SUB, MUL, DIV, MAXIMUM, MINIMUM ->
          new Kernel<>(
              plain,
              () ->
                  Stamp.<Loops.Binary>copyOf(
                      BinaryLoop.class,
                      new BinaryLoop.Data(BinaryKernels.<Object>arithmetic(op), species)),
              key.form.exercise);
      case EQ, NE, LT, LE, GT, GE ->
          new Kernel<>(
              plain,
              () ->
                  Stamp.<Loops.Binary>copyOf(
                      ComparisonLoop.class,
                      new ComparisonLoop.Data(BinaryKernels.<Object>comparison(op), species)),
              key.form.exercise);
      case POW, FLOOR_DIVIDE, REMAINDER, FMOD, ATAN2, LOGICAL_AND, LOGICAL_OR, LOGICAL_XOR ->
          Kernel.plainOnly(plain);
      case BITWISE_AND, BITWISE_OR, BITWISE_XOR ->
          throw new IllegalArgumentException(op + " is not defined for " + dtype);
    };
  }

  private static <E> BinaryLoop.Body<E> arithmetic(Binary op) {
    return switch (op) {
      case ADD -> (x, y) -> x.add(y);
      case SUB -> (x, y) -> x.sub(y);
      case MUL -> (x, y) -> x.mul(y);
      case DIV -> (x, y) -> x.div(y);
      case MAXIMUM -> (x, y) -> x.lanewise(MAX, y);
      case MINIMUM -> (x, y) -> x.lanewise(MIN, y);
      case POW,
          FLOOR_DIVIDE,
          REMAINDER,
          FMOD,
          ATAN2,
          EQ,
          NE,
          LT,
          LE,
          GT,
          GE,
          LOGICAL_AND,
          LOGICAL_OR,
          LOGICAL_XOR,
          BITWISE_AND,
          BITWISE_OR,
          BITWISE_XOR ->
          throw new IllegalArgumentException(op + " has no vector form");
    };
  }

  private static <E> ComparisonLoop.Body<E> comparison(Binary op) {
    return switch (op) {
      case EQ -> (x, y) -> x.compare(EQ, y);
      case NE -> (x, y) -> x.compare(NE, y);
      case LT -> (x, y) -> x.compare(LT, y);
      case LE -> (x, y) -> x.compare(LE, y);
      case GT -> (x, y) -> x.compare(GT, y);
      case GE -> (x, y) -> x.compare(GE, y);
      case ADD,
          SUB,
          MUL,
          DIV,
          MAXIMUM,
          MINIMUM,
          POW,
          FLOOR_DIVIDE,
          REMAINDER,
          FMOD,
          ATAN2,
          LOGICAL_AND,
          LOGICAL_OR,
          LOGICAL_XOR,
          BITWISE_AND,
          BITWISE_OR,
          BITWISE_XOR ->
          throw new IllegalArgumentException(op + " is no comparison");
    };
  }
}
