package dev.weft.optim;

import java.util.Map;

/**
 * Half a cosine from the base rate down to {@code etaMin}, again and again, each time {@code tMult}
 * times as long. Source: Loshchilov, Hutter, "SGDR: stochastic gradient descent with warm
 * restarts", 2017.
 */
public final class CosineAnnealingWarmRestarts extends LRScheduler {

  private final long t0;
  private final long tMult;
  private final double etaMin;

  /** How far the current period has come, and how long it is. */
  private double current = -1;

  private double length;

  /** Periods of {@code t0} epochs, down to 0. */
  public CosineAnnealingWarmRestarts(Optimizer optimizer, long t0) {
    this(optimizer, t0, 1, 0);
  }

  public CosineAnnealingWarmRestarts(Optimizer optimizer, long t0, long tMult, double etaMin) {
    super(optimizer);
    this.t0 = requirePositive("t0", t0);
    this.tMult = requirePositive("tMult", tMult);
    this.etaMin = requireRange("etaMin", etaMin, 0, Double.MAX_VALUE);
    this.length = t0;
    start();
  }

  @Override
  void rejoin() {
    current = -1;
    length = t0;
    super.rejoin();
  }

  @Override
  public void step() {
    current++;
    if (current >= length) {
      current -= length;
      length *= tMult;
    }
    stepTo(lastEpoch() + 1);
  }

  /** Goes to any point in time, such as {@code epoch + batch / batches}. */
  public void step(double epoch) {
    if (!(epoch >= 0 && epoch < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(name() + ": epoch " + epoch + ": must be at least 0");
    }
    current = epoch;
    length = t0;
    if (tMult == 1) {
      current = epoch % t0;
    } else {
      while (current >= length) {
        current -= length;
        length *= tMult;
      }
    }
    stepTo((long) Math.floor(epoch));
  }

  @Override
  protected double lr(ParameterGroup group, double baseLr) {
    return etaMin + (baseLr - etaMin) * (1 + Math.cos(Math.PI * current / length)) / 2;
  }

  @Override
  protected Map<String, Object> settings() {
    return Map.of("T_0", t0, "T_mult", tMult, "eta_min", etaMin);
  }

  @Override
  protected Map<String, Object> progress() {
    return Map.of("T_cur", current, "T_i", length);
  }

  @Override
  protected void restoreProgress(Map<String, Object> state) {
    current = number(state, "T_cur");
    length = number(state, "T_i");
  }
}
