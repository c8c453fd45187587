package dev.weft.optim;

import dev.weft.engine.DType;
import dev.weft.engine.Shape;
import dev.weft.engine.Tensor;
import dev.weft.nn.Parameter;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Second moments of matrices from those of their rows and columns, so that next to no memory is
 * needed: with κ = t^γ, r ← (1 − κ)r + κ mean(g² along columns), c likewise along rows, v = rc /
 * mean(r); for other shapes v ← (1 − κ)v + κg². u = g / √max(v, ε₁²); p ← (1 − ηλ)p − α u / max(1,
 * rms(u) / d) with α = max(ε₂, rms(p)) min(η, 1/√t).
 *
 * <p>Shape: the last two dimensions are factored. Defaults: learning rate 0.01, γ −0.8, ε₁ the
 * dtype's epsilon, ε₂ 1e-3, d 1, no weight decay. Source: Shazeer, Stern, "Adafactor: adaptive
 * learning rates with sublinear memory cost", 2018.
 */
public final class Adafactor extends Optimizer {

  private static final String ROWS = "row_var";
  private static final String COLUMNS = "col_var";
  private static final String FULL = "variance";

  /** With a learning rate of 0.01. */
  public Adafactor(Collection<?> parameters) {
    this(parameters, 1e-2);
  }

  /**
   * Over {@link Parameter}s or {@link ParameterGroup}s.
   *
   * @param lr the learning rate η, the most that a relative step may be
   */
  public Adafactor(Collection<?> parameters, double lr) {
    super("Adafactor", defaults(lr), parameters);
  }

  private static Map<String, Object> defaults(double lr) {
    var defaults = new LinkedHashMap<String, Object>();
    defaults.put("lr", lr);
    defaults.put("beta2_decay", -0.8);
    defaults.put("eps", List.of(Optional.empty(), 1e-3));
    defaults.put("d", 1.0);
    defaults.put("weight_decay", 0.0);
    defaults.put("maximize", false);
    return defaults;
  }

  /** Sets γ, at most 0. Returns this. */
  public Adafactor beta2Decay(double beta2Decay) {
    configure("beta2_decay", beta2Decay);
    return this;
  }

  /** Sets ε₁, in the place of the epsilon of the parameter's dtype, and ε₂. Returns this. */
  public Adafactor eps(double eps1, double eps2) {
    configure("eps", List.of(eps1, eps2));
    return this;
  }

  /** Sets d, above which the root mean square of a step is cut back. Returns this. */
  public Adafactor d(double d) {
    configure("d", d);
    return this;
  }

  /** Sets λ. Returns this. */
  public Adafactor weightDecay(double weightDecay) {
    configure("weight_decay", weightDecay);
    return this;
  }

  /** Climbs instead of descending. Returns this. */
  public Adafactor maximize(boolean on) {
    configure("maximize", on);
    return this;
  }

  @Override
  protected List<String> stateNames(ParameterGroup group, Parameter parameter) {
    return parameter.rank() > 1 ? List.of(ROWS, COLUMNS) : List.of(FULL);
  }

  @Override
  protected Shape stateShape(String name, Parameter parameter) {
    return switch (name) {
      case ROWS -> parameter.shape().with(-1, 1);
      case COLUMNS -> parameter.shape().with(-2, 1);
      default -> parameter.shape();
    };
  }

  @Override
  protected void update(ParameterGroup group, Parameter p, Tensor gradient, ParameterState state) {
    long t = state.nextStep();
    var eps = (List<?>) group.get("eps");
    double least = eps.getFirst() instanceof Double given ? given : epsilon(p.dtype());
    double kept = 1 - Math.pow(t, group.getDouble("beta2_decay"));
    double rate = Math.min(group.lr(), 1 / Math.sqrt(t));
    double alpha = Math.max(group.getDouble("eps", 1), rootMeanSquare(p)) * rate;
    Tensor g = directed(group, gradient);
    shrink(group, p);
    Tensor u = variance(p, g, kept, least, state).clamp(least * least, Double.POSITIVE_INFINITY);
    u = u.rsqrt().mul(g);
    double excess = Math.max(1, rootMeanSquare(u) / group.getDouble("d"));
    p.subInPlace(u.mul(alpha / excess));
  }

  private Tensor variance(Parameter p, Tensor g, double kept, double least, ParameterState state) {
    Tensor square = g.square();
    if (p.rank() < 2) {
      return average(state.tensor(FULL), kept, square);
    }
    Tensor rows = state.tensor(ROWS, stateShape(ROWS, p));
    Tensor columns = state.tensor(COLUMNS, stateShape(COLUMNS, p));
    average(rows, kept, square.mean(-1, true));
    average(columns, kept, square.mean(-2, true));
    return rows.mul(columns).div(rows.mean(-2, true).clamp(least, Double.POSITIVE_INFINITY));
  }

  private static double rootMeanSquare(Tensor x) {
    return x.numel() == 0 ? 0 : Math.sqrt(x.square().mean().item());
  }

  /** The distance from 1 to the next number. */
  private static double epsilon(DType dtype) {
    return switch (dtype) {
      case FLOAT64 -> 0x1p-52;
      case FLOAT32 -> 0x1p-23;
      case FLOAT16 -> 0x1p-10;
      case BFLOAT16 -> 0x1p-7;
      default -> throw new IllegalArgumentException("Adafactor: a parameter of " + dtype);
    };
  }
}
