package dev.weft.optim;

import dev.weft.engine.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Steps s and the changes y of the gradient over them: what {@link LBFGS} knows of the inverse
 * Hessian H. Source: Nocedal, "Updating quasi-Newton matrices with limited storage", 1980.
 */
final class CurvaturePairs {

  /** Below this, y·s says nothing about the curvature but rounding. */
  private static final double LEAST = 1e-10;

  /** {@code rho} is 1 / (y·s). */
  private record Pair(Tensor y, Tensor s, double rho) {
    void release() {
      y.release();
      s.release();
    }
  }

  private final List<Pair> pairs = new ArrayList<>();
  private double scale = 1;

  /** Remembers a step, and forgets the oldest where there are more than {@code most}. */
  void add(Tensor y, Tensor s, long most) {
    double ys = LBFGS.dot(y, s);
    if (ys <= LEAST) {
      return;
    }
    if (pairs.size() == most) {
      pairs.removeFirst().release();
    }
    pairs.add(new Pair(y.alias(), s.alias(), 1 / ys));
    scale = ys / LBFGS.dot(y, y);
  }

  /** −Hg, by two passes over the pairs: back through their projections, and forth again. */
  Tensor direction(Tensor gradient) {
    Tensor d = gradient.neg();
    double[] alpha = new double[pairs.size()];
    for (int i = alpha.length - 1; i >= 0; i--) {
      Pair pair = pairs.get(i);
      alpha[i] = LBFGS.dot(pair.s, d) * pair.rho;
      d = d.sub(pair.y.mul(alpha[i]));
    }
    d = d.mul(scale);
    for (int i = 0; i < alpha.length; i++) {
      Pair pair = pairs.get(i);
      d = d.add(pair.s.mul(alpha[i] - LBFGS.dot(pair.y, d) * pair.rho));
    }
    return d;
  }

  // ---------------------------------------------------------------------------------- state

  void save(Map<String, Object> entry) {
    entry.put("old_dirs", pairs.stream().map(pair -> pair.y.alias()).toList());
    entry.put("old_stps", pairs.stream().map(pair -> pair.s.alias()).toList());
    entry.put("ro", pairs.stream().map(Pair::rho).toList());
    entry.put("H_diag", scale);
  }

  static void check(Map<String, Object> entry, long size, List<String> problems) {
    checkNumber(entry, "H_diag", problems);
    if (!(entry.get("old_dirs") instanceof List<?> changes)
        || !(entry.get("old_stps") instanceof List<?> steps)
        || !(entry.get("ro") instanceof List<?> inverses)
        || changes.size() != steps.size()
        || changes.size() != inverses.size()) {
      problems.add("old_dirs, old_stps and ro must be lists of one length");
      return;
    }
    for (int i = 0; i < changes.size(); i++) {
      checkRow("old_dirs[" + i + "]", changes.get(i), size, problems);
      checkRow("old_stps[" + i + "]", steps.get(i), size, problems);
      if (Double.isNaN(number(inverses.get(i)))) {
        problems.add("ro[" + i + "] is no number");
      }
    }
  }

  void restore(Map<String, Object> entry) {
    pairs.forEach(Pair::release);
    pairs.clear();
    var changes = (List<?>) entry.getOrDefault("old_dirs", List.of());
    var steps = (List<?>) entry.getOrDefault("old_stps", List.of());
    var inverses = (List<?>) entry.getOrDefault("ro", List.of());
    for (int i = 0; i < changes.size(); i++) {
      Tensor y = ((Tensor) changes.get(i)).copy().alias();
      Tensor s = ((Tensor) steps.get(i)).copy().alias();
      pairs.add(new Pair(y, s, number(inverses.get(i))));
    }
    scale = number(entry.get("H_diag"));
  }

  static void checkRow(String name, @Nullable Object value, long size, List<String> problems) {
    if (!(value instanceof Tensor row) || row.isReleased() || row.rank() != 1) {
      problems.add(name + " is no row of numbers");
    } else if (row.numel() != size) {
      problems.add(name + " has " + row.numel() + " elements, the parameters have " + size);
    }
  }

  static void checkNumber(Map<String, Object> entry, String name, List<String> problems) {
    if (Double.isNaN(number(entry.get(name)))) {
      problems.add(name + " is no number");
    }
  }

  /** A number, which PyTorch may keep as a tensor. */
  static double number(@Nullable Object value) {
    return switch (value) {
      case Number number -> number.doubleValue();
      case Tensor tensor when !tensor.isReleased() && tensor.numel() == 1 -> tensor.item();
      case null -> Double.NaN;
      default -> Double.NaN;
    };
  }
}
