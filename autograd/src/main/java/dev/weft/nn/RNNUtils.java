package dev.weft.nn;

import dev.weft.engine.Context;
import dev.weft.engine.Shape;
import dev.weft.engine.ShapeException;
import dev.weft.engine.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** Sequences of several lengths: with padding, without, and apart. */
public final class RNNUtils {

  private RNNUtils() {}

  /**
   * Sequences with padding behind them.
   *
   * @param sequence (T, N, *), or (N, T, *)
   * @param lengths of the sequences
   */
  public record Padded(Tensor sequence, List<Long> lengths) {}

  /** Puts sequences (length, *) beside each other, with {@code paddingValue} behind the shorter. */
  public static Tensor padSequence(
      List<Tensor> sequences, boolean batchFirst, double paddingValue) {
    if (sequences.isEmpty()) {
      throw new IllegalArgumentException("padSequence: there are no sequences");
    }
    long longest = sequences.stream().mapToLong(s -> s.size(0)).max().orElse(0);
    var padded = new ArrayList<Tensor>();
    for (Tensor sequence : sequences) {
      long[] pad = new long[2 * sequence.rank()];
      pad[pad.length - 1] = longest - sequence.size(0);
      padded.add(pad[pad.length - 1] == 0 ? sequence : Functional.pad(sequence, pad, paddingValue));
    }
    return Tensor.stack(padded, batchFirst ? 0 : 1);
  }

  /** The sequences of {@link #padSequence}, without their padding. */
  public static List<Tensor> unpadSequence(Tensor padded, long[] lengths, boolean batchFirst) {
    var sequences = new ArrayList<Tensor>();
    for (int i = 0; i < lengths.length; i++) {
      sequences.add(padded.select(batchFirst ? 0 : 1, i).narrow(0, 0, lengths[i]));
    }
    return sequences;
  }

  /** The sequences of {@link #packSequence}, in the order in which they were given. */
  public static List<Tensor> unpackSequence(PackedSequence packed) {
    Padded padded = padPackedSequence(packed, true);
    long[] lengths = padded.lengths().stream().mapToLong(Long::longValue).toArray();
    return unpadSequence(padded.sequence(), lengths, true);
  }

  /** {@link #packPaddedSequence} of sequences (length, *). */
  public static PackedSequence packSequence(List<Tensor> sequences, boolean enforceSorted) {
    long[] lengths = sequences.stream().mapToLong(s -> s.size(0)).toArray();
    return packPaddedSequence(padSequence(sequences, false, 0), lengths, false, enforceSorted);
  }

  /**
   * Takes the padding out.
   *
   * @param padded (T, N, *), or with {@code batchFirst} (N, T, *)
   * @param lengths of the N sequences, each at least 1
   * @param enforceSorted whether to refuse lengths that do not descend, instead of sorting them
   */
  public static PackedSequence packPaddedSequence(
      Tensor padded, long[] lengths, boolean batchFirst, boolean enforceSorted) {
    if (padded.rank() < 2 || padded.size(batchFirst ? 0 : 1) != lengths.length) {
      throw new ShapeException(
          "packPaddedSequence: "
              + padded.shape()
              + ": needs one of "
              + lengths.length
              + " lengths"
              + " per sequence");
    }
    Tensor steps = batchFirst ? padded.transpose(0, 1) : padded;
    for (long length : lengths) {
      if (length < 1 || length > steps.size(0)) {
        throw new IllegalArgumentException(
            "packPaddedSequence: length " + length + ": must be from 1 to " + steps.size(0));
      }
    }
    int[] order =
        IntStream.range(0, lengths.length)
            .boxed()
            .sorted(Comparator.comparingLong(i -> -lengths[i]))
            .mapToInt(Integer::intValue)
            .toArray();
    boolean sorted = IntStream.range(0, order.length).allMatch(i -> order[i] == i);
    if (!sorted && enforceSorted) {
      throw new IllegalArgumentException(
          "packPaddedSequence: lengths "
              + Arrays.toString(lengths)
              + ": must descend; or give enforceSorted = false");
    }
    Optional<Tensor> sortedIndices = Optional.empty();
    Optional<Tensor> unsortedIndices = Optional.empty();
    if (!sorted) {
      long[] inverse = new long[order.length];
      for (int i = 0; i < order.length; i++) {
        inverse[order[i]] = i;
      }
      sortedIndices = Optional.of(index(Arrays.stream(order).asLongStream().toArray(), padded));
      unsortedIndices = Optional.of(index(inverse, padded));
      steps = steps.indexSelect(1, sortedIndices.get());
    }
    long[] descending = Arrays.stream(order).mapToLong(i -> lengths[i]).toArray();
    var sizes = new ArrayList<Long>();
    var rows = new ArrayList<Tensor>();
    for (int t = 0; t < (descending.length == 0 ? 0 : descending[0]); t++) {
      long step = t;
      long count = Arrays.stream(descending).filter(length -> length > step).count();
      sizes.add(count);
      rows.add(steps.select(0, t).narrow(0, 0, count));
    }
    return new PackedSequence(Tensor.cat(rows, 0), sizes, sortedIndices, unsortedIndices);
  }

  /** {@link #padPackedSequence(PackedSequence, boolean, double, long)} as long as the longest. */
  public static Padded padPackedSequence(PackedSequence packed, boolean batchFirst) {
    return padPackedSequence(packed, batchFirst, 0, packed.batchSizes().size());
  }

  /**
   * Puts padding behind the shorter sequences again.
   *
   * @param totalLength of all of them, with the padding
   */
  public static Padded padPackedSequence(
      PackedSequence packed, boolean batchFirst, double paddingValue, long totalLength) {
    List<Long> sizes = packed.batchSizes();
    if (totalLength < sizes.size()) {
      throw new IllegalArgumentException(
          "padPackedSequence: total length "
              + totalLength
              + ": the longest sequence has "
              + sizes.size());
    }
    long batch = sizes.getFirst();
    Tensor data = packed.data();
    Shape row = data.shape().slice(1, data.rank());
    var steps = new ArrayList<Tensor>();
    long[] lengths = new long[Math.toIntExact(batch)];
    long from = 0;
    for (long size : sizes) {
      Tensor present = data.narrow(0, from, size);
      from += size;
      for (int i = 0; i < size; i++) {
        lengths[i]++;
      }
      steps.add(filled(present, batch, row, paddingValue));
    }
    Tensor nothing = data.narrow(0, 0, 0);
    while (steps.size() < totalLength) {
      steps.add(filled(nothing, batch, row, paddingValue));
    }
    Tensor padded = Tensor.stack(steps, 0);
    List<Long> order = Sizes.list(lengths);
    if (packed.unsortedIndices().isPresent()) {
      Tensor index = packed.unsortedIndices().get();
      padded = padded.indexSelect(1, index);
      order = Arrays.stream(index.toLongArray()).mapToObj(i -> lengths[(int) i]).toList();
    }
    return new Padded(batchFirst ? padded.transpose(0, 1) : padded, order);
  }

  private static Tensor filled(Tensor present, long batch, Shape row, double value) {
    long missing = batch - present.size(0);
    return missing == 0
        ? present
        : Tensor.cat(
            List.of(
                present,
                Tensor.full(
                    Shape.of(missing).concat(row), value, present.dtype(), present.device())),
            0);
  }

  private static Tensor index(long[] values, Tensor like) {
    try (var _ = Context.current().withDefaultDevice(like.device())) {
      return Tensor.of(values);
    }
  }
}
