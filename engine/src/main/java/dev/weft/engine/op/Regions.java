package dev.weft.engine.op;

import dev.weft.engine.Shape;
import dev.weft.engine.ShapeException;
import java.util.List;

/**
 * Which elements each result of a pooling is made from: along each spatial dimension, result i
 * comes from elements {@code first(i), first(i) + step, …} below {@code end(i)}, as far as they
 * exist. What is outside the input is padding.
 */
public sealed interface Regions {

  /** The number of spatial dimensions, the last ones of the input. */
  int dims();

  /**
   * The number of results along each dimension.
   *
   * @param op for the message where there is none
   */
  Shape counts(Op op, Shape sizes);

  /** The first element of region {@code i}; negative in padding. */
  long first(int dim, long i, long size);

  /** Behind the last element of region {@code i}, at most behind the padding. */
  long end(int dim, long i, long size);

  /** From an element of a region to the next. */
  long step(int dim);

  /**
   * Windows of one size.
   *
   * @param ceil whether a last window that hangs over counts, if it begins inside the input or the
   *     padding in front of it
   */
  record Sliding(Windows windows, List<Long> kernel, boolean ceil) implements Regions {

    public Sliding {
      kernel = List.copyOf(kernel);
      if (kernel.size() != windows.dims()) {
        throw new IllegalArgumentException(
            "pool: kernel " + kernel + ": needs " + windows.dims() + " sizes");
      }
      for (int d = 0; d < kernel.size(); d++) {
        if (kernel.get(d) < 1) {
          throw new IllegalArgumentException("pool: kernel " + kernel + ": must be at least 1");
        }
        if (2 * windows.padding().get(d) > windows.extent(d, kernel.get(d))) {
          throw new IllegalArgumentException(
              "pool: padding "
                  + windows.padding()
                  + ", kernel "
                  + kernel
                  + ": padding may be half of a window at most");
        }
      }
    }

    /** Windows of one size that do not hang over. */
    public static Sliding of(Windows windows, Long... kernel) {
      return new Sliding(windows, List.of(kernel), false);
    }

    @Override
    public int dims() {
      return kernel.size();
    }

    @Override
    public Shape counts(Op op, Shape sizes) {
      long[] counts = new long[dims()];
      for (int d = 0; d < counts.length; d++) {
        long size = sizes.size(d);
        long stride = windows.stride().get(d);
        long padding = windows.padding().get(d);
        long room = size + 2 * padding - windows.extent(d, kernel.get(d));
        counts[d] = Math.floorDiv(room + (ceil ? stride - 1 : 0), stride) + 1;
        if (ceil && (counts[d] - 1) * stride >= size + padding) {
          counts[d]--;
        }
        if (size == 0 || counts[d] < 1) {
          throw new ShapeException(
              op
                  + ": "
                  + sizes
                  + ": a window of "
                  + windows.extent(d, kernel.get(d))
                  + " does not fit into "
                  + (size + 2 * padding)
                  + " elements, padding included");
        }
        requireElements(op, d, counts[d], size);
      }
      return Shape.of(counts);
    }

    /** Between two elements of a dilated window there may be room for the whole input. */
    private void requireElements(Op op, int d, long count, long size) {
      long step = step(d);
      for (long i = 0; step > 1 && i < count; i++) {
        long first = first(d, i, size);
        if (first + Math.ceilDiv(Math.max(0, -first), step) * step
            >= Math.min(end(d, i, size), size)) {
          throw new ShapeException(
              op + ": size " + size + ": window " + i + " holds nothing but padding");
        }
      }
    }

    @Override
    public long first(int dim, long i, long size) {
      return i * windows.stride().get(dim) - windows.padding().get(dim);
    }

    @Override
    public long end(int dim, long i, long size) {
      long end = first(dim, i, size) + windows.extent(dim, kernel.get(dim));
      return Math.min(end, size + windows.padding().get(dim));
    }

    @Override
    public long step(int dim) {
      return windows.dilation().get(dim);
    }

    @Override
    public String toString() {
      return "kernel="
          + kernel
          + (windows.toString().isEmpty() ? "" : ", " + windows)
          + (ceil ? ", ceil" : "");
    }
  }

  /**
   * As many regions as wanted, which cover the input evenly: region i of m over n elements goes
   * from ⌊i n / m⌋ to ⌈(i + 1) n / m⌉, so neighbours may share elements.
   */
  record Adaptive(List<Long> size) implements Regions {

    public Adaptive {
      size = List.copyOf(size);
      if (size.isEmpty() || size.size() > Windows.DIMS || size.stream().anyMatch(n -> n < 0)) {
        throw new IllegalArgumentException(
            "adaptive pool: size " + size + ": needs one to three sizes, none negative");
      }
    }

    @Override
    public int dims() {
      return size.size();
    }

    @Override
    public Shape counts(Op op, Shape sizes) {
      for (int d = 0; d < dims(); d++) {
        if (sizes.size(d) == 0 && size.get(d) > 0) {
          throw new ShapeException(op + ": " + sizes + ": there is nothing to pool");
        }
      }
      return Shape.of(size.stream().mapToLong(Long::longValue).toArray());
    }

    @Override
    public long first(int dim, long i, long size) {
      return i * size / this.size.get(dim);
    }

    @Override
    public long end(int dim, long i, long size) {
      return Math.ceilDiv((i + 1) * size, this.size.get(dim));
    }

    @Override
    public long step(int dim) {
      return 1;
    }

    @Override
    public String toString() {
      return "adaptive=" + size;
    }
  }
}
