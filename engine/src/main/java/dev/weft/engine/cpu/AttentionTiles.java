package dev.weft.engine.cpu;

import static dev.weft.engine.Native.ALL;

import dev.weft.engine.DType;
import dev.weft.engine.Half;
import dev.weft.engine.Native;
import dev.weft.engine.Tensor;
import dev.weft.engine.cpu.Gemm.Matrix;
import dev.weft.engine.op.AttentionOp;
import dev.weft.engine.op.Binary;
import dev.weft.engine.op.Unary;
import java.lang.foreign.MemorySegment;

/**
 * What attention and its gradient share: blocks of {@link #KEYS} keys by {@link #QUERIES} queries
 * of which the scores are computed, used and forgotten.
 *
 * <p>A block has a row per key and a column per query, so that what belongs to a query, such as its
 * largest score, is a row that loops along the block's rows meet element by element. How blocks are
 * cut depends on sizes alone.
 */
final class AttentionTiles {

  static final long QUERIES = 192;
  static final long KEYS = 128;

  /** Multiply-adds per piece of work: about 25 µs. */
  private static final long PIECE = 2_000_000;

  final Widening widening;
  final DType dtype;
  final int bytes;
  final Gemm gemm;
  final long heads;
  final long queries;
  final long keys;
  final long width;
  final long values;
  final Loops.Unary exp;
  final Loops.Binary times;

  private final boolean causal;
  private final double scale;
  private final Loops.Binary scaled;
  private final Fold max;
  private final Fold min;
  private final Packing packing;

  /** For queries, keys and values with a head at least. */
  AttentionTiles(AttentionOp op, Tensor q, Tensor k, Tensor v) {
    this.widening = Widening.of(q.dtype());
    this.dtype = widening.to();
    this.bytes = dtype.bytes();
    this.gemm = Gemm.of(dtype);
    this.queries = q.size(-2);
    this.keys = k.size(-2);
    this.width = q.size(-1);
    this.values = v.size(-1);
    this.heads = q.shape().slice(0, q.rank() - 2).numel();
    this.causal = op.causal();
    this.scale = Half.round(dtype, op.scale());
    long scores = heads * queries * keys;
    this.exp = UnaryKernels.on(Unary.EXP, dtype, scores);
    this.times = BinaryKernels.both(Binary.MUL, dtype, scores);
    this.scaled = BinaryKernels.right(Binary.MUL, dtype, heads * queries * width);
    this.max = Fold.Kind.MAX.on(dtype, heads * keys * values);
    this.min = Fold.Kind.MIN.on(dtype, heads * keys * values);
    this.packing = Packings.of(bytes).form(heads * (queries + keys) * (width + values));
  }

  long blocks() {
    return Math.ceilDiv(queries, QUERIES);
  }

  /** How many units of so many multiply-adds make a piece of work. */
  static long grain(long work) {
    return Math.max(1, PIECE / Math.max(1, work));
  }

  /** Whether some block of keys is hidden from all of some block of queries. */
  boolean hidesBlocks() {
    return causal && keys > Math.min(queries, QUERIES);
  }

  boolean isFinite(Heads x, long head) {
    return x.isFinite(head, max, min);
  }

  boolean isFinite(long row, long count) {
    return Double.isFinite(max.run(row, 0, 0, count)) && Double.isFinite(min.run(row, 0, 0, count));
  }

  /** How many keys are looked at for queries before {@code end}. */
  long seen(long end, boolean skips) {
    return skips ? Math.min(keys, end) : keys;
  }

  /** to[j, i] = from[i, j], for so many rows i and columns j, and rows without gaps. */
  void transpose(Matrix from, long rows, long columns, long to, long toRow) {
    packing.run(from.address(), from.row(), bytes, to, toRow, Math.toIntExact(rows), columns);
  }

  /** The transposed matrices of all heads, where several blocks of queries meet them. */
  Temp transposed(Heads x, long rows, long columns) {
    if (blocks() == 1) {
      return Temp.none();
    }
    long size = rows * columns * bytes;
    Temp memory = Temp.of(heads * size);
    Parallel.ranges(
        heads,
        Math.max(1, Elementwise.LIGHT / Math.max(1, rows * columns)),
        (from, to) -> {
          for (long head = from; head < to; head++) {
            transpose(x.at(head), rows, columns, memory.address() + head * size, rows * bytes);
          }
        });
    return memory;
  }

  /** The transposed matrix of a head: as {@link #transposed} left it, or as it lies. */
  Matrix turned(Heads x, Temp transposed, long head, long rows, long columns) {
    return transposed.address() == 0
        ? x.at(head).transposed()
        : new Matrix(transposed.address() + head * rows * columns * bytes, rows * bytes, bytes);
  }

  void scale(long x, long count) {
    scaled.right(x, scale, x, count);
  }

  /**
   * Puts {@code filler} where a query does not see a key.
   *
   * @param key the first of the block's keys, of which there are {@code rows}
   * @param query the first of its {@code columns} queries
   * @param filler a row of one number
   */
  void hide(long block, long key, long rows, long query, long columns, long filler) {
    if (!causal) {
      return;
    }
    for (long i = Math.max(0, query + 1 - key); i < rows; i++) {
      long hidden = Math.min(columns, key + i - query);
      MemorySegment.copy(ALL, filler, ALL, block + i * columns * bytes, hidden * bytes);
    }
  }

  void fill(long x, double value, long count) {
    for (long i = 0; i < count; i++) {
      Native.setDouble(dtype, x, i, value);
    }
  }
}
