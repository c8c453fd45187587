package dev.weft.nn;

import dev.weft.engine.Shape;
import dev.weft.engine.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * {@link Functional#linearCrossEntropy} with a {@link Linear} of its own, named {@code linear}: the
 * last layer of a classifier and its loss in one, which never holds the logits of all samples.
 *
 * <p>Shape: input (features) or (N, features); targets as for {@link Functional#crossEntropy} of
 * logits (N, C, *outFeatures).
 *
 * {@snippet :
 * var loss = new LinearCrossEntropyLoss(768, 50_000).chunkSize(1024);
 * Tensor value = loss.apply(hidden, nextTokens);
 * }
 */
public final class LinearCrossEntropyLoss extends Loss {

  public final Linear linear;

  private final Optional<Buffer> weight;
  private final LossOptions options;
  private final long numClasses;
  private final long[] outFeatures;
  private long chunkSize = Long.MAX_VALUE;

  /** Over C classes, without a bias and with the defaults of the loss. */
  public LinearCrossEntropyLoss(long inFeatures, long numClasses) {
    this(inFeatures, numClasses, new long[0], false, LossOptions.DEFAULT);
  }

  /**
   * @param outFeatures the sizes of the places that have a class each; usually none
   */
  public LinearCrossEntropyLoss(
      long inFeatures, long numClasses, long[] outFeatures, boolean bias, LossOptions options) {
    String name = "LinearCrossEntropyLoss";
    Sizes.requireAtLeast(name, "numClasses", List.of(numClasses), 1);
    Sizes.requireAtLeast(name, "outFeatures", Sizes.list(outFeatures), 1);
    long outputs = Shape.of(numClasses).concat(Shape.of(outFeatures)).numel();
    this.linear = new Linear(inFeatures, outputs, bias);
    this.weight = options.weight().map(Buffer::of);
    this.options = options;
    this.numClasses = numClasses;
    this.outFeatures = outFeatures.clone();
  }

  /** Takes so many samples at a time; before, it takes all at once. Returns this. */
  public LinearCrossEntropyLoss chunkSize(long chunkSize) {
    Sizes.requireAtLeast("LinearCrossEntropyLoss", "chunkSize", List.of(chunkSize), 1);
    this.chunkSize = chunkSize;
    return this;
  }

  @Override
  protected Tensor forward(Inputs inputs) {
    Shape outputs = Shape.of(numClasses).concat(Shape.of(outFeatures));
    return Functional.linearCrossEntropy(
        inputs.input(),
        linear.weight.reshape(outputs.concat(Shape.of(linear.inFeatures()))),
        inputs.target(),
        linear.bias.map(b -> b.reshape(outputs)),
        weight.isPresent() ? options.weight(weight.get()) : options,
        chunkSize);
  }

  @Override
  protected String extraRepr() {
    return "in_features="
        + linear.inFeatures()
        + ", num_classes="
        + numClasses
        + ", out_features="
        + Arrays.toString(outFeatures)
        + ", bias="
        + Args.python(linear.bias.isPresent());
  }
}
