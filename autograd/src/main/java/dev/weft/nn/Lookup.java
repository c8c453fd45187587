package dev.weft.nn;

import dev.weft.engine.Context;
import dev.weft.engine.DType;
import dev.weft.engine.IndexException;
import dev.weft.engine.Shape;
import dev.weft.engine.ShapeException;
import dev.weft.engine.Tensor;
import dev.weft.engine.TensorScope;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalLong;

/** Rows of a table by number, one by one or combined in bags. */
final class Lookup {

  private Lookup() {}

  static Tensor embedding(Tensor ids, Tensor weight, EmbeddingOptions options) {
    requireTable("embedding", ids, weight);
    OptionalLong padding = padding("embedding", options, weight);
    Tensor flat = ids.reshape(-1);
    limit(flat, weight, options);
    Tensor rows = weight.indexSelect(0, flat);
    if (padding.isPresent()) {
      rows = flat.ne(padding.getAsLong()).unsqueeze(-1).where(rows, rows.detach());
    }
    if (options.scaleGradByFreq()) {
      rows = scaled(rows, flat, weight.size(0));
    }
    return rows.reshape(ids.shape().concat(Shape.of(weight.size(1))));
  }

  private static void requireTable(String name, Tensor ids, Tensor weight) {
    ids.spec().requireIndex(name);
    if (weight.rank() != 2) {
      throw new ShapeException(name + ": weight " + weight.shape() + ": must have two dimensions");
    }
  }

  private static OptionalLong padding(String name, EmbeddingOptions options, Tensor weight) {
    OptionalLong padding = options.paddingIdx();
    return padding.isEmpty()
        ? padding
        : OptionalLong.of(paddingIndex(name, padding.getAsLong(), weight.size(0)));
  }

  /** Counts from the end where negative, as in PyTorch. */
  static long paddingIndex(String where, long paddingIdx, long rows) {
    if (paddingIdx < -rows || paddingIdx >= rows) {
      throw new IndexException(
          where + ": padding index " + paddingIdx + " is outside a table of " + rows + " rows");
    }
    return paddingIdx < 0 ? paddingIdx + rows : paddingIdx;
  }

  /** Scales rows that will be looked up down to the length allowed, in place. */
  private static void limit(Tensor ids, Tensor weight, EmbeddingOptions options) {
    if (options.maxNorm().isEmpty() || ids.numel() == 0) {
      return;
    }
    double most = options.maxNorm().getAsDouble();
    try (var _ = TensorScope.open();
        var _ = Context.current().withGrad(false)) {
      Tensor length = Functional.rowNorm(weight, options.normType());
      Tensor scale = length.add(1e-7).rdiv(most); // PyTorch's summand, against a length of 0
      Tensor used = counts(ids, weight.size(0)).gt(0).unsqueeze(1);
      Tensor shorter = used.logicalAnd(length.gt(most));
      weight.mulInPlace(shorter.where(scale, Tensor.onesLike(scale)));
    }
  }

  /** How often each row is looked up; int64. */
  private static Tensor counts(Tensor ids, long rows) {
    Tensor ones = Tensor.full(ids.shape(), 1L, DType.INT64, ids.device());
    return Tensor.zeros(Shape.of(rows), DType.INT64, ids.device())
        .indexAdd(0, ids.to(DType.INT64), ones);
  }

  /** The same values, whose gradient is divided by how often the row was looked up. */
  private static Tensor scaled(Tensor rows, Tensor ids, long table) {
    Tensor often = counts(ids, table).indexSelect(0, ids).to(rows.dtype()).unsqueeze(1);
    Tensor values = rows.detach();
    return values.add(rows.sub(values).div(often));
  }

