package dev.weft.engine.op;

import dev.weft.engine.Shape;
import dev.weft.engine.ShapeException;
import java.util.Collections;
import java.util.List;

/**
 * Where a sliding window lies: window i of a dimension covers the elements i · stride + j ·
 * dilation − padding for j from 0 to kernel − 1. Elements before the first and behind the last are
 * padding.
 *
 * <p>Each list has one number per spatial dimension.
 *
 * @param stride from a window to the next; at least 1
 * @param padding elements in front of the first and behind the last; not negative
 * @param dilation from an element of a window to the next; at least 1
 */
public record Windows(List<Long> stride, List<Long> padding, List<Long> dilation) {

  /** More elements than any memory holds, and few enough to be added up. */
  private static final long MOST = 1L << 60;

  /** The most spatial dimensions. */
  public static final int DIMS = 3;

  public Windows {
    stride = List.copyOf(stride);
    padding = List.copyOf(padding);
    dilation = List.copyOf(dilation);
    int dims = stride.size();
    if (dims < 1 || dims > DIMS || padding.size() != dims || dilation.size() != dims) {
      throw new IllegalArgumentException(
          "windows: stride "
              + stride
              + ", padding "
              + padding
              + ", dilation "
              + dilation
              + ": one number of each per dimension, for one to three dimensions");
    }
    requireAtLeast("stride", stride, 1);
    requireAtLeast("padding", padding, 0);
    requireAtLeast("dilation", dilation, 1);
    for (long value : padding) {
      if (value > MOST) {
        throw new IllegalArgumentException("padding " + padding + ": " + value + " is too large");
      }
    }
  }

  /** Side by side without padding, for {@code dims} dimensions. */
  public static Windows plain(int dims) {
    return new Windows(
        Collections.nCopies(dims, 1L),
        Collections.nCopies(dims, 0L),
        Collections.nCopies(dims, 1L));
  }

  private static void requireAtLeast(String what, List<Long> values, long least) {
    for (long value : values) {
      if (value < least) {
        throw new IllegalArgumentException(
            what + " " + values + ": " + value + " is too small; must be at least " + least);
      }
    }
  }

  /** The number of spatial dimensions. */
  public int dims() {
    return stride.size();
  }

  /** How many elements window and gaps reach over: (kernel − 1) · dilation + 1, at most 2^60. */
  public long extent(int dim, long kernel) {
    long gaps = kernel - 1;
    return gaps > MOST / dilation.get(dim) ? MOST : gaps * dilation.get(dim) + 1;
  }

  /** How many whole windows fit. */
  public long count(int dim, long size, long kernel) {
    long room = size + 2 * padding.get(dim) - extent(dim, kernel);
    return room < 0 ? 0 : room / stride.get(dim) + 1;
  }

  /**
   * The number of windows of each dimension.
   *
   * @param op for the message where not one fits
   */
  Shape counts(Op op, Shape sizes, Shape kernel) {
    long[] counts = new long[dims()];
    for (int d = 0; d < counts.length; d++) {
      if (kernel.size(d) < 1) {
        throw new ShapeException(op + ": kernel " + kernel + ": must be at least 1");
      }
      counts[d] = count(d, sizes.size(d), kernel.size(d));
      if (counts[d] == 0) {
        throw new ShapeException(
            op
                + ": input "
                + sizes
                + ", kernel "
                + kernel
                + ": a window of "
                + extent(d, kernel.size(d))
                + " does not fit into "
                + (sizes.size(d) + 2 * padding.get(d))
                + " elements, padding included");
      }
    }
    return Shape.of(counts);
  }

  /** These windows with dimensions of size 1 put in front, so that there are {@link #DIMS}. */
  public Windows full() {
    return new Windows(front(stride, 1), front(padding, 0), front(dilation, 1));
  }

  private static List<Long> front(List<Long> values, long value) {
    var full = new java.util.ArrayList<>(Collections.nCopies(DIMS - values.size(), value));
    full.addAll(values);
    return full;
  }

  /** What differs from plain windows: {@code stride=[2], padding=[1]}. */
  @Override
  public String toString() {
    var text = new StringBuilder();
    append(text, "stride", stride, 1);
    append(text, "padding", padding, 0);
    append(text, "dilation", dilation, 1);
    return text.toString();
  }

  private static void append(StringBuilder text, String name, List<Long> values, long usual) {
    if (values.stream().anyMatch(value -> value != usual)) {
      text.append(text.isEmpty() ? "" : ", ").append(name).append('=').append(values);
    }
  }
}
