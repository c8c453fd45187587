package dev.weft.golden;

import dev.weft.engine.Tensor;
import dev.weft.nn.Parameter;
import dev.weft.optim.Clipping;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Clipping of gradients. */
final class ClippingRows {

  private ClippingRows() {}

  static void addTo(Rows rows) {
    rows.functions.put(
        "torch.nn.utils.clip_grad_norm_",
        a -> {
          List<Tensor> holders = holders(a.list("gradients"));
          Tensor norm =
              Clipping.clipGradNorm(
                  holders, a.number("max_norm", 1), a.number("norm_type", 2), false);
          var results = new ArrayList<Tensor>(List.of(norm));
          holders.forEach(p -> results.add(p.grad().orElseThrow()));
          return results;
        });
    rows.functions.put(
        "torch.nn.utils.clip_grad_value_",
        a -> {
          List<Tensor> holders = holders(a.list("gradients"));
          Clipping.clipGradValue(holders, a.number("clip_value", 1));
          return holders.stream().map(p -> p.grad().orElseThrow()).toList();
        });
  }

  /** Parameters that hold these gradients. */
  private static List<Tensor> holders(List<Tensor> gradients) {
    var holders = new ArrayList<Tensor>();
    for (Tensor gradient : gradients) {
      Parameter holder = Parameter.of(Tensor.zerosLike(gradient));
      holder.grad(Optional.of(gradient));
      holders.add(holder);
    }
    return holders;
  }
}
