package dev.weft.golden;

import dev.weft.engine.Tensor;
import java.util.List;

/** Reductions. */
final class ReduceRows {

  private ReduceRows() {}

  static void addTo(Rows rows) {
    rows.one("torch.all", a -> a.reduce(Tensor::all, (x, d, k) -> x.all(d[0], k)));
    rows.one("torch.amax", a -> a.reduce(Tensor::max, Tensor::amax));
    rows.one("torch.amin", a -> a.reduce(Tensor::min, Tensor::amin));
    rows.one("torch.any", a -> a.reduce(Tensor::any, (x, d, k) -> x.any(d[0], k)));
    rows.one("torch.argmax", a -> a.reduce(Tensor::argmax, (x, d, k) -> x.argmax(d[0], k)));
    rows.one("torch.argmin", a -> a.reduce(Tensor::argmin, (x, d, k) -> x.argmin(d[0], k)));
    rows.many("torch.max", a -> extremes(a, true));
    rows.one("torch.mean", a -> a.converted().reduce(Tensor::mean, Tensor::mean));
    rows.many("torch.min", a -> extremes(a, false));
    rows.one("torch.sum", a -> a.converted().reduce(Tensor::sum, Tensor::sum));
  }

  private static List<Tensor> extremes(Arguments a, boolean largest) {
    Tensor x = a.input();
    if (!a.has("dim")) {
      return List.of(largest ? x.max() : x.min());
    }
    boolean keepdim = a.flag("keepdim", false);
    var found = largest ? x.max(a.dim("dim"), keepdim) : x.min(a.dim("dim"), keepdim);
    return List.of(found.values(), found.indices());
  }
}
