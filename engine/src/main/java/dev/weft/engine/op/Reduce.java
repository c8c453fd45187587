package dev.weft.engine.op;

import static dev.weft.engine.Shape.shape;

import dev.weft.engine.DType;
import dev.weft.engine.DTypeException;
import dev.weft.engine.Dispatch;
import dev.weft.engine.Shape;
import dev.weft.engine.ShapeException;
import dev.weft.engine.Tensor;
import dev.weft.engine.TensorSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Combines all elements along {@code dims}.
 *
 * <p>Shape: the dims disappear, or stay with size 1 when {@code keepdim}. Dtype: sums and products
 * of integers and bool are int64; mean needs a floating dtype; any and all give bool; amax and amin
 * keep theirs. Half types are summed in float32. The order of partial sums is fixed, so the result
 * does not depend on the number of threads. NaN wins in amax and amin. An empty amax or amin is
 * refused; an empty sum is 0, an empty product 1, an empty mean NaN.
 *
 * @param dims ascending, counted from 0
 */
public record Reduce(Kind kind, List<Integer> dims, boolean keepdim) implements Op {

  /** What is done with the elements. */
  public enum Kind {
    SUM,
    MEAN,
    PROD,
    AMAX,
    AMIN,
    ANY,
    ALL;

    /** PyTorch's name: {@code amax}. */
    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  public Reduce {
    dims = List.copyOf(dims);
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> inputs) {
    TensorSpec x = inputs.getFirst();
    Shape shape = x.shape();
    long reduced = 1;
    for (int i = dims.size() - 1; i >= 0; i--) {
      int dim = dims.get(i);
      x.requireDim(this, dim);
      if (x.rank() == 0) {
        continue;
      }
      reduced *= x.shape().size(dim);
      shape = keepdim ? shape.with(dim, 1) : shape.without(dim);
    }
    DType dtype =
        switch (kind) {
          case SUM, PROD -> x.dtype().isFloating() ? x.dtype() : DType.INT64;
          case MEAN -> x.requireFloating(this).dtype();
          case AMAX, AMIN -> x.dtype();
          case ANY, ALL -> DType.BOOL;
        };
    if (reduced == 0 && shape.numel() > 0 && (kind == Kind.AMAX || kind == Kind.AMIN)) {
      throw new ShapeException(this + ": " + x.shape() + ": an empty slice has no extreme");
    }
    return List.of(x.withShape(shape).withDtype(dtype));
  }

  /**
   * The gradient spread over what was combined: evenly for mean, among the ties for amax and amin.
   */
  @Override
  public Gradient gradient() {
    return switch (kind) {
      case SUM ->
          Gradient.parts(
              new Gradient.Part(
                  Gradient.Saves.NOTHING, (g, p) -> spread(g, p.inputSpec(0).shape())));
      case MEAN ->
          Gradient.parts(
              new Gradient.Part(
                  Gradient.Saves.NOTHING,
                  (g, p) -> {
                    Shape shape = p.inputSpec(0).shape();
                    return spread(g.div((double) shape.numel() / Math.max(1, g.numel())), shape);
                  }));
      case PROD ->
          Gradient.parts(
              Gradient.fromInputs(
                  1,
                  (g, p) -> {
                    Tensor x = p.input(0);
                    return dims.isEmpty() || x.rank() == 0
                        ? g
                        : spread(g, x.shape()).mul(productOfOthers(x));
                  }));
      case AMAX, AMIN ->
          Gradient.parts(
              Gradient.from(
                  1,
                  1,
                  (g, p) -> {
                    Tensor x = p.input(0);
                    Tensor ties = x.eq(spread(p.output(0), x.shape())).to(g.dtype());
                    if (dims.isEmpty()) {
                      return g; // nothing was combined, every element is its own extreme
                    }
                    Tensor count = ties.sum(intDims(), true);
                    return ties.mul(spread(g, x.shape())).div(count.expand(x.shape()));
                  }));
      case ANY, ALL -> Gradient.none();
    };
  }

