package dev.weft.engine.op;

import dev.weft.engine.Tensor;
import dev.weft.engine.TensorSpec;
import java.util.function.BinaryOperator;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * How an op pulls a gradient back: ∂L/∂inputs from ∂L/∂outputs. It is written in ops, so gradients
 * of gradients need nothing more.
 *
 * <p>The factory's name says what must stay alive for backward: {@link #fromInput} keeps x, {@link
 * #fromOutput} keeps y, {@link #linear} keeps nothing.
 */
public interface Gradient {

  /** Whether gradients can flow at all; false for comparisons, indices and random creation. */
  default boolean exists() {
    return true;
  }

  /** Whether an input that is floating can have a gradient. */
  default boolean reaches(int input) {
    return exists();
  }

  /** What must be kept for {@link #pull}, given which inputs need a gradient (bit masks). */
  Saves saves(int needs);

  /** Gives each needed input its gradient. */
  void pull(Pull pull);

  /**
   * Tensors to keep, as bit masks: bit i of {@code inputs} for input i, of {@code outputs}
   * likewise.
   */
  record Saves(int inputs, int outputs) {
    public static final Saves NOTHING = new Saves(0, 0);
  }

  /** One backward step of one op: what was saved, the outputs' gradients, and where results go. */
  interface Pull {

    /** Whether a gradient of this input is wanted. */
    boolean needs(int input);

    /** ∂L/∂(output 0); zeros when no gradient reached it. */
    default Tensor grad() {
      return grad(0);
    }

    /** ∂L/∂output; zeros when no gradient reached it. */
    Tensor grad(int output);

    /** Whether a gradient reached this output. */
    boolean hasGrad(int output);

    /** A saved input. */
    Tensor input(int index);

    /** A saved output. */
    Tensor output(int index);

    /** Shape and dtype of an input, saved or not. */
    TensorSpec inputSpec(int index);

    /** How many inputs the op had. */
    int inputs();

    /**
     * Whether the gradient itself will be differentiated: then fused, one-way ops must not be used.
     */
    boolean createGraph();

    /** The gradient of an input. */
    void give(int input, Tensor gradient);
  }

  /** One input's share of a gradient that is given input by input. */
  record Part(Saves saves, PartRule rule) {}

  /** ∂L/∂(one input) from the gradient of the output. */
  @FunctionalInterface
  interface PartRule {
    Tensor apply(Tensor g, Pull pull);
  }

  /** No gradient ever: integer or boolean outputs. */
  static Gradient none() {
    return new Gradient() {
      @Override
      public boolean exists() {
        return false;
      }

      @Override
      public Saves saves(int needs) {
        return Saves.NOTHING;
      }

      @Override
      public void pull(Pull pull) {
        throw new IllegalStateException("an op without gradient was recorded");
      }
    };
  }

  /** Zero almost everywhere, as for sign and floor. */
  static Gradient zero() {
    return linear(g -> Tensor.zerosLike(g));
  }

  /** A linear op of one input: nothing is kept. */
  static Gradient linear(UnaryOperator<Tensor> rule) {
    return parts(part(rule));
  }

  /** One input, which is kept: (g, x) → ∂L/∂x. */
  static Gradient fromInput(BinaryOperator<Tensor> rule) {
    return parts(fromInputs(1, (g, p) -> rule.apply(g, p.input(0))));
  }

  /** One input, the output is kept: (g, y) → ∂L/∂x. */
  static Gradient fromOutput(BinaryOperator<Tensor> rule) {
    return parts(new Part(new Saves(0, 1), (g, p) -> rule.apply(g, p.output(0))));
  }

  /** A part that keeps nothing. */
  static Part part(UnaryOperator<Tensor> rule) {
    return new Part(Saves.NOTHING, (g, _) -> rule.apply(g));
  }

  /** A part that keeps the inputs in the bit mask. */
  static Part fromInputs(int mask, PartRule rule) {
    return new Part(new Saves(mask, 0), rule);
  }

  /** A part that keeps inputs and outputs. */
  static Part from(int inputs, int outputs, PartRule rule) {
    return new Part(new Saves(inputs, outputs), rule);
  }

  /** Input by input; inputs beyond the parts have no gradient (indices, conditions). */
  static Gradient parts(Part... parts) {
    return new Gradient() {
      @Override
      public Saves saves(int needs) {
        int inputs = 0;
        int outputs = 0;
        for (int i = 0; i < parts.length; i++) {
          if ((needs & 1 << i) != 0) {
            inputs |= parts[i].saves.inputs;
            outputs |= parts[i].saves.outputs;
          }
        }
        return new Saves(inputs, outputs);
      }

      @Override
      public void pull(Pull pull) {
        for (int i = 0;
            i < Math.min(parts.length, pull.inputs());
            i++) { // a last input may be left out
          if (pull.needs(i)) {
            pull.give(i, parts[i].rule.apply(pull.grad(), pull));
          }
        }
      }
    };
  }

  /** All inputs together, for fused ops. */
  static Gradient joint(Saves saves, Consumer<Pull> rule) {
    return new Gradient() {
      @Override
      public Saves saves(int needs) {
        return saves;
      }

      @Override
      public void pull(Pull pull) {
        rule.accept(pull);
      }
    };
  }
}
