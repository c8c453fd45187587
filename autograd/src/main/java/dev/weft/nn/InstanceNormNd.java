package dev.weft.nn;

import dev.weft.engine.Tensor;

/** Instance normalisation over any number of dimensions, with and without a batch. */
abstract class InstanceNormNd extends NormNd {

  InstanceNormNd(long numFeatures, NormOptions options) {
    super(numFeatures, options);
  }

  final Tensor normalise(Tensor x, boolean batched) {
    // PyTorch counts no batches here, and without a momentum the statistics stay as they are.
    double momentum = options().momentum().orElse(0);
    boolean running = tracks() || !usesInput();
    Tensor y =
        Functional.instanceNorm(
            batched ? x : x.unsqueeze(0),
            when(running, runningMean),
            when(running, runningVar),
            weight,
            bias,
            usesInput(),
            momentum,
            options().eps());
    return batched ? y : y.squeeze(0);
  }
}