  /**
   * For each element the product of all others that it was combined with: that of those before it
   * times that of those behind. No division, so zeros need no care.
   */
  private Tensor productOfOthers(Tensor x) {
    int[] order =
        IntStream.concat(
                IntStream.range(0, x.rank()).filter(d -> !dims.contains(d)),
                dims.stream().mapToInt(Integer::intValue))
            .toArray();
    int kept = x.rank() - dims.size();
    Tensor last = x.permute(order);
    long combined = last.shape().slice(kept, x.rank()).numel();
    Shape rows = last.shape().slice(0, kept).concat(Shape.of(combined));
    Tensor flat = last.reshape(rows);
    Tensor before = running(flat, kept, false);
    Tensor behind = running(flat, kept, true);
    int[] back = new int[order.length];
    for (int d = 0; d < order.length; d++) {
      back[order[d]] = d;
    }
    return before.mul(behind).reshape(last.shape()).permute(back);
  }

  private static Tensor running(Tensor flat, int dim, boolean reverse) {
    Tensor product = Dispatch.run(new Scan(Scan.Kind.PROD, dim, reverse), flat);
    return LinearScan.shifted(product, dim, reverse, 1);
  }

  private int[] intDims() {
    return dims.stream().mapToInt(Integer::intValue).toArray();
  }

  /** Puts the reduced dims back and repeats along them. */
  private Tensor spread(Tensor g, Shape shape) {
    if (!keepdim) {
      Shape kept = shape;
      if (shape.rank() > 0) {
        for (int dim : dims) {
          kept = kept.with(dim, 1);
        }
      }
      g = g.reshape(kept);
    }
    return g.expand(shape);
  }

  @Override
  public Set<DType> dtypes() {
    return kind == Kind.MEAN ? DTypes.FLOATING : DTypes.ALL;
  }

  @Override
  public Autocast autocast() {
    return kind == Kind.SUM || kind == Kind.PROD ? Autocast.FLOAT32 : Autocast.AS_IS;
  }

  public static List<Sample> samples() {
    var samples = new ArrayList<Sample>();
    for (Kind kind : Kind.values()) {
      samples.add(Sample.of(new Reduce(kind, List.of(0, 1), false), shape(5, 7)));
      samples.add(Sample.of(new Reduce(kind, List.of(1), false), shape(5, 67)));
      samples.add(Sample.of(new Reduce(kind, List.of(0), true), shape(5, 7)));
      samples.add(Sample.of(new Reduce(kind, List.of(0, 2), false), shape(2, 3, 4)));
      samples.add(Sample.of(new Reduce(kind, List.of(1), true), shape(2, 3, 4)));
      samples.add(Sample.of(new Reduce(kind, List.of(), false), shape(3)));
      samples.add(Sample.of(new Reduce(kind, List.of(0), false), shape()));
      samples.add(Sample.of(new Reduce(kind, List.of(1), false), shape(0, 3)));
    }
    samples.add(Sample.of(new Reduce(Kind.SUM, List.of(0), false), shape(0, 3)));
    samples.add(Sample.of(new Reduce(Kind.PROD, List.of(0), false), shape(0, 3)));
    samples.add(Sample.of(new Reduce(Kind.ALL, List.of(0), false), shape(0, 3)));
    return samples;
  }

  public static List<ErrorSample> errors() {
    TensorSpec x = TensorSpec.of(shape(0, 3), DType.FLOAT32);
    return List.of(
        ErrorSample.of(
            new Reduce(Kind.AMAX, List.of(0), false), ShapeException.class, "an empty slice", x),
        ErrorSample.of(
            new Reduce(Kind.SUM, List.of(2), false),
            ShapeException.class,
            "dimension 2 is out of range",
            x),
        ErrorSample.of(
            new Reduce(Kind.MEAN, List.of(0), false),
            DTypeException.class,
            "needs a floating dtype",
            TensorSpec.of(shape(3), DType.INT64)));
  }

  @Override
  public String toString() {
    return kind + "[dims=" + dims + (keepdim ? ", keepdim" : "") + "]";
  }
}
