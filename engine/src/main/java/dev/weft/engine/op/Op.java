package dev.weft.engine.op;

import dev.weft.engine.DType;
import dev.weft.engine.TensorSpec;
import java.util.List;
import java.util.Set;

/**
 * Something that can be computed from tensors. An op is a value and this sealed type is the
 * registry: backends are exhaustive switches over it, and tests, docs and benches iterate over it.
 *
 * <p>An op says what comes out ({@link #infer}), how a gradient is pulled back ({@link #gradient})
 * and, in a static method {@code samples()}, what to test it on. It owns no memory, knows no device
 * and has no hidden state: random ops carry their seed and offset. Its text, for example {@code
 * SoftmaxOp[dim=-1]}, is what errors, profiles, tests and docs show.
 *
 * <p>Inputs of an elementwise op have equal shapes and dtypes when it is computed; broadcasting and
 * promotion are ops of their own ({@link Expand}, {@link Cast}) that the methods of {@code Tensor}
 * put in front.
 */
public sealed interface Op
    permits Unary,
        Binary,
        WithScalar,
        Activation,
        NextAfter,
        Polygamma,
        SpecialBinary,
        SpecialUnary,
        Clamp,
        Where,
        Cast,
        View,
        Copy,
        CopyInto,
        SumTo,
        Cat,
        IndexSelect,
        IndexSum,
        Gather,
        Scatter,
        ScatterReduce,
        ScatterSum,
        Take,
        Reduce,
        ArgReduce,
        ArgMode,
        ArgSort,
        CumArg,
        LinearScan,
        Scan,
        SearchSorted,
        Matmul,
        LinearOp,
        ConvOp,
        MaxPool,
        AvgPool,
        PatchesOp,
        SoftmaxOp,
        LogSoftmaxOp,
        AttentionOp,
        AttentionGrad,
        CrossEntropy,
        CrossEntropyGrad,
        LayerNormOp,
        LayerNormGrad,
        BatchNormOp,
        BatchNormGrad,
        DropoutOp,
        Fill,
        Arange,
        RandomOp,
        Multinomial,
        MatrixOp,
        ComplexOp,
        SgdStep,
        AdamStep {

  /**
   * The outputs' shapes, dtypes and devices, or an exception that says what does not fit. Most ops
   * have one output; the backend allocates all of them.
   */
  List<TensorSpec> infer(List<TensorSpec> inputs);

  /** How the gradient of the outputs becomes that of the inputs. */
  Gradient gradient();

  /** Which inputs it changes in place, as a bit mask (bit i for input i); 0 for pure ops. */
  default int mutates() {
    return 0;
  }

  /**
   * The dtypes its main inputs may have. Inputs that are indices or conditions have their own.
   * Complex inputs are named by a {@link ComplexOp} and a {@link MatrixOp} only; for other ops they
   * are rewritten to ops on their parts, or refused, before they get here.
   */
  default Set<DType> dtypes() {
    return DTypes.FLOATING;
  }

  /** What autocast does to its floating inputs. */
  default Autocast autocast() {
    return Autocast.AS_IS;
  }

  /**
   * How many floating-point operations its matrix products take, two for each multiply-add. 0 for
   * all other ops, which cost little beside them.
   */
  default long flops(List<TensorSpec> inputs, TensorSpec output) {
    return 0;
  }
}
