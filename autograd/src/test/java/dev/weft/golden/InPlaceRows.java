package dev.weft.golden;

import static org.junit.jupiter.api.Assumptions.abort;

import dev.weft.engine.Tensor;

/** Methods that change their receiver. */
final class InPlaceRows {

  private InPlaceRows() {}

  static void addTo(Rows rows) {
    rows.inPlace("torch.Tensor.add_", InPlaceRows::addInPlace);
    rows.inPlace("torch.Tensor.copy_", (x, a) -> untracked(x, a).copyFrom(a.tensor("src")));
    rows.inPlace("torch.Tensor.div_", (x, a) -> x.divInPlace(a.other()));
    rows.inPlace("torch.Tensor.fill_", (x, a) -> untracked(x, a).fillInPlace(a.number("value")));
    rows.inPlace("torch.Tensor.mul_", (x, a) -> x.mulInPlace(a.other()));
    rows.inPlace("torch.Tensor.sub_", (x, a) -> x.subInPlace(Tensor.scalar(a.number("other"))));
    rows.inPlace("torch.Tensor.zero_", (x, a) -> untracked(x, a).zeroInPlace());
  }

  private static Tensor untracked(Tensor x, Arguments a) {
    return x.requiresGrad() || a.has("src") && a.tensor("src").requiresGrad()
        ? abort("gradients do not flow through copies in place")
        : x;
  }

  private static void addInPlace(Tensor x, Arguments a) {
    if (a.get("other") instanceof Tensor other) {
      x.addInPlace(other);
    } else {
      x.addInPlace(a.number("other"));
    }
  }
}