  static Tensor bags(
      Tensor ids,
      Tensor weight,
      Optional<? extends Tensor> offsets,
      Optional<? extends Tensor> perSampleWeights,
      EmbeddingBag.Mode mode,
      boolean includeLastOffset,
      EmbeddingOptions options) {
    String name = "embedding_bag";
    requireTable(name, ids, weight);
    weight.spec().requireFloating(name);
    if (ids.rank() == 2 == offsets.isPresent() || ids.rank() < 1 || ids.rank() > 2) {
      throw new ShapeException(
          name
              + ": numbers "
              + ids.shape()
              + (offsets.isPresent() ? " with" : " without")
              + " offsets: needs bags of one size (B, N), or (N) and offsets");
    }
    if (perSampleWeights.isPresent()
        && (mode != EmbeddingBag.Mode.SUM || !perSampleWeights.get().shape().equals(ids.shape()))) {
      throw new ShapeException(
          name
              + ": weights "
              + perSampleWeights.get().shape()
              + " for numbers "
              + ids.shape()
              + ", mode "
              + mode
              + ": needs one per number, and sums");
    }
    long[] starts =
        ids.rank() == 2
            ? starts(ids.size(0), ids.size(1))
            : starts(offsets.orElseThrow(), ids.numel(), includeLastOffset);
    Tensor flat = ids.reshape(-1);
    Tensor rows = embedding(flat, weight, options);
    if (perSampleWeights.isPresent()) {
      rows = rows.mul(perSampleWeights.get().reshape(-1).unsqueeze(1));
    }
    OptionalLong padding = padding(name, options, weight);
    Tensor counted =
        padding.isPresent()
            ? flat.ne(padding.getAsLong())
            : Tensor.full(flat.shape(), 1, DType.BOOL, flat.device());
    return switch (mode) {
      case SUM -> sum(rows, counted, starts);
      case MEAN -> {
        Tensor number = sum(counted.to(rows.dtype()).unsqueeze(1), counted, starts);
        yield sum(rows, counted, starts).div(number.clamp(1, Double.POSITIVE_INFINITY));
      }
      case MAX -> largest(rows, counted, starts);
    };
  }

  private static long[] starts(long bags, long size) {
    long[] starts = new long[Math.toIntExact(bags + 1)];
    for (int i = 0; i < starts.length; i++) {
      starts[i] = i * size;
    }
    return starts;
  }

  /** Where each bag begins, and behind the last one the number of all. */
  private static long[] starts(Tensor offsets, long count, boolean includeLast) {
    offsets.spec().requireIndex("embedding_bag");
    long[] given = offsets.toLongArray();
    long[] starts = includeLast ? given : Arrays.copyOf(given, given.length + 1);
    if (!includeLast) {
      starts[given.length] = count;
    }
    boolean ascends = offsets.rank() == 1 && starts.length > 0 && starts[0] == 0;
    for (int i = 1; i < starts.length; i++) {
      ascends &= starts[i - 1] <= starts[i];
    }
    if (!ascends || starts[starts.length - 1] > count) {
      throw new IllegalArgumentException(
          "embedding_bag: offsets "
              + Arrays.toString(given)
              + " for "
              + count
              + " numbers: must begin with 0 and ascend");
    }
    return starts;
  }

  private static Tensor sum(Tensor rows, Tensor counted, long[] starts) {
    int bags = starts.length - 1;
    int used = Math.toIntExact(starts[bags]);
    long[] bag = new long[used];
    for (int b = 0; b < bags; b++) {
      Arrays.fill(bag, (int) starts[b], (int) starts[b + 1], b);
    }
    Tensor zero = Tensor.zeros(Shape.SCALAR, rows.dtype(), rows.device());
    Tensor seen = counted.unsqueeze(1).where(rows, zero);
    return Tensor.zeros(Shape.of(bags, rows.size(1)), rows.dtype(), rows.device())
        .indexAdd(0, index(bag, rows), seen.narrow(0, 0, used));
  }

  /** Bags of one size, filled up with what never wins. */
  private static Tensor largest(Tensor rows, Tensor counted, long[] starts) {
    int bags = starts.length - 1;
    int longest = 0;
    for (int b = 0; b < bags; b++) {
      longest = Math.max(longest, (int) (starts[b + 1] - starts[b]));
    }
    if (longest == 0) {
      return Tensor.zeros(Shape.of(bags, rows.size(1)), rows.dtype(), rows.device());
    }
    long[] at = new long[bags * longest];
    boolean[] there = new boolean[at.length];
    for (int b = 0; b < bags; b++) {
      for (int i = 0; i < starts[b + 1] - starts[b]; i++) {
        at[b * longest + i] = starts[b] + i;
        there[b * longest + i] = true;
      }
    }
    Tensor index = index(at, rows);
    Tensor present = Tensor.of(there).to(rows.device()).logicalAnd(counted.indexSelect(0, index));
    Tensor least = Tensor.full(Shape.SCALAR, Double.NEGATIVE_INFINITY, rows.dtype(), rows.device());
    Shape table = Shape.of(bags, longest);
    Tensor candidates = present.unsqueeze(1).where(rows.indexSelect(0, index), least);
    Tensor best = candidates.reshape(table.concat(Shape.of(rows.size(1)))).max(1, false).values();
    Tensor any = present.reshape(table).any(1, true);
    return any.where(best, Tensor.zeros(Shape.SCALAR, rows.dtype(), rows.device()));
  }

  private static Tensor index(long[] values, Tensor like) {
    return Tensor.of(values).to(like.device());
  }
}
