package dev.weft.engine.reference;

import dev.weft.engine.Tensor;
import dev.weft.engine.op.AdamStep;
import dev.weft.engine.op.SgdStep;

/** Optimizer steps: they change their inputs in place. */
final class Steps {

  private Steps() {}

  /** Inputs: p, g and, with momentum, b. */
  static void sgd(SgdStep op, Tensor[] in) {
    double[] p = Values.doubles(in[0]);
    double[] g = Values.doubles(in[1]);
    boolean momentum = op.momentum() != 0;
    double[] b = momentum ? Values.doubles(in[2]) : new double[0];
    for (int i = 0; i < p.length; i++) {
      double d = (op.maximize() ? -g[i] : g[i]) + op.weightDecay() * p[i];
      if (momentum) {
        b[i] = op.first() ? d : op.momentum() * b[i] + (1 - op.dampening()) * d;
        d = op.nesterov() ? d + op.momentum() * b[i] : b[i];
      }
      p[i] -= op.lr() * d;
    }
    Values.write(in[0], p);
    if (momentum) {
      Values.write(in[2], b);
    }
  }

  /** Inputs: p, g, m, v and, with amsgrad, the largest v so far. */
  static void adam(AdamStep op, Tensor[] in) {
    double[] p = Values.doubles(in[0]);
    double[] g = Values.doubles(in[1]);
    double[] m = Values.doubles(in[2]);
    double[] v = Values.doubles(in[3]);
    double[] largest = op.amsgrad() ? Values.doubles(in[4]) : v;
    double correction1 = 1 - Math.pow(op.beta1(), op.step());
    double correction2 = 1 - Math.pow(op.beta2(), op.step());
    for (int i = 0; i < p.length; i++) {
      double d = op.maximize() ? -g[i] : g[i];
      if (op.decoupled()) {
        p[i] *= 1 - op.lr() * op.weightDecay();
      } else {
        d += op.weightDecay() * p[i];
      }
      m[i] = op.beta1() * m[i] + (1 - op.beta1()) * d;
      v[i] = op.beta2() * v[i] + (1 - op.beta2()) * d * d;
      largest[i] = Math.max(largest[i], v[i]);
      p[i] -= op.lr() * (m[i] / correction1) / (Math.sqrt(largest[i] / correction2) + op.eps());
    }
    Values.write(in[0], p);
    Values.write(in[2], m);
    Values.write(in[3], v);
    if (op.amsgrad()) {
      Values.write(in[4], largest);
    }
  }
}
