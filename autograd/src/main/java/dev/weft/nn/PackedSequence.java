package dev.weft.nn;

import dev.weft.engine.Tensor;
import java.util.List;
import java.util.Optional;

/**
 * Sequences of several lengths without padding, step by step: first the first elements of all
 * sequences, then the second elements of those that have one, and so on. Made by {@link
 * RNNUtils#packPaddedSequence}.
 *
 * @param data the elements, (sum of lengths, *)
 * @param batchSizes how many sequences have each step; descending
 * @param sortedIndices which sequence stands where, the longest first; empty if they came so
 * @param unsortedIndices where each sequence stands; empty if they came sorted
 */
public record PackedSequence(
    Tensor data,
    List<Long> batchSizes,
    Optional<Tensor> sortedIndices,
    Optional<Tensor> unsortedIndices) {

  public PackedSequence {
    batchSizes = List.copyOf(batchSizes);
  }

  /** Other elements in the same places. */
  public PackedSequence data(Tensor other) {
    return new PackedSequence(other, batchSizes, sortedIndices, unsortedIndices);
  }
}
