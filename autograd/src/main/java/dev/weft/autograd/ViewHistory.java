package dev.weft.autograd;

import dev.weft.engine.Context;
import dev.weft.engine.DType;
import dev.weft.engine.Device;
import dev.weft.engine.Dispatch;
import dev.weft.engine.Layout;
import dev.weft.engine.Scope;
import dev.weft.engine.Shape;
import dev.weft.engine.Tensor;
import dev.weft.engine.TensorSpec;
import dev.weft.engine.op.AsStrided;
import dev.weft.engine.op.Gradient;
import java.util.ArrayList;
import java.util.Optional;

/**
 * What a view and its base know of each other's changes in place. A change of the base gives its
 * views a new history, as that region of the base; a change of a view gives the base one, as its
 * old self with that region replaced.
 */
final class ViewHistory {

  private ViewHistory() {}

  /**
   * The region of {@code base} that {@code view} shows; empty where the base has gaps itself, or
   * one shows the parts of the other.
   */
  private static Optional<AsStrided> region(Tensor base, Tensor view) {
    if (!base.isContiguous() || base.dtype() != view.dtype()) {
      return Optional.empty();
    }
    Layout layout = view.layout();
    var strides = new ArrayList<Long>();
    for (int d = 0; d < view.rank(); d++) {
      strides.add(layout.stride(d));
    }
    long offset = layout.offset() - base.layout().offset();
    return Optional.of(new AsStrided(view.shape(), strides, offset));
  }

  /** Attaches to {@code view} that it is a region of {@code base} as that is now. */
  static void renew(Tensor base, Tensor view) {
    if (base.isLeaf() && view.tapeEntry().isEmpty()) {
      return; // the base became a leaf later; what was taken before stays a constant
    }
    AsStrided region =
        region(base, view)
            .orElseThrow(
                () ->
                    new IllegalStateException(
                        "a view of "
                            + view.spec()
                            + " was taken before its base of "
                            + base.spec()
                            + " was changed in place; take the view again after the change"));
    new Node(region, region.gradient(), new Tensor[] {base}, 1).attach(new Tensor[] {view});
  }

  /** Attaches to {@code base} that {@code view} was written into it. */
  static void wrote(AsStrided region, Tensor base, Tensor view) {
    new Node("copy_slices", overwritten(region), new Tensor[] {base, view}, 1)
        .attach(new Tensor[] {base});
  }

  /** The region that a change of {@code view} in place writes to. */
  static AsStrided written(Object op, Tensor base, Tensor view) {
    return region(base, view)
        .orElseThrow(
            () ->
                new IllegalStateException(
                    op
                        + " in place: "
                        + view.spec()
                        + " is a view of a tensor with gaps, or of its complex parts; use the op"
                        + " without InPlace, or scatter"));
  }

  /** The base's gradient is lost where it was overwritten, and goes to the view there. */
  private static Gradient overwritten(AsStrided region) {
    return Gradient.parts(
        Gradient.part(g -> kept(region, g.shape(), g.device()).where(g, zero(g))),
        Gradient.part(g -> Dispatch.run(region, g.contiguous())));
  }

  private static Tensor kept(AsStrided region, Shape shape, Device device) {
    try (Scope _ = Context.current().withGrad(false)) {
      Tensor kept = Tensor.full(shape, 1L, DType.BOOL, device);
      Dispatch.run(region, kept).fillInPlace(0);
      return kept;
    }
  }

  private static Tensor zero(Tensor like) {
    TensorSpec spec = like.spec();
    return Tensor.zeros(Shape.SCALAR, spec.dtype(), spec.device());
  }
}
