package dev.weft.engine.op;

import dev.weft.engine.DType;
import dev.weft.engine.Generator;
import dev.weft.engine.Shape;
import dev.weft.engine.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * An op on inputs that are worth testing. Every op class lists its own in a static method {@code
 * samples()}; tests, docs and benches collect them through the sealed family.
 *
 * @param inputs what to draw for each input
 * @param name the op's text, or what is special about the sample
 */
public record Sample(Op op, List<Input> inputs, String name) {

  /**
   * Shapes that elementwise ops are tested on: a register and a tail, empty, without dimensions.
   */
  static final List<Shape> ELEMENTWISE =
      List.of(
          Shape.of(5, 7),
          Shape.SCALAR,
          Shape.of(0, 3),
          Shape.of(67),
          Shape.of(1),
          Shape.of(2, 3, 4),
          Shape.of(3, 1, 2, 1),
          Shape.of(2, 9));

  /** What an input holds. */
  public enum Kind {
    /** Of the dtype under test. */
    MAIN,
    /** Of the dtype under test, and never NaN, infinite or huge. */
    ORDINARY,
    /** int64 indices. */
    INDEX,
    /** bool. */
    CONDITION,
    /** float32 or wider whatever is tested, such as an optimizer's moments. */
    FULL
  }

  /**
   * How one input is drawn: uniform in the domain, by its integer bounds for integer dtypes.
   *
   * @param ridge added to the diagonal of each matrix, which makes it well conditioned
   */
  public record Input(Shape shape, Kind kind, Domain domain, double ridge) {

    /** Without a ridge. */
    public Input(Shape shape, Kind kind, Domain domain) {
      this(shape, kind, domain, 0);
    }
  }

  /** An op on inputs of these shapes, drawn from −2 to 2. */
  public static Sample of(Op op, Shape... shapes) {
    var inputs = new ArrayList<Input>();
    for (Shape shape : shapes) {
      inputs.add(new Input(shape, Kind.MAIN, Domain.reals()));
    }
    return new Sample(
        op,
        List.copyOf(inputs),
        op + inputs.stream().map(i -> " " + i.shape).reduce("", String::concat));
  }

  /** With all main inputs drawn from {@code domain}. */
  public Sample in(Domain domain) {
    return new Sample(
        op,
        inputs.stream()
            .map(i -> i.kind == Kind.MAIN ? new Input(i.shape, i.kind, domain) : i)
            .toList(),
        name);
  }

  /** With input {@code index} drawn from {@code domain}. */
  public Sample in(int index, Domain domain) {
    var changed = new ArrayList<>(inputs);
    changed.set(index, new Input(inputs.get(index).shape, inputs.get(index).kind, domain));
    return new Sample(op, List.copyOf(changed), name);
  }

  /** With all main inputs between two bounds. */
  public Sample within(double low, double high) {
    return in(Domain.within(low, high));
  }

  /** With input {@code index} an int64 tensor of values from 0 to {@code bound} (exclusive). */
  public Sample index(int index, long bound) {
    var changed = new ArrayList<>(inputs);
    changed.set(
        index,
        new Input(inputs.get(index).shape, Kind.INDEX, Domain.reals().integers(0, bound - 1)));
    return new Sample(op, List.copyOf(changed), name);
  }

  /** With input {@code index} a bool tensor. */
  public Sample condition(int index) {
    var changed = new ArrayList<>(inputs);
    changed.set(
        index, new Input(inputs.get(index).shape, Kind.CONDITION, Domain.reals().integers(0, 1)));
    return new Sample(op, List.copyOf(changed), name);
  }

  /** With input {@code index} spared special values, which would contradict another input. */
  public Sample ordinary(int index) {
    var changed = new ArrayList<>(inputs);
    Input input = inputs.get(index);
    changed.set(index, new Input(input.shape, Kind.ORDINARY, input.domain));
    return new Sample(op, List.copyOf(changed), name);
  }

  /** With input {@code index} in float32 or wider. */
  public Sample full(int index, Domain domain) {
    var changed = new ArrayList<>(inputs);
    changed.set(index, new Input(inputs.get(index).shape, Kind.FULL, domain));
    return new Sample(op, List.copyOf(changed), name);
  }

  /** With input {@code index} matrices that have {@code ridge} added to their diagonal. */
  public Sample ridge(int index, double ridge) {
    Input input = inputs.get(index);
    var changed = new ArrayList<>(inputs);
    changed.set(index, new Input(input.shape, input.kind, input.domain, ridge));
    return new Sample(op, List.copyOf(changed), name);
  }

  /** With a name that says what is special. */
  public Sample named(String special) {
    return new Sample(op, inputs, op + ": " + special);
  }

  /** Draws the inputs; main ones in {@code dtype}. The same seed draws the same values. */
  public List<Tensor> inputs(DType dtype, long seed) {
    var generator = new Generator(seed);
    var tensors = new ArrayList<Tensor>();
    for (Input input : inputs) {
      DType drawn =
          switch (input.kind) {
            case MAIN, ORDINARY -> dtype;
            case INDEX -> DType.INT64;
            case CONDITION -> DType.BOOL;
            case FULL -> dtype.toReal() == DType.FLOAT64 ? DType.FLOAT64 : DType.FLOAT32;
          };
      int parts = drawn.isComplex() ? 2 : 1;
      double[] values = new double[parts * Math.toIntExact(input.shape.numel())];
      for (int i = 0; i < values.length; i++) {
        double u = generator.nextDouble();
        values[i] = drawn.isInexact() ? input.domain.at(u) : input.domain.integerAt(u);
        if (drawn == DType.UINT8) {
          values[i] = Math.abs(values[i]);
        }
        if (drawn == DType.BOOL) {
          values[i] = ((long) values[i]) & 1;
        }
      }
      addRidge(values, input, parts);
      Tensor row = Tensor.of(values);
      tensors.add(
          (parts == 2 ? row.reshape(-1, 2).viewAsComplex() : row).to(drawn).reshape(input.shape));
    }
    return tensors;
  }

  private static void addRidge(double[] values, Input input, int parts) {
    if (input.ridge != 0) {
      int columns = (int) input.shape.size(-1);
      int size = (int) input.shape.size(-2) * columns;
      for (int i = 0; i < values.length / parts; i++) {
        int row = i % size / columns;
        values[parts * i] += row == i % columns ? input.ridge : 0;
      }
    }
  }

  @Override
  public String toString() {
    return name;
  }
}
