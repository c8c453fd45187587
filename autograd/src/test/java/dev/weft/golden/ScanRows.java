package dev.weft.golden;

import dev.weft.engine.Tensor;
import dev.weft.engine.ValuesAndIndices;
import java.util.ArrayList;
import java.util.List;

/** Running totals, differences, integrals. */
final class ScanRows {

  private ScanRows() {}

  static void addTo(Rows rows) {
    rows.many("torch.cummax", a -> both(a.input().cummax(a.dim("dim"))));
    rows.many("torch.cummin", a -> both(a.input().cummin(a.dim("dim"))));
    rows.one("torch.cumprod", a -> a.as(a.as(a.input()).cumprod(a.dim("dim"))));
    rows.one("torch.cumsum", a -> a.as(a.as(a.input()).cumsum(a.dim("dim"))));
    rows.one("torch.cumulative_trapezoid", ScanRows::cumulativeTrapezoid);
    rows.one("torch.diff", ScanRows::diff);
    rows.one("torch.logcumsumexp", a -> a.input().logcumsumexp(a.dim("dim")));
    rows.one("torch.trapezoid", ScanRows::trapezoid);
  }

  private static List<Tensor> both(ValuesAndIndices found) {
    return List.of(found.values(), found.indices());
  }

  private static Tensor diff(Arguments a) {
    int dim = a.dim("dim", -1);
    var parts = new ArrayList<Tensor>();
    a.optional("prepend").ifPresent(parts::add);
    parts.add(a.input());
    a.optional("append").ifPresent(parts::add);
    Tensor x = parts.size() == 1 ? a.input() : Tensor.cat(parts, dim);
    return x.diff(a.dim("n", 1), dim);
  }

  private static Tensor trapezoid(Arguments a) {
    Tensor y = a.tensor("y");
    int dim = a.dim("dim", -1);
    return a.has("x") ? y.trapezoid(a.tensor("x"), dim) : y.trapezoid(a.number("dx", 1), dim);
  }

  private static Tensor cumulativeTrapezoid(Arguments a) {
    Tensor y = a.tensor("y");
    int dim = a.dim("dim", -1);
    return a.has("x")
        ? y.cumulativeTrapezoid(a.tensor("x"), dim)
        : y.cumulativeTrapezoid(a.number("dx", 1), dim);
  }
}
