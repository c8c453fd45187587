package dev.weft.engine.cpu;

import static jdk.incubator.vector.VectorOperators.FMA;

import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.Vector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Steps of SGD on whole registers: a copy per element type and form, see {@link Stamp}. What is
 * left over goes to the plain loop.
 */
final class SgdLoop implements Loops.Step<StepRates.Sgd> {

  /** Which parts of the formula there are. */
  enum Form {
    BARE,
    MOMENTUM,
    NESTEROV
  }

  /** What a copy is made with. */
  record Data(VectorSpecies<?> species, Form form, Loops.Step<StepRates.Sgd> rest) {}

  private static final Data DATA = Stamp.data(MethodHandles.lookup(), Data.class);

  @SuppressWarnings("unchecked") // Number stands for the element type, whichever it is
  private static final VectorSpecies<Number> S = (VectorSpecies<Number>) DATA.species();

  private static final boolean MOMENTUM = DATA.form() != Form.BARE;
  private static final boolean NESTEROV = DATA.form() == Form.NESTEROV;

  @Override
  public void run(StepRates.Sgd rates, long[] at, long count) {
    Vector<Number> sign = Lanes.broadcast(S, rates.sign());
    Vector<Number> decay = Lanes.broadcast(S, rates.decay());
    Vector<Number> momentum = Lanes.broadcast(S, rates.momentum());
    Vector<Number> fresh = Lanes.broadcast(S, rates.fresh());
    Vector<Number> down = Lanes.broadcast(S, -rates.lr());
    long bytes = S.elementSize() / 8;
    long end = S.loopBound(count) * bytes;
    long p = at[0];
    long g = at[1];
    long b = MOMENTUM ? at[2] : 0;
    for (long i = 0; i < end; i += S.vectorByteSize()) {
      Vector<Number> x = Lanes.load(S, p + i);
      Vector<Number> d = x.lanewise(FMA, decay, Lanes.load(S, g + i).mul(sign));
      if (MOMENTUM) {
        Vector<Number> sum = Lanes.load(S, b + i).lanewise(FMA, momentum, d.mul(fresh));
        Lanes.store(sum, b + i);
        d = NESTEROV ? sum.lanewise(FMA, momentum, d) : sum;
      }
      Lanes.store(d.lanewise(FMA, down, x), p + i);
    }
    DATA.rest().run(rates, Loops.advance(at, end), count - end / bytes);
  }
}
