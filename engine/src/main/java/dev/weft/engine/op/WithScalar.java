package dev.weft.engine.op;

import static dev.weft.engine.Shape.shape;

import dev.weft.engine.DType;
import dev.weft.engine.DTypeException;
import dev.weft.engine.Half;
import dev.weft.engine.Shape;
import dev.weft.engine.Tensor;
import dev.weft.engine.TensorSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A binary op whose other operand is one number: x ∘ s, or s ∘ x when {@code scalarFirst}. No
 * tensor is made for the number. With floating x it is rounded first (see {@link #number}); with
 * integer x it is used as the 64-bit integer that it is, so that comparisons are exact, and an
 * integer result keeps the low bits that its dtype holds.
 *
 * @param scalar a {@code Long} for integers, else a {@code Double}
 */
public record WithScalar(Binary op, Number scalar, boolean scalarFirst) implements Op {

  @Override
  public List<TensorSpec> infer(List<TensorSpec> inputs) {
    TensorSpec x = inputs.getFirst();
    if (!x.dtype().isFloating() && scalar instanceof Double) {
      throw new DTypeException(
          this
              + ": "
              + x
              + ": an integer tensor with a floating number; convert it first, for example with"
              + " x.to(DType.FLOAT32)");
    }
    return List.of(op.inferred(x));
  }

  /**
   * The number beside a floating tensor: rounded to its dtype, as in PyTorch; factors and divisors
   * of half types to float32, in which those are computed.
   */
  public double number(DType dtype) {
    boolean factor = op == Binary.MUL || op == Binary.DIV;
    return Half.round(factor && dtype.isHalf() ? DType.FLOAT32 : dtype, scalar.doubleValue());
  }

  /** That of the binary op, with the number in the place of the other input. */
  @Override
  public Gradient gradient() {
    Gradient both = op.gradient();
    if (!both.exists()) {
      return both;
    }
    int position = scalarFirst ? 1 : 0;
    return new Gradient() {
      @Override
      public Saves saves(int needs) {
        var saves = both.saves(1 << position);
        return new Saves(saves.inputs() >> position & 1, saves.outputs());
      }

      @Override
      public void pull(Pull pull) {
        both.pull(new ScalarPull(pull));
      }
    };
  }

  /** Shows the pull of one input as one of two. */
  private final class ScalarPull implements Gradient.Pull {
    private final Gradient.Pull pull;
    private final int position = scalarFirst ? 1 : 0;

    ScalarPull(Gradient.Pull pull) {
      this.pull = pull;
    }

    @Override
    public boolean needs(int input) {
      return input == position;
    }

    @Override
    public Tensor grad(int output) {
      return pull.grad(output);
    }

    @Override
    public boolean hasGrad(int output) {
      return pull.hasGrad(output);
    }

    @Override
    public Tensor input(int index) {
      if (index == position) {
        return pull.input(0);
      }
      TensorSpec spec = pull.inputSpec(0);
      return Tensor.full(Tensor.scalarShape(), scalar, spec.dtype(), spec.device())
          .expand(spec.shape());
    }

    @Override
    public Tensor output(int index) {
      return pull.output(index);
    }

    @Override
    public TensorSpec inputSpec(int index) {
      return pull.inputSpec(0);
    }

    @Override
    public int inputs() {
      return 2;
    }

    @Override
    public boolean createGraph() {
      return pull.createGraph();
    }

    @Override
    public void give(int input, Tensor gradient) {
      pull.give(0, gradient);
    }
  }

  @Override
  public Set<DType> dtypes() {
    if (scalar instanceof Long) {
      return op.dtypes();
    }
    return op.dtypes().stream().filter(DType::isFloating).collect(Collectors.toUnmodifiableSet());
  }

  @Override
  public Autocast autocast() {
    return op.autocast();
  }

  public static List<Sample> samples() {
    var samples = new ArrayList<Sample>();
    samples.add(Sample.of(new WithScalar(Binary.LT, 300L, false), shape(67)));
    samples.add(Sample.of(new WithScalar(Binary.ADD, 300L, false), shape(67)));
    samples.add(Sample.of(new WithScalar(Binary.GE, -300L, true), shape(5, 7)));
    for (Binary op : Binary.values()) {
      var both = Binary.samples().stream().filter(s -> s.op() == op).findFirst().orElseThrow();
      for (boolean first : new boolean[] {false, true}) {
        Sample.Input input = both.inputs().get(first ? 1 : 0);
        Domain other = both.inputs().get(first ? 0 : 1).domain();
        Number scalar = 3L;
        if (op.dtypes().contains(DType.FLOAT32)) {
          scalar = other.at(0.75);
        }
        for (Shape shape : List.of(shape(5, 7), shape(), shape(67), shape(0, 3))) {
          samples.add(Sample.of(new WithScalar(op, scalar, first), shape).in(input.domain()));
        }
        if (op.dtypes().contains(DType.INT64)) {
          samples.add(Sample.of(new WithScalar(op, 2L, first), shape(5, 7)).in(input.domain()));
        }
      }
    }
    return samples;
  }

  public static List<ErrorSample> errors() {
    return List.of(
        ErrorSample.of(
            new WithScalar(Binary.ADD, 0.5, false),
            DTypeException.class,
            "an integer tensor with a floating number",
            TensorSpec.of(shape(3), DType.INT32)),
        ErrorSample.of(
            new WithScalar(Binary.BITWISE_AND, 1L, false),
            DTypeException.class,
            "bitwise_and",
            TensorSpec.of(shape(3), DType.FLOAT32)));
  }

  /** {@code pow(x, 2.0)}. */
  @Override
  public String toString() {
    return scalarFirst ? op + "(" + scalar + ", x)" : op + "(x, " + scalar + ")";
  }
}
