package dev.weft.engine.cpu;

import dev.weft.engine.DType;
import dev.weft.engine.Tensor;
import dev.weft.engine.op.AdamStep;
import dev.weft.engine.op.SgdStep;
import jdk.incubator.vector.VectorSpecies;

/** Optimizer steps: parameters and their state change in place, in one pass over memory. */
final class StepKernels {

  private static final Table<SgdLoop.Form, Kernel<Loops.Step<StepRates.Sgd>>> SGD_F32 =
      new Table<>(SgdLoop.Form.class, form -> sgd(DType.FLOAT32, form));
  private static final Table<SgdLoop.Form, Kernel<Loops.Step<StepRates.Sgd>>> SGD_F64 =
      new Table<>(SgdLoop.Form.class, form -> sgd(DType.FLOAT64, form));
  private static final Table<AdamLoop.Form, Kernel<Loops.Step<StepRates.Adam>>> ADAM_F32 =
      new Table<>(AdamLoop.Form.class, form -> adam(DType.FLOAT32, form));
  private static final Table<AdamLoop.Form, Kernel<Loops.Step<StepRates.Adam>>> ADAM_F64 =
      new Table<>(AdamLoop.Form.class, form -> adam(DType.FLOAT64, form));

  private StepKernels() {}

  /** Inputs: p, g and, with momentum, b. */
  static void run(SgdStep op, Tensor[] in) {
    SgdLoop.Form form =
        op.momentum() == 0
            ? SgdLoop.Form.BARE
            : op.nesterov() ? SgdLoop.Form.NESTEROV : SgdLoop.Form.MOMENTUM;
    StepRates.Sgd rates = StepRates.Sgd.of(op);
    long count = in[0].numel();
    InPlace.run(
        op,
        in,
        dtype -> {
          Loops.Step<StepRates.Sgd> loop =
              op.first() && form != SgdLoop.Form.BARE
                  ? PlainSteps.sgd(dtype, form, true)
                  : (dtype == DType.FLOAT64 ? SGD_F64 : SGD_F32).get(form).form(count);
          return (at, n) -> loop.run(rates, at, n);
        });
  }

  /** Inputs: p, g, m, v and, with amsgrad, the largest v so far. */
  static void run(AdamStep op, Tensor[] in) {
    AdamLoop.Form form = AdamLoop.Form.of(op.decoupled(), op.amsgrad());
    StepRates.Adam rates = StepRates.Adam.of(op);
    long count = in[0].numel();
    InPlace.run(
        op,
        in,
        dtype -> {
          Loops.Step<StepRates.Adam> loop =
              (dtype == DType.FLOAT64 ? ADAM_F64 : ADAM_F32).get(form).form(count);
          return (at, n) -> loop.run(rates, at, n);
        });
  }

  private static Kernel<Loops.Step<StepRates.Sgd>> sgd(DType dtype, SgdLoop.Form form) {
    Loops.Step<StepRates.Sgd> plain = PlainSteps.sgd(dtype, form, false);
    return new Kernel<>(
        plain,
        () -> Stamp.copyOf(SgdLoop.class, new SgdLoop.Data(species(dtype), form, plain)),
        Exercises::sgd);
  }

  private static Kernel<Loops.Step<StepRates.Adam>> adam(DType dtype, AdamLoop.Form form) {
    Loops.Step<StepRates.Adam> plain = PlainSteps.adam(dtype, form);
    return new Kernel<>(
        plain,
        () -> Stamp.copyOf(AdamLoop.class, new AdamLoop.Data(species(dtype), form, plain)),
        Exercises::adam);
  }

  private static VectorSpecies<?> species(DType dtype) {
    return dtype == DType.FLOAT64 ? Lanes.F64 : Lanes.F32;
  }
}
