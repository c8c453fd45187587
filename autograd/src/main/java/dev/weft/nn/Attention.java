package dev.weft.nn;

import dev.weft.engine.DType;
import dev.weft.engine.Dispatch;
import dev.weft.engine.Shape;
import dev.weft.engine.ShapeException;
import dev.weft.engine.Tensor;
import dev.weft.engine.op.AttentionOp;
import java.util.Optional;

/** Scaled dot products and what may be seen of them. */
final class Attention {

  private Attention() {}

  /** By the op that keeps no weights, after its inputs have been expanded to the same heads. */
  static Tensor inTiles(AttentionOp op, Tensor q, Tensor k, Tensor v) {
    Shape keys = Shape.broadcast(op, batch(k), batch(v));
    Shape heads = Shape.broadcast(op, batch(q), keys);
    return Dispatch.run(op, expand(q, heads), expand(k, heads), expand(v, heads));
  }

  private static Shape batch(Tensor x) {
    return x.shape().slice(0, x.rank() - 2);
  }

  private static Tensor expand(Tensor x, Shape heads) {
    return x.expand(heads.concat(x.shape().slice(x.rank() - 2, x.rank())));
  }

  /** softmax(s q kᵀ) over the keys that each query may see. */
  static Tensor weights(Tensor q, Tensor k, double scale, AttentionMask mask) {
    return switch (mask) {
      case AttentionMask.None _ -> new AttentionOp(false, scale).weights(q, k);
      case AttentionMask.Causal _ -> new AttentionOp(true, scale).weights(q, k);
      case AttentionMask.Given given -> masked(q.mul(scale).matmul(k.mT()), given.mask());
    };
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
