package dev.weft.engine;

import dev.weft.engine.op.Autocast;
import dev.weft.engine.op.Binary;
import dev.weft.engine.op.Cast;
import dev.weft.engine.op.Copy;
import dev.weft.engine.op.CopyInto;
import dev.weft.engine.op.MatrixOp;
import dev.weft.engine.op.Op;
import dev.weft.engine.op.Unary;
import dev.weft.engine.op.View;
import dev.weft.engine.op.ViewAsComplex;
import dev.weft.engine.op.ViewAsReal;
import dev.weft.engine.op.WithScalar;
import dev.weft.engine.spi.Backend;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The one way every op takes: infer the outputs, allocate them, compute them on a backend, record
 * them for backward. Autocast, tensors without memory (meta) and complex numbers ({@link
 * ComplexRules}) are handled here and nowhere else.
 */
public final class Dispatch {

  private static final TensorSpec[] NO_SPECS = {};
  private static final Tensor[] NO_TENSORS = {};

  private Dispatch() {}

  /** Computes an op and returns its first output. */
  public static Tensor run(Op op, Tensor... inputs) {
    return runAll(op, inputs)[0];
  }

  /**
   * Computes an op and returns all its outputs; none for an op that changes its inputs in place.
   */
  public static Tensor[] runAll(Op op, Tensor... inputs) {
    if (ComplexRules.concern(op, inputs)) {
      return ComplexRules.run(op, inputs);
    }
    Context context = Context.current();
    if (context.autocast.isPresent() && op.autocast() != Autocast.AS_IS) {
      inputs = autocast(op, inputs, context.autocast.get());
    }
    List<TensorSpec> specs = op.infer(specs(op, inputs));
    requireOneDevice(op, inputs);
    boolean tracked = context.gradEnabled && isTracked(inputs) && op.gradient().exists();
    Runnable changed =
        tracked && op.mutates() != 0
            ? Backends.tape().recordInPlace(op, inputs[0], inputs)
            : () -> {};
    Tensor[] outputs;
    if (op instanceof View view) {
      outputs = new Tensor[] {view(view, inputs[0], specs.getFirst().dtype(), context)};
    } else {
      outputs = new Tensor[specs.size()];
      for (int i = 0; i < outputs.length; i++) {
        outputs[i] = Tensor.allocate(op, specs.get(i), context);
      }
      compute(op, inputs, outputs, context);
    }
    if (tracked && op.mutates() == 0) {
      Backends.tape().record(op, inputs, outputs);
    }
    changed.run();
    if (context.watcher != null) {
      context.watcher.ran(op, inputs, outputs);
    }
    return outputs;
  }

  /**
   * Computes an op of one output and overwrites its first input with it; the result must have that
   * input's shape and dtype.
   */
  public static Tensor runInPlace(Op op, Tensor... inputs) {
    Tensor target = inputs[0];
    if (ComplexRules.concern(op, inputs)) {
      return replace(op, target, ComplexRules.run(op, inputs)[0]);
    }
    Context context = Context.current();
    TensorSpec result = op.infer(specs(op, inputs)).getFirst();
    requireLike(op, target, result);
    requireOneDevice(op, inputs);
    requireWritable(op, target);
    Runnable record =
        context.gradEnabled && isTracked(inputs)
            ? Backends.tape().recordInPlace(op, target, inputs)
            : () -> {};
    if (canComputeInto(op, target, inputs)) {
      call(op, inputs, new Tensor[] {target}, target.device(), context);
      target.storage().changed();
    } else if (!target.device().isMeta()) {
      try (var scope = TensorScope.open()) {
        Tensor values = Tensor.allocate(op, result, context);
        compute(op, inputs, new Tensor[] {values}, context);
        compute(new CopyInto(), new Tensor[] {target, values}, NO_TENSORS, context);
      }
    }
    record.run();
    if (context.watcher != null) {
      context.watcher.ran(op, inputs, new Tensor[] {target});
    }
    return target;
  }

