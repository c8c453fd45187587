package dev.weft.engine.cpu;

import static jdk.incubator.vector.VectorOperators.FMA;
import static jdk.incubator.vector.VectorOperators.MAX;
import static jdk.incubator.vector.VectorOperators.SQRT;

import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.Vector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Steps of Adam on whole registers: a copy per element type and form, see {@link Stamp}. What is
 * left over goes to the plain loop.
 */
final class AdamLoop implements Loops.Step<StepRates.Adam> {

  /** Which parts of the formula there are. */
  enum Form {
    ADAM,
    ADAMW,
    ADAM_AMSGRAD,
    ADAMW_AMSGRAD;

    static Form of(boolean decoupled, boolean amsgrad) {
      return decoupled ? amsgrad ? ADAMW_AMSGRAD : ADAMW : amsgrad ? ADAM_AMSGRAD : ADAM;
    }

    boolean isDecoupled() {
      return this == ADAMW || this == ADAMW_AMSGRAD;
    }

    boolean isAmsgrad() {
      return this == ADAM_AMSGRAD || this == ADAMW_AMSGRAD;
    }
  }

  /** What a copy is made with. */
  record Data(VectorSpecies<?> species, Form form, Loops.Step<StepRates.Adam> rest) {}

  private static final Data DATA = Stamp.data(MethodHandles.lookup(), Data.class);

  @SuppressWarnings("unchecked") // Number stands for the element type, whichever it is
  private static final VectorSpecies<Number> S = (VectorSpecies<Number>) DATA.species();

  private static final boolean DECOUPLED = DATA.form().isDecoupled();
  private static final boolean AMSGRAD = DATA.form().isAmsgrad();

  @Override
  public void run(StepRates.Adam rates, long[] at, long count) {
    Vector<Number> sign = Lanes.broadcast(S, rates.sign());
    Vector<Number> decay = Lanes.broadcast(S, DECOUPLED ? rates.shrink() : rates.decay());
    Vector<Number> beta1 = Lanes.broadcast(S, rates.beta1());
    Vector<Number> fresh1 = Lanes.broadcast(S, rates.fresh1());
    Vector<Number> beta2 = Lanes.broadcast(S, rates.beta2());
    Vector<Number> fresh2 = Lanes.broadcast(S, rates.fresh2());
    Vector<Number> root = Lanes.broadcast(S, rates.root());
    Vector<Number> eps = Lanes.broadcast(S, rates.eps());
    Vector<Number> down = Lanes.broadcast(S, -rates.step());
    long bytes = S.elementSize() / 8;
    long end = S.loopBound(count) * bytes;
    long p = at[0];
    long g = at[1];
    long m = at[2];
    long v = at[3];
    long w = AMSGRAD ? at[4] : 0;
    for (long i = 0; i < end; i += S.vectorByteSize()) {
      Vector<Number> x = Lanes.load(S, p + i);
      Vector<Number> d = Lanes.load(S, g + i).mul(sign);
      if (DECOUPLED) {
        x = x.mul(decay);
      } else {
        d = x.lanewise(FMA, decay, d);
      }
      Vector<Number> first = d.lanewise(FMA, fresh1, Lanes.load(S, m + i).mul(beta1));
      Lanes.store(first, m + i);
      Vector<Number> second = d.mul(fresh2).lanewise(FMA, d, Lanes.load(S, v + i).mul(beta2));
      Lanes.store(second, v + i);
      if (AMSGRAD) {
        second = Lanes.load(S, w + i).lanewise(MAX, second);
        Lanes.store(second, w + i);
      }
      Vector<Number> scale = second.lanewise(SQRT).lanewise(FMA, root, eps);
      Lanes.store(first.div(scale).lanewise(FMA, down, x), p + i);
    }
    DATA.rest().run(rates, Loops.advance(at, end), count - end / bytes);
  }
}
