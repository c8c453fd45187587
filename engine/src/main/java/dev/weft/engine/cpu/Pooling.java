package dev.weft.engine.cpu;

import static dev.weft.engine.Native.ALL;

import dev.weft.engine.DType;
import dev.weft.engine.Native;
import dev.weft.engine.Shape;
import dev.weft.engine.Tensor;
import dev.weft.engine.op.AvgPool;
import dev.weft.engine.op.MaxPool;
import dev.weft.engine.op.PatchesOp;
import dev.weft.engine.op.Regions;
import java.lang.foreign.MemorySegment;

/**
 * Pooling, plane by plane, and windows as columns. A plane is read into an array of doubles, which
 * holds every floating dtype exactly; C2 walks arrays well.
 */
final class Pooling {

  /** Elements per piece of work: about 50 µs. */
  private static final long PIECE = 1 << 15;

  private Pooling() {}

  /** The part of each region that is inside, along each of three dimensions. */
  private static final class Grid {
    private final int[] size = {1, 1, 1};
    private final int[] count = {1, 1, 1};
    private final int[] step = {1, 1, 1};
    private final int[][] low = {{0}, {0}, {0}};
    private final int[][] high = {{1}, {1}, {1}};
    private final int[][] extent = {{1}, {1}, {1}};

    Grid(Regions regions, Shape plane, Shape counts) {
      for (int d = 0; d < plane.rank(); d++) {
        int to = d + 3 - plane.rank();
        long elements = plane.size(d);
        size[to] = Math.toIntExact(elements);
        count[to] = Math.toIntExact(counts.size(d));
        step[to] = Math.toIntExact(Math.min(regions.step(d), elements));
        low[to] = new int[count[to]];
        high[to] = new int[count[to]];
        extent[to] = new int[count[to]];
        for (int i = 0; i < count[to]; i++) {
          long first = regions.first(d, i, elements);
          long end = regions.end(d, i, elements);
          long step = regions.step(d);
          low[to][i] = (int) (first + Math.ceilDiv(Math.max(0, -first), step) * step);
          high[to][i] = (int) Math.min(end, elements);
          extent[to][i] = (int) (end - first);
        }
      }
    }

    int elements() {
      return size[0] * size[1] * size[2];
    }

    int results() {
      return count[0] * count[1] * count[2];
    }

    /** What the sum of a region is divided by. */
    double divisor(AvgPool op, int a, int b, int c) {
      long inside = (long) inside(0, a) * inside(1, b) * inside(2, c);
      return op.divisor((long) extent[0][a] * extent[1][b] * extent[2][c], inside);
    }

    private int inside(int dim, int i) {
      return Math.ceilDiv(high[dim][i] - low[dim][i], step[dim]);
    }
  }

  private static Shape last(Tensor x, int dims) {
    return x.shape().slice(x.rank() - dims, x.rank());
  }

  static void max(MaxPool op, Tensor in, Tensor values, Tensor indices) {
    if (values.numel() == 0) {
      return;
    }
    int dims = op.regions().dims();
    var grid = new Grid(op.regions(), last(in, dims), last(values, dims));
    DType dtype = in.dtype();
    try (Temp x = Temp.contiguous(in)) {
      planes(
          grid,
          values.numel(),
          plane -> {
            long at = plane * grid.elements() * dtype.bytes();
            double[] elements = Chunk.doubles(dtype, x.address() + at, grid.elements());
            double[] largest = new double[grid.results()];
            long[] where = new long[grid.results()];
            max(grid, elements, largest, where);
            long first = plane * grid.results();
            Chunk.write(dtype, largest, largest.length, values.address() + first * dtype.bytes());
            MemorySegment.copy(
                where, 0, ALL, Native.LONG, indices.address() + first * Long.BYTES, where.length);
          });
    }
  }

  private static void planes(Grid grid, long results, java.util.function.LongConsumer body) {
    Parallel.ranges(
        results / grid.results(),
        Math.max(1, PIECE / (grid.elements() + grid.results())),
        (from, to) -> {
          for (long plane = from; plane < to; plane++) {
            body.accept(plane);
          }
        });
  }

  private static void max(Grid grid, double[] x, double[] largest, long[] where) {
    int result = 0;
    for (int a = 0; a < grid.count[0]; a++) {
      for (int b = 0; b < grid.count[1]; b++) {
        for (int c = 0; c < grid.count[2]; c++) {
          int best = max(grid, x, a, b, c);
          largest[result] = x[best];
          where[result++] = best;
        }
      }
    }
  }

  private static int max(Grid grid, double[] x, int a, int b, int c) {
    int low = grid.low[2][c];
    int high = grid.high[2][c];
    int best = -1;
    double most = 0;
    for (int i = grid.low[0][a]; i < grid.high[0][a]; i += grid.step[0]) {
      for (int j = grid.low[1][b]; j < grid.high[1][b]; j += grid.step[1]) {
        int row = (i * grid.size[1] + j) * grid.size[2];
        for (int k = row + low; k < row + high; k += grid.step[2]) {
          double value = x[k];
          if (best < 0 || value > most || Double.isNaN(value)) {
            best = k;
            most = value;
          }
        }
      }
    }
    return best;
  }

