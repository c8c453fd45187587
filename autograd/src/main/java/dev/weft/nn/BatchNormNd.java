package dev.weft.nn;

import dev.weft.engine.Tensor;

/** Batch normalisation over any number of dimensions. */
abstract class BatchNormNd extends NormNd {

  BatchNormNd(long numFeatures, NormOptions options) {
    super(numFeatures, options);
  }

  final Tensor normalise(Tensor x) {
    double momentum = countBatch();
    boolean running = tracks() || !usesInput();
    return Functional.batchNorm(
        x,
        when(running, runningMean),
        when(running, runningVar),
        weight,
        bias,
        usesInput(),
        momentum,
        options.eps());
  }
}
