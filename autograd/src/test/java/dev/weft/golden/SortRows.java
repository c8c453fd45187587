package dev.weft.golden;

import dev.weft.engine.DType;
import dev.weft.engine.Tensor;
import dev.weft.engine.UniqueValues;
import dev.weft.engine.ValuesAndIndices;
import java.util.ArrayList;
import java.util.List;

/** Sorting, searching, counting. */
final class SortRows {

  private SortRows() {}

  static void addTo(Rows rows) {
    rows.one("torch.argsort", a -> a.input().argsort(a.dim("dim", -1), descending(a)));
    rows.one("torch.bincount", SortRows::bincount);
    rows.one(
        "torch.bucketize",
        a -> a.input().bucketize(a.tensor("boundaries"), a.flag("right", false)));
    rows.one(
        "torch.histc",
        a -> a.input().histc(a.whole("bins", 100), a.number("min", 0), a.number("max", 0)));
    rows.one("torch.isin", SortRows::isin);
    rows.many(
        "torch.kthvalue",
        a -> both(a.input().kthvalue(a.whole("k"), a.dim("dim", -1), a.flag("keepdim", false))));
    rows.unary("torch.msort", Tensor::msort);
    rows.one("torch.renorm", SortRows::renorm);
    rows.one(
        "torch.searchsorted",
        a ->
            narrow(a, a.tensor("sorted_sequence").searchsorted(a.input(), a.flag("right", false))));
    rows.many("torch.sort", a -> both(a.input().sort(a.dim("dim", -1), descending(a))));
    rows.many(
        "torch.topk",
        a -> {
          a.flag("sorted", true); // it always is
          return both(a.input().topk(a.whole("k"), a.dim("dim", -1), a.flag("largest", true)));
        });
    rows.many(
        "torch.unique",
        a -> asked(a, a.has("dim") ? a.input().unique(a.dim("dim")) : a.input().unique()));
    rows.many(
        "torch.unique_consecutive",
        a ->
            asked(
                a,
                a.has("dim")
                    ? a.input().uniqueConsecutive(a.dim("dim"))
                    : a.input().uniqueConsecutive()));
  }

  /** Every sort is stable. */
  private static boolean descending(Arguments a) {
    a.flag("stable", true);
    return a.flag("descending", false);
  }

  private static Tensor narrow(Arguments a, Tensor places) {
    return a.flag("out_int32", false) ? places.to(DType.INT32) : places;
  }

  private static List<Tensor> both(ValuesAndIndices found) {
    return List.of(found.values(), found.indices());
  }

  private static List<Tensor> asked(Arguments a, UniqueValues found) {
    a.flag("sorted", true); // they always are
    var results = new ArrayList<Tensor>(List.of(found.values()));
    if (a.flag("return_inverse", false)) {
      results.add(found.inverse());
    }
    if (a.flag("return_counts", false)) {
      results.add(found.counts());
    }
    return results;
  }

  private static Tensor bincount(Arguments a) {
    return a.has("weights")
        ? a.input().bincount(a.tensor("weights"), a.whole("minlength", 0))
        : a.input().bincount(a.whole("minlength", 0));
  }

  private static Tensor isin(Arguments a) {
    a.flag("assume_unique", false); // a promise that is not needed
    Tensor found = a.tensor("elements").isin(a.tensor("test_elements"));
    return a.flag("invert", false) ? found.logicalNot() : found;
  }

  private static Tensor renorm(Arguments a) {
    return a.input().renorm(a.number("p"), a.dim("dim"), a.number("maxnorm"));
  }
}
