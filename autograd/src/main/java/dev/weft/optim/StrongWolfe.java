package dev.weft.optim;

import dev.weft.engine.Tensor;
import java.util.function.DoubleFunction;

/**
 * Looks along a direction d for a step size t that lowers the loss enough, φ(t) ≤ φ(0) + c₁tφ'(0),
 * where it no longer falls steeply, |φ'(t)| ≤ c₂|φ'(0)|: first for an interval that must hold such
 * a t, then by making that smaller. Sizes in between come from the cubic through both ends.
 *
 * <p>Source: Nocedal, Wright, "Numerical optimization", 2006, algorithms 3.5 and 3.6.
 */
final class StrongWolfe {

  private static final double ENOUGH = 1e-4;
  private static final double FLATTER = 0.9;

  /** φ and what is known of it at one size. */
  record Point(double size, LBFGS.Value value, double slope) {
    double loss() {
      return value.loss();
    }
  }

  private final DoubleFunction<LBFGS.Value> evaluate;
  private final Tensor d;
  private final long most;
  private int searched;

  /**
   * @param evaluate the loss and its gradient at a step size
   * @param most how many sizes are tried behind the first
   */
  StrongWolfe(DoubleFunction<LBFGS.Value> evaluate, Tensor d, long most) {
    this.evaluate = evaluate;
    this.d = d;
    this.most = most;
  }

  private Point at(double size) {
    LBFGS.Value value = evaluate.apply(size);
    return new Point(size, value, LBFGS.dot(value.gradient(), d));
  }

  /**
   * The point that was found, or the lowest one when the search took too long.
   *
   * @param first the size to begin with
   * @param start the value at 0
   * @param slope φ'(0), below 0
   * @param tolerance the change of a parameter below which the interval is not divided further
   */
  Point run(double first, LBFGS.Value start, double slope, double tolerance) {
    var origin = new Point(0, start, slope);
    Point before = origin;
    Point current = at(first);
    for (; searched < most; searched++) {
      boolean rises = searched > 1 && current.loss() >= before.loss();
      if (isTooHigh(origin, current) || rises) {
        return zoom(origin, before, current, tolerance);
      }
      if (isFlat(origin, current)) {
        return current;
      }
      if (current.slope >= 0) {
        return zoom(origin, before, current, tolerance);
      }
      double least = current.size + 0.01 * (current.size - before.size);
      double next = cubicMinimum(before, current, least, 10 * current.size);
      before = current;
      current = at(next);
    }
    return current.loss() < origin.loss() ? current : origin;
  }

  private static boolean isTooHigh(Point origin, Point point) {
    return point.loss() > origin.loss() + ENOUGH * point.size * origin.slope;
  }

  private static boolean isFlat(Point origin, Point point) {
    return Math.abs(point.slope) <= -FLATTER * origin.slope;
  }

  /** Makes the interval between two points smaller; {@code low} is always the lower end. */
  private Point zoom(Point origin, Point one, Point other, double tolerance) {
    Point low = one.loss() <= other.loss() ? one : other;
    Point high = low == one ? other : one;
    double longest = LBFGS.largest(d);
    boolean stuck = false;
    for (; searched < most; searched++) {
      double left = Math.min(low.size, high.size);
      double right = Math.max(low.size, high.size);
      if ((right - left) * longest < tolerance) {
        return low;
      }
      double size = cubicMinimum(one(low, high), two(low, high), left, right);
      double margin = 0.1 * (right - left);
      boolean atAnEnd = Math.min(right - size, size - left) < margin;
      if (atAnEnd && (stuck || size >= right || size <= left)) {
        size = right - size < size - left ? right - margin : left + margin;
        stuck = false;
      } else {
        stuck = atAnEnd; // once is tolerated: the minimum may lie there
      }
      Point point = at(size);
      if (isTooHigh(origin, point) || point.loss() >= low.loss()) {
        high = point;
        if (high.loss() < low.loss()) {
          Point swapped = low;
          low = high;
          high = swapped;
        }
      } else {
        if (isFlat(origin, point)) {
          return point;
        }
        if (point.slope * (high.size - low.size) >= 0) {
          high = low;
        }
        low = point;
      }
    }
    return low;
  }

  private static Point one(Point a, Point b) {
    return a.size <= b.size ? a : b;
  }

  private static Point two(Point a, Point b) {
    return a.size <= b.size ? b : a;
  }

  /** Where the cubic with these values and slopes at both ends is lowest, within bounds. */
  private static double cubicMinimum(Point a, Point b, double least, double most) {
    double chord = 3 * (a.loss() - b.loss()) / (a.size - b.size);
    double d1 = a.slope + b.slope - chord;
    double square = d1 * d1 - a.slope * b.slope;
    if (!(square >= 0)) {
      return (least + most) / 2;
    }
    double d2 = Math.sqrt(square);
    double minimum =
        b.size - (b.size - a.size) * (b.slope + d2 - d1) / (b.slope - a.slope + 2 * d2);
    return Math.min(Math.max(minimum, least), most);
  }
}
