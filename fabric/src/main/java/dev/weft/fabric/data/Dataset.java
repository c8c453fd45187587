package dev.weft.fabric.data;

import dev.weft.engine.Generator;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.LongStream;

/**
 * Samples that can be fetched by number. A sample is a tensor, or a record, list or map that holds
 * tensors.
 *
 * {@snippet :
 * Dataset<Digit> digits = Datasets.digits();
 * var train = digits.subset(0, 1437);
 * Dataset<Tensor> squares = Dataset.of(List.of(1, 2, 3)).map(n -> Tensor.scalar(n * n));
 * }
 *
 * <p>{@link #get} and {@link #gather} are called by the workers of a {@link DataLoader} at the same
 * time, so they must be thread-safe. The ones made here are.
 *
 * @param <T> the type of a sample
 */
public interface Dataset<T> {

  /** The number of samples. */
  long size();

  /**
   * Sample {@code index}, from 0 to {@link #size} − 1. Its tensors may be views of the dataset.
   *
   * @throws IndexOutOfBoundsException outside of that range
   */
  T get(long index);

  /**
   * These samples as one batch, in memory of its own, where that is faster than fetching and
   * stacking them one by one. Empty when it is not; then {@link #get} is used.
   */
  default Optional<T> gather(long[] indices) {
    return Optional.empty();
  }

  /** The elements of a list, which is copied. */
  static <T> Dataset<T> of(List<T> samples) {
    return new ListDataset<>(List.copyOf(samples));
  }

  /**
   * Row i of every tensor in {@code columns} as sample i: a tensor, or a record, list or map of
   * tensors that have the same size in dimension 0. Memory is shared; batches are gathered in one
   * step.
   *
   * @throws dev.weft.engine.ShapeException when the sizes differ, or a tensor is a scalar
   * @throws IllegalArgumentException when there is no tensor in {@code columns}
   */
  static <T> Dataset<T> ofTensors(T columns) {
    return new TensorDataset<>(columns);
  }

  /** The samples of all these datasets, one after the other. */
  static <T> Dataset<T> concat(List<? extends Dataset<T>> parts) {
    return new ConcatDataset<>(List.copyOf(parts));
  }

  /** The samples from {@code from} to {@code to} (exclusive). */
  default Dataset<T> subset(long from, long to) {
    if (from < 0 || to < from || to > size()) {
      throw new IndexOutOfBoundsException(
          "subset: " + from + " to " + to + " of a dataset of " + size() + " samples");
    }
    return new RangeDataset<>(this, from, to - from);
  }

  /** The samples with these numbers, in this order. Numbers may repeat. */
  default Dataset<T> subset(long[] indices) {
    for (long index : indices) {
      if (index < 0 || index >= size()) {
        throw new IndexOutOfBoundsException(
            "subset: index " + index + " of a dataset of " + size() + " samples");
      }
    }
    return new IndexedDataset<>(this, indices.clone());
  }

  /**
   * The samples, each changed by {@code transform} whenever it is fetched. The transform is called
   * by several workers at the same time; random ones take the thread's generator, which the loader
   * seeds for every worker and batch.
   */
  default <R> Dataset<R> map(Function<? super T, ? extends R> transform) {
    return new MappedDataset<>(this, transform);
  }

  /**
   * Parts of the given sizes, without overlap, drawn at random.
   *
   * @throws IllegalArgumentException when the sizes do not add up to {@link #size}
   */
  default List<Dataset<T>> randomSplit(long[] lengths, Generator generator) {
    long total = LongStream.of(lengths).sum();
    if (LongStream.of(lengths).anyMatch(length -> length < 0) || total != size()) {
      throw new IllegalArgumentException(
          "randomSplit: "
              + Arrays.toString(lengths)
              + " of a dataset of "
              + size()
              + " samples: the lengths must add up to its size");
    }
    long[] order = Shuffle.PHILOX.permutation(size(), generator);
    var parts = new java.util.ArrayList<Dataset<T>>();
    int from = 0;
    for (long length : lengths) {
      int to = from + (int) length;
      parts.add(subset(Arrays.copyOfRange(order, from, to)));
      from = to;
    }
    return List.copyOf(parts);
  }

  /**
   * Parts whose sizes are these fractions of the whole, which must add up to 1. Each size is
   * rounded down; what is left over goes to the parts one by one, from the first, as in PyTorch.
   */
  default List<Dataset<T>> randomSplit(double[] fractions, Generator generator) {
    double total = 0;
    for (double fraction : fractions) {
      total += fraction;
    }
    if (Arrays.stream(fractions).anyMatch(f -> !(f >= 0 && f <= 1)) || Math.abs(total - 1) > 1e-9) {
      throw new IllegalArgumentException(
          "randomSplit: "
              + Arrays.toString(fractions)
              + ": fractions lie between 0 and 1 and add up to 1");
    }
    long[] lengths = new long[fractions.length];
    long left = size();
    for (int i = 0; i < lengths.length; i++) {
      lengths[i] = (long) Math.floor(size() * fractions[i]);
      left -= lengths[i];
    }
    for (int i = 0; i < left; i++) {
      lengths[i % lengths.length]++;
    }
    return randomSplit(lengths, generator);
  }
}