  private static void requireLike(Op op, Tensor target, TensorSpec result) {
    if (!result.equals(target.spec())) {
      throw new ShapeException(
          op + " in place: the result is " + result + ", the target " + target.spec());
    }
  }

  private static Tensor replace(Op op, Tensor target, Tensor values) {
    requireLike(op, target, values.spec());
    runAll(new CopyInto(), target, values);
    values.release();
    return target;
  }

  /**
   * The complex tensor whose parts a real one of shape (*, 2) holds. Nobody else knows that one, so
   * what this returns is no view, and may be changed in place like any result of an op.
   */
  static Tensor paired(Tensor parts) {
    var op = new ViewAsComplex();
    Tensor pairs = op.layout(parts.layout()).isPresent() ? parts : parts.contiguous();
    Context context = Context.current();
    DType dtype = op.infer(List.of(pairs.spec(op))).getFirst().dtype();
    Tensor complex =
        Tensor.sharing(pairs, op.layout(pairs.layout()).orElseThrow(), dtype, false, context);
    if (context.gradEnabled && pairs.isTracked()) {
      Backends.tape().record(op, new Tensor[] {pairs}, new Tensor[] {complex});
    }
    return complex;
  }

  /**
   * Whether results can be stored while others are computed: each depends on the element that it
   * replaces and on none of the others, and nothing is thrown halfway, as integer division does.
   */
  private static boolean canComputeInto(Op op, Tensor target, Tensor[] inputs) {
    boolean elementwise = op instanceof Unary || op instanceof Binary || op instanceof WithScalar;
    if (!elementwise
        || !target.device().isCpu()
        || !target.dtype().isFloating()
        || !target.isContiguous()) {
      return false;
    }
    for (Tensor input : inputs) {
      if (input.storage() == target.storage() && !input.layout().equals(target.layout())) {
        return false;
      }
    }
    return true;
  }

  /** A kernel reads addresses: those of another device, or of none, would mean nothing to it. */
  private static void requireOneDevice(Op op, Tensor[] inputs) {
    for (int i = 1; i < inputs.length; i++) {
      Device device = inputs[i].device();
      if (device != inputs[0].device() && !device.equals(inputs[0].device())) {
        throw new DeviceException(
            op
                + ": "
                + inputs[0].spec()
                + " and "
                + inputs[i].spec()
                + ": all inputs must be on one device; move one with x.to(device)");
      }
    }
  }

  /** An element that several indices share cannot be written: which value would win? */
  private static void requireWritable(Op op, Tensor target) {
    Layout layout = target.layout();
    for (int d = 0; d < layout.shape().rank(); d++) {
      if (layout.stride(d) == 0 && layout.shape().size(d) > 1) {
        throw new IllegalStateException(
            op
                + " in place: "
                + target.spec()
                + " repeats elements along dimension "
                + d
                + " (it was expanded); write to x.contiguous() instead");
      }
    }
  }

  private static Tensor view(View view, Tensor input, DType dtype, Context context) {
    Optional<Layout> layout = view.layout(input.layout());
    if (layout.isPresent()) {
      return Tensor.view(input, layout.get(), dtype, context);
    }
    try (var scope = TensorScope.open()) {
      Tensor copy = Tensor.allocate(view, input.spec(), context);
      compute(new Copy(), new Tensor[] {input}, new Tensor[] {copy}, context);
      return scope.keep(
          Tensor.view(copy, view.layout(copy.layout()).orElseThrow(), dtype, context));
    }
  }

  private static void compute(Op op, Tensor[] inputs, Tensor[] outputs, Context context) {
    Device device = outputs.length > 0 ? outputs[0].device() : inputs[0].device();
    int mutates = op.mutates();
    if (mutates != 0) {
      for (int i = 0; i < inputs.length; i++) {
        if ((mutates & 1 << i) != 0) {
          requireWritable(op, inputs[i]);
        }
      }
    }
    if (!device.isMeta()) {
      try {
        call(op, inputs, outputs, device, context);
      } catch (Throwable e) {
        for (Tensor output : outputs) {
          output.release();
        }
        throw e;
      }
    }
    if (mutates != 0) {
      for (int i = 0; i < inputs.length; i++) {
        if ((mutates & 1 << i) != 0) {
          inputs[i].storage().changed();
        }
      }
    }
  }

