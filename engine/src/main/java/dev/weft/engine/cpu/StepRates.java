package dev.weft.engine.cpu;

import dev.weft.engine.op.AdamStep;
import dev.weft.engine.op.SgdStep;

/** The numbers that optimizer steps multiply with, worked out once per step. */
final class StepRates {

  private StepRates() {}

  /**
   * Of SGD: d = sign · g + decay · p; with momentum b ← momentum · b + fresh · d; p ← p − lr · d.
   */
  record Sgd(double sign, double decay, double momentum, double fresh, double lr) {

    static Sgd of(SgdStep op) {
      return new Sgd(
          op.maximize() ? -1 : 1, op.weightDecay(), op.momentum(), 1 - op.dampening(), op.lr());
    }
  }

  /**
   * Of Adam: d = sign · g + decay · p, or p ← shrink · p when decoupled; m ← beta1 · m + fresh1 ·
   * d; v ← beta2 · v + fresh2 · d²; p ← p − step · m / (root · √v + eps).
   */
  record Adam(
      double sign,
      double decay,
      double shrink,
      double beta1,
      double fresh1,
      double beta2,
      double fresh2,
      double root,
      double eps,
      double step) {

    static Adam of(AdamStep op) {
      double correction1 = 1 - Math.pow(op.beta1(), op.step());
      double correction2 = 1 - Math.pow(op.beta2(), op.step());
      return new Adam(
          op.maximize() ? -1 : 1,
          op.weightDecay(),
          1 - op.lr() * op.weightDecay(),
          op.beta1(),
          1 - op.beta1(),
          op.beta2(),
          1 - op.beta2(),
          1 / Math.sqrt(correction2),
          op.eps(),
          op.lr() / correction1);
    }
  }
}
