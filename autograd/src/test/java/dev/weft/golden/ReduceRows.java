package dev.weft.golden;

import dev.weft.engine.Interpolation;
import dev.weft.engine.StatisticsOps.Moments;
import dev.weft.engine.Tensor;
import dev.weft.engine.ValuesAndIndices;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/** Reductions and statistics. */
final class ReduceRows {

  private ReduceRows() {}

  static void addTo(Rows rows) {
    rows.one("torch.all", a -> a.reduce(Tensor::all, Tensor::all));
    rows.one("torch.amax", a -> a.reduce(Tensor::max, Tensor::amax));
    rows.one("torch.amin", a -> a.reduce(Tensor::min, Tensor::amin));
    rows.many("torch.aminmax", ReduceRows::aminmax);
    rows.one("torch.any", a -> a.reduce(Tensor::any, Tensor::any));
    rows.one("torch.argmax", a -> a.reduce(Tensor::argmax, (x, d, k) -> x.argmax(only(d), k)));
    rows.one("torch.argmin", a -> a.reduce(Tensor::argmin, (x, d, k) -> x.argmin(only(d), k)));
    rows.one("torch.count_nonzero", a -> a.input().countNonzero(dims(a)));
    rows.one("torch.logsumexp", a -> a.input().logsumexp(dims(a), keepdim(a)));
    rows.many("torch.max", a -> extremes(a, true));
    rows.one("torch.mean", a -> a.as(a.converted().reduce(Tensor::mean, Tensor::mean)));
    rows.many(
        "torch.median", a -> picked(a, Tensor::median, x -> x.median(a.dim("dim"), keepdim(a))));
    rows.many("torch.min", a -> extremes(a, false));
    rows.many("torch.mode", a -> both(a.input().mode(a.dim("dim", -1), keepdim(a))));
    rows.one("torch.nanmean", a -> a.input().nanmean(dims(a), keepdim(a)));
    rows.many(
        "torch.nanmedian",
        a -> picked(a, Tensor::nanmedian, x -> x.nanmedian(a.dim("dim"), keepdim(a))));
    rows.one("torch.nanquantile", a -> quantile(a, true));
    rows.one("torch.nansum", a -> a.input().nansum(dims(a), keepdim(a)));
    rows.one("torch.norm", a -> a.input().norm(p(a), dims(a), keepdim(a)));
    rows.one(
        "torch.prod",
        a -> a.as(a.converted().reduce(Tensor::prod, (x, d, k) -> x.prod(only(d), k))));
    rows.one("torch.quantile", a -> quantile(a, false));
    rows.one("torch.std", a -> a.input().std(dims(a), correction(a), keepdim(a)));
    rows.many("torch.std_mean", a -> both(a.input().stdMean(dims(a), correction(a), keepdim(a))));
    rows.one("torch.sum", a -> a.as(a.converted().reduce(Tensor::sum, Tensor::sum)));
    rows.unary("torch.trace", Tensor::trace);
    rows.one("torch.var", a -> a.input().var(dims(a), correction(a), keepdim(a)));
    rows.many("torch.var_mean", a -> both(a.input().varMean(dims(a), correction(a), keepdim(a))));
  }

  private static int only(int[] dims) {
    if (dims.length != 1) {
      throw new IllegalArgumentException("a call with several dims does not compile");
    }
    return dims[0];
  }

  /** No dims for all of them. */
  private static int[] dims(Arguments a) {
    return a.has("dim") ? a.ints("dim") : new int[0];
  }

  private static boolean keepdim(Arguments a) {
    return a.flag("keepdim", false);
  }

  private static double correction(Arguments a) {
    return a.has("unbiased") ? (a.flag("unbiased", true) ? 1 : 0) : a.number("correction", 1);
  }

  private static double p(Arguments a) {
    return a.has("p") && a.get("p").equals("fro") ? 2 : a.number("p", 2);
  }

  private static List<Tensor> both(ValuesAndIndices found) {
    return List.of(found.values(), found.indices());
  }

  private static List<Tensor> both(Moments found) {
    return List.of(found.spread(), found.mean());
  }

  private static List<Tensor> picked(
      Arguments a, Function<Tensor, Tensor> all, Function<Tensor, ValuesAndIndices> along) {
    return a.has("dim") ? both(along.apply(a.input())) : List.of(all.apply(a.input()));
  }

  private static List<Tensor> extremes(Arguments a, boolean largest) {
    return picked(
        a,
        x -> largest ? x.max() : x.min(),
        x -> largest ? x.max(a.dim("dim"), keepdim(a)) : x.min(a.dim("dim"), keepdim(a)));
  }

  private static List<Tensor> aminmax(Arguments a) {
    var found = a.has("dim") ? a.input().aminmax(a.dim("dim"), keepdim(a)) : a.input().aminmax();
    return List.of(found.min(), found.max());
  }

  private static Tensor quantile(Arguments a, boolean skipNan) {
    var how = Interpolation.valueOf(a.text("interpolation", "linear").toUpperCase(Locale.ROOT));
    Tensor x = a.input();
    if (a.get("q") instanceof Tensor q) {
      int dim = a.dim("dim", 0);
      x = a.has("dim") ? x : x.flatten();
      return skipNan ? x.nanquantile(q, dim, keepdim(a), how) : x.quantile(q, dim, keepdim(a), how);
    }
    double q = a.number("q");
    if (!a.has("dim")) {
      return skipNan ? x.nanquantile(q, how) : x.quantile(q, how);
    }
    int dim = a.dim("dim");
    return skipNan ? x.nanquantile(q, dim, keepdim(a), how) : x.quantile(q, dim, keepdim(a), how);
  }
}