  private static void call(
      Op op, Tensor[] inputs, Tensor[] outputs, Device device, Context context) {
    int held = hold(op, inputs);
    try {
      Backend backend = context.backend.isPresent() ? context.backend.get() : Backends.of(device);
      if (inputs.length > 0 && inputs[0].dtype().isComplex() && !(op instanceof MatrixOp)) {
        computeParts(backend, op, inputs, outputs, context);
      } else {
        backend.compute(op, inputs, outputs);
      }
    } finally {
      letGo(inputs, held);
    }
  }

  /** Hands complex tensors to a backend as their parts. */
  private static void computeParts(
      Backend backend, Op op, Tensor[] inputs, Tensor[] outputs, Context context) {
    try (var _ = TensorScope.open()) {
      backend.compute(op, parts(inputs, context), parts(outputs, context));
    }
  }

  private static Tensor[] parts(Tensor[] tensors, Context context) {
    Tensor[] parts = tensors.clone();
    for (int i = 0; i < parts.length; i++) {
      if (tensors[i].dtype().isComplex()) {
        Layout layout = new ViewAsReal().layout(tensors[i].layout()).orElseThrow();
        DType dtype = tensors[i].dtype().toReal();
        parts[i] = Tensor.sharing(tensors[i], layout, dtype, true, context);
      }
    }
    return parts;
  }

  /**
   * Keeps the inputs' memory for the time of a kernel, whatever other threads release meanwhile.
   */
  private static int hold(Op op, Tensor[] inputs) {
    for (int i = 0; i < inputs.length; i++) {
      if (!inputs[i].storage().retain()) {
        letGo(inputs, i);
        throw inputs[i].usedAfterRelease(op);
      }
    }
    return inputs.length;
  }

  private static void letGo(Tensor[] inputs, int count) {
    for (int i = 0; i < count; i++) {
      inputs[i].storage().release();
    }
  }

  private static boolean isTracked(Tensor[] inputs) {
    for (Tensor input : inputs) {
      if (input.isTracked()) {
        return true;
      }
    }
    return false;
  }

  private static List<TensorSpec> specs(Op op, Tensor[] inputs) {
    if (inputs.length == 0) {
      return List.of(NO_SPECS);
    }
    if (inputs.length == 1) {
      return List.of(inputs[0].spec(op));
    }
    var specs = new TensorSpec[inputs.length];
    for (int i = 0; i < specs.length; i++) {
      specs[i] = inputs[i].spec(op);
    }
    return Arrays.asList(specs);
  }

  /** Casts floating inputs as the op's column says; float64 is left alone, as in PyTorch. */
  private static Tensor[] autocast(Op op, Tensor[] inputs, DType low) {
    DType target =
        switch (op.autocast()) {
          case LOW -> low;
          case FLOAT32 -> DType.FLOAT32;
          case WIDEST -> widest(inputs);
          case AS_IS -> throw new IllegalStateException("handled by the caller");
        };
    Tensor[] cast = inputs.clone();
    for (int i = 0; i < cast.length; i++) {
      DType dtype = cast[i].dtype();
      if (dtype.isFloating() && dtype != DType.FLOAT64 && dtype != target) {
        cast[i] = run(new Cast(target), cast[i]);
      }
    }
    return cast;
  }

  private static DType widest(Tensor[] inputs) {
    DType widest = DType.BOOL;
    for (Tensor input : inputs) {
      if (input.dtype().isFloating()) {
        widest = DType.promote(widest, input.dtype());
      }
    }
    return widest;
  }
}
