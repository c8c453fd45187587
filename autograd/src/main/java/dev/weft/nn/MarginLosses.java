package dev.weft.nn;

import dev.weft.engine.DType;
import dev.weft.engine.IndexException;
import dev.weft.engine.Shape;
import dev.weft.engine.ShapeException;
import dev.weft.engine.Tensor;
import dev.weft.engine.op.Reduction;
import java.util.Optional;

/** Losses that are 0 once a margin is kept. */
final class MarginLosses {

  private MarginLosses() {}

  /** max(x, 0). Where x is 0 the derivative is 1, as that of PyTorch's clamp_min. */
  private static Tensor positive(Tensor x) {
    return x.clamp(0, Double.POSITIVE_INFINITY);
  }

  private static Tensor zero(Tensor like) {
    return Tensor.zeros(Shape.SCALAR, like.dtype(), like.device());
  }

  static Tensor hingeEmbedding(Tensor x, Tensor y, double margin, Reduction reduction) {
    x.spec().requireFloating("hinge_embedding_loss");
    Tensor apart = y.ne(1.0).where(positive(x.rsub(margin)), zero(x));
    Tensor together = y.ne(-1.0).where(x, zero(x));
    return Reduced.of(apart.add(together), reduction);
  }

  static Tensor ranking(Tensor x1, Tensor x2, Tensor y, double margin, Reduction reduction) {
    if (x1.rank() != x2.rank() || x1.rank() != y.rank()) {
      throw new ShapeException(
          "margin_ranking_loss: "
              + x1.shape()
              + ", "
              + x2.shape()
              + " and target "
              + y.shape()
              + ": ranks differ");
    }
    return Reduced.of(positive(x1.sub(x2).mul(y).rsub(margin)), reduction);
  }

  static Tensor cosineEmbedding(
      Tensor x1, Tensor x2, Tensor y, double margin, Reduction reduction) {
    if (x1.rank() != x2.rank() || x1.rank() != y.rank() + 1 || y.rank() > 1) {
      throw new ShapeException(
          "cosine_embedding_loss: "
              + x1.shape()
              + ", "
              + x2.shape()
              + " and target "
              + y.shape()
              + ": needs (N, D), (N, D) and (N), or (D), (D) and ()");
    }
    Tensor squares1 = x1.square().sum(-1).add(1e-12);
    Tensor squares2 = x2.square().sum(-1).add(1e-12);
    Tensor cosine = x1.mul(x2).sum(-1).div(squares1.mul(squares2).sqrt());
    Tensor together = y.eq(1.0).where(cosine.rsub(1.0), zero(x1));
    Tensor apart = y.eq(-1.0).where(positive(cosine.sub(margin)), zero(x1));
    return Reduced.of(together.add(apart), reduction);
  }

  static Tensor triplet(Tensor anchor, Tensor positive, Tensor negative, TripletOptions options) {
    if (anchor.rank() != positive.rank() || anchor.rank() != negative.rank()) {
      throw new ShapeException(
          "triplet_margin_loss: anchor "
              + anchor.shape()
              + ", positive "
              + positive.shape()
              + ", negative "
              + negative.shape()
              + ": ranks differ");
    }
    Tensor near = options.distance().apply(anchor, positive);
    Tensor far = options.distance().apply(anchor, negative);
    if (options.swap()) {
      far = far.minimum(options.distance().apply(positive, negative));
    }
    return Reduced.of(positive(near.sub(far).add(options.margin())), options.reduction());
  }

  static int exponent(String where, int p) {
    if (p != 1 && p != 2) {
      throw new IllegalArgumentException(where + ": p = " + p + ": must be 1 or 2");
    }
    return p;
  }

  static Tensor multiMargin(
      Tensor scores,
      Tensor targets,
      int p,
      double margin,
      Optional<? extends Tensor> weight,
      Reduction reduction) {
    exponent("multi_margin_loss", p);
    requireRows("multi_margin_loss", scores);
    targets.spec().requireIndex("multi_margin_loss");
    if (!targets.shape().equals(scores.shape().without(-1))) {
      throw new ShapeException(
          "multi_margin_loss: scores "
              + scores.shape()
              + ", targets "
              + targets.shape()
              + ": needs one class per row");
    }
    long classes = scores.size(-1);
    if (weight.isPresent() && !weight.get().shape().equals(Shape.of(classes))) {
      throw new ShapeException(
          "multi_margin_loss: weight "
              + weight.get().shape()
              + ": needs one per class, ("
              + classes
              + ")");
    }
    Tensor own = scores.gather(-1, targets.unsqueeze(-1));
    Tensor excess = scores.sub(own).add(margin).relu(); // where it is 0, so is PyTorch's gradient
    if (p == 2) {
      excess = excess.square();
    }
    if (weight.isPresent()) {
      weight.get().spec().requireFloating("multi_margin_loss, weight");
      excess = excess.mul(weight.get().indexSelect(0, targets.reshape(-1)).reshape(own.shape()));
    }
    Tensor others = Functional.oneHot(targets, classes).eq(0L);
    return Reduced.of(others.where(excess, zero(scores)).sum(-1).div((double) classes), reduction);
  }

  static Tensor multilabelMargin(Tensor scores, Tensor targets, Reduction reduction) {
    requireRows("multilabel_margin_loss", scores);
    targets.spec().requireIndex("multilabel_margin_loss");
    if (!targets.shape().equals(scores.shape())) {
      throw new ShapeException(
          "multilabel_margin_loss: scores "
              + scores.shape()
              + ", targets "
              + targets.shape()
              + ": shapes differ");
    }
    long classes = scores.size(-1);
    if (targets.numel() > 0 && targets.max().itemLong() >= classes) {
      throw new IndexException(
          "multilabel_margin_loss: target "
              + targets.max().itemLong()
              + " is outside of "
              + classes
              + " classes");
    }
    Tensor counts = beforeTheEnd(targets);
    Tensor index = counts.where(targets, Tensor.zerosLike(targets));
    Tensor isTarget =
        Tensor.zerosLike(scores.detach()).scatterAdd(-1, index, counts.to(scores.dtype())).gt(0.0);
    // (*, t, i): each target of a row against each class that is none of its.
    Tensor own = scores.gather(-1, index).unsqueeze(-1);
    Tensor excess = scores.unsqueeze(-2).sub(own).add(1.0).relu(); // as in multiMargin
    Tensor pairs = counts.unsqueeze(-1).logicalAnd(isTarget.logicalNot().unsqueeze(-2));
    Tensor losses = pairs.where(excess, zero(scores)).sum(new int[] {-2, -1}, false);
    return Reduced.of(losses.div((double) classes), reduction);
  }

  /** Whether no target up to here is negative. */
  private static Tensor beforeTheEnd(Tensor targets) {
    long size = targets.size(-1);
    Tensor rows = Tensor.arange(size).unsqueeze(1);
    Tensor upTo = rows.le(Tensor.arange(size)).to(targets.device()).to(DType.FLOAT32);
    return targets.lt(0L).to(DType.FLOAT32).unsqueeze(-2).matmul(upTo).squeeze(-2).eq(0.0);
  }

  private static void requireRows(String op, Tensor scores) {
    scores.spec().requireFloating(op);
    if (scores.rank() < 1 || scores.rank() > 2 || scores.size(-1) == 0) {
      throw new ShapeException(op + ": scores " + scores.shape() + ": needs (N, C) or (C)");
    }
  }
}
