package dev.weft.nn;

import dev.weft.engine.DType;
import dev.weft.engine.Shape;
import dev.weft.engine.ShapeException;
import dev.weft.engine.Tensor;
import java.util.Optional;
import java.util.OptionalDouble;

/** What batch and instance normalisation over any number of dimensions share. */
abstract class NormNd extends Module<Tensor, Tensor> {

  public final Optional<Parameter> weight;
  public final Optional<Parameter> bias;

  @StateName("running_mean")
  public final Optional<Buffer> runningMean;

  @StateName("running_var")
  public final Optional<Buffer> runningVar;

  /** How many batches the running statistics have seen; an int64 scalar. Instances count none. */
  @StateName("num_batches_tracked")
  public final Optional<Buffer> numBatchesTracked;

  private final long numFeatures;
  private NormOptions options;

  NormNd(long numFeatures, NormOptions options) {
    this.numFeatures = Args.nonNegative(typeName(), "numFeatures", numFeatures);
    this.options = options;
    boolean affine = options.affine();
    boolean tracks = options.trackRunningStats();
    weight = affine ? Optional.of(Init.parameter(Init::ones, numFeatures)) : Optional.empty();
    bias = affine ? Optional.of(Init.parameter(Init::zeros, numFeatures)) : Optional.empty();
    runningMean = tracks ? Optional.of(Buffer.of(Tensor.zeros(numFeatures))) : Optional.empty();
    runningVar = tracks ? Optional.of(Buffer.of(Tensor.full(1, numFeatures))) : Optional.empty();
    numBatchesTracked =
        tracks ? Optional.of(Buffer.of(Tensor.zeros(Shape.SCALAR, DType.INT64))) : Optional.empty();
  }

  final NormOptions options() {
    return options;
  }

  /** Sets ε and the momentum; what parameters and statistics there are stays as it is. */
  final void options(NormOptions options) {
    this.options = options;
  }

  /** Sets the running statistics back to mean 0 and variance 1. */
  public final void resetRunningStats() {
    runningMean.ifPresent(Tensor::zeroInPlace);
    runningVar.ifPresent(variance -> variance.fillInPlace(1));
    numBatchesTracked.ifPresent(Tensor::zeroInPlace);
  }

  /** Whether this call normalises by the statistics of its input. */
  final boolean usesInput() {
    return isTraining() || !options.trackRunningStats();
  }

  /** Whether this call moves the running statistics. */
  final boolean tracks() {
    return isTraining() && options.trackRunningStats();
  }

  /** Counts a batch and says how much it weighs. */
  final double countBatch() {
    if (!tracks()) {
      return 0;
    }
    Buffer count = numBatchesTracked.orElseThrow();
    count.addInPlace(Tensor.full(Shape.SCALAR, 1L, DType.INT64, count.device()));
    OptionalDouble momentum = options.momentum();
    return momentum.isPresent() ? momentum.getAsDouble() : 1.0 / count.itemLong();
  }

  /** Running statistics for a call that uses or moves them. */
  static <T> Optional<T> when(boolean used, Optional<T> statistic) {
    return used ? statistic : Optional.empty();
  }

  final void requireShape(Tensor x, int leastRank, int mostRank, String sizes, int channelDim) {
    if (x.rank() < leastRank || x.rank() > mostRank) {
      throw new ShapeException(typeName() + ": " + x.shape() + ": needs " + sizes);
    }
    if (x.size(channelDim) != numFeatures) {
      throw new ShapeException(
          typeName()
              + ": "
              + x.shape()
              + ": "
              + x.size(channelDim)
              + " channels, the layer has "
              + numFeatures);
    }
  }

  @Override
  protected String extraRepr() {
    return numFeatures
        + ", eps="
        + Args.python(options.eps())
        + ", momentum="
        + (options.momentum().isPresent() ? Args.python(options.momentum().getAsDouble()) : "None")
        + ", affine="
        + Args.python(options.affine())
        + ", track_running_stats="
        + Args.python(options.trackRunningStats());
  }
}
