package dev.weft.nn;

import dev.weft.engine.Context;
import dev.weft.engine.DType;
import dev.weft.engine.Shape;
import dev.weft.engine.ShapeException;
import dev.weft.engine.Tensor;
import java.util.Optional;

/** Scaled dot products and what may be seen of them. */
final class Attention {

  private Attention() {}

  /** Scores to weights: a softmax over the keys that each query may see. */
  static Tensor weights(Tensor scores, AttentionMask mask) {
    return switch (mask) {
      case AttentionMask.None _ -> scores.softmax(-1);
      case AttentionMask.Causal _ -> {
        Tensor visible =
            numbers(scores, scores.size(-2)).unsqueeze(1).ge(numbers(scores, scores.size(-1)));
        yield hide(scores, visible).softmax(-1);
      }
      case AttentionMask.Given given -> masked(scores, given.mask());
    };
  }

  private static Tensor numbers(Tensor like, long count) {
    try (var _ = Context.current().withDefaultDevice(like.device())) {
      return Tensor.arange(count);
    }
  }

  private static Tensor hide(Tensor scores, Tensor visible) {
    return visible.where(scores, scalar(scores, Double.NEGATIVE_INFINITY));
  }

  /**
   * A row that sees nothing would be 0/0. It goes through the softmax unmasked, so that its
   * gradient is finite, and is zeroed behind it.
   */
  private static Tensor masked(Tensor scores, Tensor mask) {
    Shape shape = Shape.broadcast("attention mask", scores.shape(), mask.shape());
    if (!shape.equals(scores.shape())) {
      throw new ShapeException(
          "attention mask: " + mask.shape() + ": does not broadcast to " + scores.shape());
    }
    boolean bool = mask.dtype() == DType.BOOL;
    Tensor sees = (bool ? mask : mask.ne(Double.NEGATIVE_INFINITY)).expand(shape).any(-1, true);
    Tensor hidden = bool ? hide(scores, mask) : scores.add(mask.to(scores.dtype()));
    return sees.where(sees.where(hidden, scores).softmax(-1), scalar(scores, 0));
  }

  private static Tensor scalar(Tensor like, double value) {
    return Tensor.full(Shape.SCALAR, value, like.dtype(), like.device());
  }

  /** Each head of keys or values as often as it takes to have one per head of the queries. */
  static Tensor repeatHeads(Tensor x, long heads) {
    if (x.rank() < 3 || x.size(-3) < 1 || heads % x.size(-3) != 0) {
      throw new ShapeException(
          "scaled_dot_product_attention: "
              + x.shape()
              + " for "
              + heads
              + " heads of queries: grouped queries need a multiple of the heads of keys and"
              + " values");
    }
    long times = heads / x.size(-3);
    int rank = x.rank();
    Shape apart = x.shape().insert(rank - 2, 1);
    return x.reshape(apart).expand(apart.with(rank - 2, times)).reshape(x.shape().with(-3, heads));
  }

  /**
   * A mask of {@link MultiheadAttention}, in which true means "hidden", as a summand for the
   * scores.
   */
  static Tensor additive(String name, Tensor mask, DType dtype) {
    if (mask.dtype() != DType.BOOL) {
      mask.spec().requireFloating(name);
      return mask.to(dtype);
    }
    Tensor none = Tensor.full(Shape.SCALAR, 0.0, dtype, mask.device());
    Tensor hidden = Tensor.full(Shape.SCALAR, Double.NEGATIVE_INFINITY, dtype, mask.device());
    return mask.where(hidden, none);
  }

  /** The sum of those masks that there are. */
  static Optional<Tensor> sum(Optional<Tensor> a, Optional<Tensor> b) {
    return a.isPresent() && b.isPresent() ? Optional.of(a.get().add(b.get())) : a.or(() -> b);
  }
}
