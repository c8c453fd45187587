package dev.weft.engine;

/** How tensors print. */
final class TensorFormat {

  private TensorFormat() {}

  static String format(Tensor x) {
    return x.isReleased() ? "tensor(released, " + x.spec() + ")" : "tensor(" + x.spec() + ")";
  }
}
