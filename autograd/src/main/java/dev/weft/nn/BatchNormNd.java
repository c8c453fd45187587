package dev.weft.nn;

import dev.weft.engine.Tensor;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** Batch normalisation over any number of dimensions. */
abstract class BatchNormNd extends NormNd {

  private Optional<UnaryOperator<Tensor>> sumOverRanks = Optional.empty();

  BatchNormNd(long numFeatures, NormOptions options) {
    super(numFeatures, options);
  }

  /** Takes the statistics of all ranks' samples in training; see {@link SyncBatchNorm}. */
  final void sync(UnaryOperator<Tensor> sum) {
    sumOverRanks = Optional.of(sum);
  }

  final Tensor normalise(Tensor x) {
    double momentum = countBatch();
    boolean running = tracks() || !usesInput();
    if (isTraining() && sumOverRanks.isPresent()) {
      return RankStatistics.normalise(
          typeName(),
          x,
          new ChannelNorms.Running(when(running, runningMean), when(running, runningVar), momentum),
          weight,
          bias,
          options().eps(),
          sumOverRanks.get());
    }
    return Functional.batchNorm(
        x,
        when(running, runningMean),
        when(running, runningVar),
        weight,
        bias,
        usesInput(),
        momentum,
        options().eps());
  }
}
