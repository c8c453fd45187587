package dev.weft.optim;

import dev.weft.engine.DType;
import dev.weft.engine.ShapeException;
import dev.weft.engine.Tensor;
import dev.weft.nn.Parameter;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Momentum made orthogonal, for the matrices of hidden layers: b ← μb + (1 − μ)g; d = μb + (1 − μ)g
 * (Nesterov) or b; p ← (1 − ηλ)p − η' O(d), where O(d) = UVᵀ, roughly, for d = USVᵀ. O is found
 * without a decomposition, by Newton and Schulz's iteration X ← aX + (bA + cA²)X with A = XXᵀ from
 * d / ‖d‖, in float32 or wider.
 *
 * <p>Shape: parameters must be matrices; give embeddings, heads, biases and gains to {@link AdamW}.
 * Defaults: learning rate 1e-3, μ 0.95 with Nesterov, weight decay 0.1, 5 iterations with (a, b, c)
 * = (3.4445, −4.775, 2.0315), η' = η √max(1, rows / columns). Source: Jordan et al., "Muon: an
 * optimizer for hidden layers in neural networks", 2024; the other scale: Liu et al., "Muon is
 * scalable for LLM training", 2025.
 */
public final class Muon extends Optimizer {

  /** How the learning rate becomes that of a matrix. */
  public enum Adjustment {
    /** η √max(1, rows / columns). */
    ORIGINAL,
    /** 0.2 η √max(rows, columns): steps are as large as AdamW's, and its rates fit. */
    MATCH_RMS_ADAMW
  }

  private static final String BUFFER = "momentum_buffer";

  /** With a learning rate of 1e-3. */
  public Muon(Collection<?> parameters) {
    this(parameters, 1e-3);
  }

  /**
   * Over {@link Parameter}s or {@link ParameterGroup}s of them, all matrices.
   *
   * @param lr the learning rate η
   */
  public Muon(Collection<?> parameters, double lr) {
    super("Muon", defaults(lr), parameters);
    for (Parameter parameter : parameters()) {
      requireMatrix(parameter);
    }
  }

  private static Map<String, Object> defaults(double lr) {
    var defaults = new LinkedHashMap<String, Object>();
    defaults.put("lr", lr);
    defaults.put("weight_decay", 0.1);
    defaults.put("momentum", 0.95);
    defaults.put("nesterov", true);
    defaults.put("ns_coefficients", List.of(3.4445, -4.775, 2.0315));
    defaults.put("eps", 1e-7);
    defaults.put("ns_steps", 5L);
    defaults.put("adjust_lr_fn", Optional.empty());
    return defaults;
  }

  private static void requireMatrix(Parameter parameter) {
    if (parameter.rank() != 2) {
      throw new ShapeException(
          "Muon: a parameter of "
              + parameter.spec()
              + " is no matrix; give it to another optimizer, such as AdamW");
    }
  }

  /** Sets λ. Returns this. */
  public Muon weightDecay(double weightDecay) {
    configure("weight_decay", weightDecay);
    return this;
  }

  /** Sets μ. Returns this. */
  public Muon momentum(double momentum) {
    configure("momentum", momentum);
    return this;
  }

  /** Looks ahead along the momentum. Returns this. */
  public Muon nesterov(boolean on) {
    configure("nesterov", on);
    return this;
  }

  /** Sets the coefficients of the iteration. Returns this. */
  public Muon nsCoefficients(double a, double b, double c) {
    configure("ns_coefficients", List.of(a, b, c));
    return this;
  }

  /** Sets how often it is iterated. Returns this. */
  public Muon nsSteps(long steps) {
    configure("ns_steps", steps);
    return this;
  }

  /** Sets the least norm that d is divided by. Returns this. */
  public Muon eps(double eps) {
    configure("eps", eps);
    return this;
  }

  /** Sets how the rate is adjusted to the shape of a matrix. Returns this. */
  public Muon adjustLr(Adjustment adjustment) {
    configure("adjust_lr_fn", adjustment.name().toLowerCase(Locale.ROOT));
    return this;
  }

  @Override
  protected boolean countsSteps() {
    return false;
  }

  @Override
  protected List<String> stateNames(ParameterGroup group, Parameter parameter) {
    return List.of(BUFFER);
  }

  @Override
  protected void update(ParameterGroup group, Parameter p, Tensor g, ParameterState state) {
    requireMatrix(p);
    double momentum = group.getDouble("momentum");
    Tensor b = average(state.tensor(BUFFER), momentum, g);
    Tensor d = group.getBoolean("nesterov") ? b.mul(momentum).add(g.mul(1 - momentum)) : b;
    Tensor step = orthogonal(group, d);
    shrink(group, p);
    p.subInPlace(step.to(p.dtype()).mul(group.lr() * scale(group, p)));
  }

  private static double scale(ParameterGroup group, Parameter p) {
    double rows = p.size(0);
    double columns = p.size(1);
    return group.get("adjust_lr_fn").equals(Optional.of("match_rms_adamw"))
        ? 0.2 * Math.sqrt(Math.max(rows, columns))
        : Math.sqrt(Math.max(1, rows / columns));
  }

  private static Tensor orthogonal(ParameterGroup group, Tensor d) {
    double a = group.getDouble("ns_coefficients", 0);
    double b = group.getDouble("ns_coefficients", 1);
    double c = group.getDouble("ns_coefficients", 2);
    boolean tall = d.size(0) > d.size(1); // the smaller product is XXᵀ of a wide X
    Tensor wide = tall ? d.t() : d;
    Tensor x = wide.to(DType.promote(d.dtype(), DType.FLOAT32));
    x = x.div(x.norm().clamp(group.getDouble("eps"), Double.POSITIVE_INFINITY));
    for (long i = 0; i < group.getLong("ns_steps"); i++) {
      Tensor gram = x.matmul(x.t());
      x = x.mul(a).add(gram.mul(b).add(gram.matmul(gram).mul(c)).matmul(x));
    }
    return tall ? x.t() : x;
  }
}