  static void average(AvgPool op, Tensor in, Tensor out) {
    if (out.numel() == 0) {
      return;
    }
    int dims = op.regions().dims();
    boolean forward = op.spread().isEmpty();
    var grid =
        new Grid(op.regions(), last(forward ? in : out, dims), last(forward ? out : in, dims));
    int read = forward ? grid.elements() : grid.results();
    int written = forward ? grid.results() : grid.elements();
    DType dtype = in.dtype();
    try (Temp x = Temp.contiguous(in)) {
      planes(
          grid,
          out.numel() / written * grid.results(),
          plane -> {
            double[] from = Chunk.doubles(dtype, x.address() + plane * read * dtype.bytes(), read);
            double[] to = new double[written];
            average(op, grid, from, to);
            Chunk.write(dtype, to, written, out.address() + plane * written * dtype.bytes());
          });
    }
  }

  private static void average(AvgPool op, Grid grid, double[] from, double[] to) {
    boolean forward = op.spread().isEmpty();
    int result = 0;
    for (int a = 0; a < grid.count[0]; a++) {
      for (int b = 0; b < grid.count[1]; b++) {
        for (int c = 0; c < grid.count[2]; c++) {
          double divisor = grid.divisor(op, a, b, c);
          if (forward) {
            to[result] = sum(grid, from, a, b, c) / divisor;
          } else {
            add(grid, from[result] / divisor, to, a, b, c);
          }
          result++;
        }
      }
    }
  }

  private static double sum(Grid grid, double[] x, int a, int b, int c) {
    double sum = 0;
    for (int i = grid.low[0][a]; i < grid.high[0][a]; i += grid.step[0]) {
      for (int j = grid.low[1][b]; j < grid.high[1][b]; j += grid.step[1]) {
        int row = (i * grid.size[1] + j) * grid.size[2];
        for (int k = row + grid.low[2][c]; k < row + grid.high[2][c]; k += grid.step[2]) {
          sum += x[k];
        }
      }
    }
    return sum;
  }

  private static void add(Grid grid, double share, double[] x, int a, int b, int c) {
    for (int i = grid.low[0][a]; i < grid.high[0][a]; i += grid.step[0]) {
      for (int j = grid.low[1][b]; j < grid.high[1][b]; j += grid.step[1]) {
        int row = (i * grid.size[1] + j) * grid.size[2];
        for (int k = row + grid.low[2][c]; k < row + grid.high[2][c]; k += grid.step[2]) {
          x[k] += share;
        }
      }
    }
  }

  static void unfold(PatchesOp op, Tensor in, Tensor out) {
    if (out.numel() == 0) {
      return;
    }
    boolean forward = op.fold().isEmpty();
    Shape image = (forward ? in : out).shape();
    Shape sizes = image.slice(2, image.rank());
    Shape positions = op.positions(sizes);
    DType dtype = in.dtype();
    if (!forward && dtype.isHalf()) {
      try (Products.Wide wide = Products.Wide.of(in);
          Temp sums = Temp.of(4 * out.numel())) {
        var patches = new Patches(DType.FLOAT32, op.windows(), sizes, op.window(), positions);
        fold(patches, wide.address(), sums.address(), out.numel(), Float.BYTES);
        Copies.cast(DType.FLOAT32, sums.address(), dtype, out.address(), out.numel());
      }
      return;
    }
    var patches = new Patches(dtype, op.windows(), sizes, op.window(), positions);
    try (Temp x = Temp.contiguous(in)) {
      if (forward) {
        unfold(patches, x.address(), out.address(), in.numel(), dtype.bytes());
      } else {
        fold(patches, x.address(), out.address(), out.numel(), dtype.bytes());
      }
    }
  }

  private static void unfold(Patches patches, long x, long columns, long count, int bytes) {
    long column = patches.window() * patches.count();
    Parallel.ranges(
        count / patches.plane(),
        Math.max(1, PIECE / column),
        (from, to) ->
            patches.gather(
                x + from * patches.plane() * bytes,
                to - from,
                0,
                patches.count(),
                columns + from * column * bytes));
  }

  private static void fold(Patches patches, long columns, long x, long count, int bytes) {
    long column = patches.window() * patches.count();
    Parallel.ranges(
        count / patches.plane(),
        Math.max(1, PIECE / column),
        (from, to) -> {
          long start = x + from * patches.plane() * bytes;
          ALL.asSlice(start, (to - from) * patches.plane() * bytes).fill((byte) 0);
          patches.scatter(columns + from * column * bytes, to - from, 0, patches.count(), start);
        });
  }
}
