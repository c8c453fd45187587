package dev.weft.nn;

import dev.weft.engine.Tensor;
import java.util.function.UnaryOperator;

/**
 * Batch normalisation over the samples of all ranks. In training, mean and variance are those of
 * all ranks' batches together, which may differ in size; in evaluation it is {@link BatchNorm2d}.
 * Layers know no ranks, so the sum over them is given:
 *
 * {@snippet :
 * SyncBatchNorm.convert(model, t -> fabric.allReduce(t, ReduceOp.SUM));
 * }
 *
 * <p>All ranks must call it equally often. With a sum that changes nothing, one rank's, it is
 * ordinary batch normalisation.
 *
 * <p>Shape: (N, C, *) → the same.
 */
public final class SyncBatchNorm extends BatchNormNd {

  /** {@link #SyncBatchNorm(long, NormOptions, UnaryOperator)} with the usual options. */
  public SyncBatchNorm(long numFeatures, UnaryOperator<Tensor> sumOverRanks) {
    this(numFeatures, NormOptions.BATCH, sumOverRanks);
  }

  /**
   * Normalises over ranks.
   *
   * @param sumOverRanks gives the sum of all ranks' tensors, which have one shape; it may overwrite
   *     the tensor that it gets
   */
  public SyncBatchNorm(long numFeatures, NormOptions options, UnaryOperator<Tensor> sumOverRanks) {
    super(numFeatures, options);
    sync(sumOverRanks);
  }

  /**
   * Lets every batch normalisation in a model use the samples of all ranks, in place: parameters,
   * names and classes stay.
   *
   * @return the model
   */
  public static <M extends Module<?, ?>> M convert(M model, UnaryOperator<Tensor> sumOverRanks) {
    for (Module<?, ?> module : model.modules()) {
      if (module instanceof BatchNormNd norm) {
        norm.sync(sumOverRanks);
      }
    }
    return model;
  }

  @Override
  protected Tensor forward(Tensor x) {
    requireShape(x, 2, Integer.MAX_VALUE, "(N, C, *)", 1);
    return normalise(x);
  }
}
