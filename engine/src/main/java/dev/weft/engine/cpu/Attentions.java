package dev.weft.engine.cpu;

import static dev.weft.engine.Native.ALL;

import dev.weft.engine.DType;
import dev.weft.engine.Native;
import dev.weft.engine.Tensor;
import dev.weft.engine.cpu.Gemm.Matrix;
import dev.weft.engine.op.AttentionOp;
import dev.weft.engine.op.Binary;
import dev.weft.engine.op.Unary;
import java.lang.foreign.MemorySegment;

/**
 * Attention in tiles. For each query the largest score so far, m, and the sum of exp(score − m) are
 * kept; where a block of keys raises m, the sum and the weighted values so far are scaled down.
 */
final class Attentions {

  private final AttentionTiles tiles;
  private final long pitch;
  private final Loops.Binary max;
  private final Loops.Binary plus;
  private final Loops.Binary minus;
  private final Loops.Unary reciprocal;
  private final Loops.Unary log;

  private Attentions(AttentionTiles tiles) {
    this.tiles = tiles;
    this.pitch = AttentionTiles.QUERIES * tiles.bytes;
    DType dtype = tiles.dtype;
    long scores = tiles.heads * tiles.queries * tiles.keys;
    long rows = tiles.heads * tiles.queries;
    this.max = BinaryKernels.both(Binary.MAXIMUM, dtype, scores);
    this.plus = BinaryKernels.both(Binary.ADD, dtype, scores);
    this.minus = BinaryKernels.both(Binary.SUB, dtype, rows);
    this.reciprocal = UnaryKernels.on(Unary.RECIPROCAL, dtype, rows);
    this.log = UnaryKernels.on(Unary.LOG, dtype, rows);
  }

  /** Inputs: q, k, v. Outputs: y, and the logarithm of the sum of each query's exponentials. */
  static void run(AttentionOp op, Tensor[] in, Tensor[] out) {
    if (out[1].numel() == 0) {
      return;
    }
    if (in[1].size(-2) == 0) {
      ALL.asSlice(out[0].address(), out[0].spec().bytes()).fill((byte) 0);
      for (long i = 0; i < out[1].numel(); i++) {
        Native.setDouble(out[1].dtype(), out[1].address(), i, Double.NEGATIVE_INFINITY);
      }
      return;
    }
    var tiles = new AttentionTiles(op, in[0], in[1], in[2]);
    new Attentions(tiles).run(in, out[0], out[1].address());
  }

  private void run(Tensor[] in, Tensor y, long logs) {
    AttentionTiles t = tiles;
    try (Heads q = Heads.of(in[0]);
        Heads k = Heads.of(in[1]);
        Heads v = Heads.of(in[2]);
        Temp turned = t.transposed(v, t.keys, t.values)) {
      boolean[] skips = new boolean[Math.toIntExact(t.heads)];
      for (int head = 0; t.hidesBlocks() && head < skips.length; head++) {
        skips[head] = t.isFinite(v, head);
      }
      long blocks = t.blocks();
      long queries = Math.min(t.queries, AttentionTiles.QUERIES);
      Parallel.ranges(
          t.heads * blocks,
          AttentionTiles.grain(queries * t.keys * (t.width + t.values)),
          (from, to) -> {
            try (Room room = new Room(queries)) {
              for (long unit = from; unit < to; unit++) {
                int head = (int) (unit / blocks);
                long query = unit % blocks * AttentionTiles.QUERIES;
                long count = Math.min(AttentionTiles.QUERIES, t.queries - query);
                long row = head * t.queries + query;
                Matrix values = t.turned(v, turned, head, t.keys, t.values);
                room.start(q.at(head).from(query, 0), count);
                long seen = t.seen(query + count, skips[head]);
                for (long key = 0; key < seen; key += AttentionTiles.KEYS) {
                  long rows = Math.min(AttentionTiles.KEYS, seen - key);
                  room.block(k.at(head), values, key, rows, query, count);
                }
                room.finish(count, y, row, logs + row * t.bytes);
              }
            }
          });
    }
  }

  /** What one thread works with: a block of queries, and a block of its scores. */
  private final class Room implements AutoCloseable {
    private final Temp queries;
    private final Temp scores;
    private final Temp halves;
    private final Temp values;
    private final Temp rows;
    private final Temp wide;
    private final long maxima;
    private final long before;
    private final long sums;
    private final long filler;
    private final long negative;

    Room(long count) {
      long rowBytes = count * tiles.bytes;
      this.queries = Temp.of(tiles.width * rowBytes);
      this.scores = Temp.of(AttentionTiles.KEYS * rowBytes);
      this.halves = Temp.of(Math.ceilDiv(AttentionTiles.KEYS, 2) * rowBytes);
      this.values = Temp.of(tiles.values * rowBytes);
      this.rows = Temp.of(4 * pitch + tiles.bytes);
      this.wide = tiles.widening.room(count * tiles.values);
      this.maxima = rows.address();
      this.before = maxima + pitch;
      this.sums = before + pitch;
      this.filler = sums + pitch;
      this.negative = filler + pitch;
      tiles.fill(filler, Double.NEGATIVE_INFINITY, count);
      tiles.fill(negative, -1, 1);
    }

    /** Scaled queries, and nothing seen so far. */
    void start(Matrix q, long count) {
      tiles.transpose(q, count, tiles.width, queries.address(), count * tiles.bytes);
      tiles.scale(queries.address(), tiles.width * count);
      // Not −∞: where all scores so far are −∞, exp(score − m) is 0 then, and not NaN.
      tiles.fill(
          maxima, tiles.dtype == DType.FLOAT32 ? -Float.MAX_VALUE : -Double.MAX_VALUE, count);
      tiles.fill(sums, 0, count);
    }

    /** Takes the next {@code rows} keys in. */
    void block(Matrix k, Matrix v, long key, long rows, long query, long count) {
      long at = scores.address();
      long rowBytes = count * tiles.bytes;
      var q = new Matrix(queries.address(), rowBytes, tiles.bytes);
      tiles.gemm.run(rows, count, tiles.width, k.from(key, 0), q, 0, at, rowBytes);
      tiles.hide(at, key, rows, query, count, filler);
      MemorySegment.copy(ALL, maxima, ALL, before, rowBytes);
      combine(max, at, rows, count, maxima);
      // Scores minus m of their column, as a product with one term that is added.
      var minusOnes = new Matrix(negative, 0, tiles.bytes);
      var shift = new Matrix(maxima, rowBytes, tiles.bytes);
      tiles.gemm.add(rows, count, 1, minusOnes, shift, at, rowBytes);
      tiles.exp.run(at, at, rows * count);
      if (key > 0) {
        scaleDown(count);
      }
      combine(plus, at, rows, count, sums);
      var weights = new Matrix(at, rowBytes, tiles.bytes);
      long y = values.address();
      if (key == 0) {
        tiles.gemm.run(tiles.values, count, rows, v, weights, 0, y, rowBytes);
      } else {
        tiles.gemm.add(tiles.values, count, rows, v.from(0, key), weights, y, rowBytes);
      }
    }

    /** result = result ∘ the block's rows. */
    private void combine(Loops.Binary loop, long block, long rows, long count, long result) {
      long rowBytes = count * tiles.bytes;
      long from = block;
      for (long left = rows; left > 1; ) {
        long half = left / 2;
        long to = halves.address();
        loop.run(from, from + (left - half) * rowBytes, to, half * count);
        if (left % 2 == 1 && from != to) {
          MemorySegment.copy(ALL, from + half * rowBytes, ALL, to + half * rowBytes, rowBytes);
        }
        from = to;
        left -= half;
      }
      loop.run(result, from, result, count);
    }

    /** What was summed up with the maxima before, with those of now. */
    private void scaleDown(long count) {
      minus.run(before, maxima, before, count);
      tiles.exp.run(before, before, count);
      boolean same = true;
      for (long i = 0; i < count && same; i++) {
        same = Native.getDouble(tiles.dtype, before, i) == 1;
      }
      if (!same) {
        tiles.times.run(sums, before, sums, count);
        eachRow(before, count);
      }
    }

    /** Multiplies each row of the values by a row, many at a time. */
    private void eachRow(long factors, long count) {
      long rowBytes = count * tiles.bytes;
      long most = Math.min(tiles.values, Math.ceilDiv(AttentionTiles.KEYS, 2));
      for (long j = 0; j < most; j++) {
        MemorySegment.copy(ALL, factors, ALL, halves.address() + j * rowBytes, rowBytes);
      }
      for (long j = 0; j < tiles.values; j += most) {
        long some = values.address() + j * rowBytes;
        long elements = Math.min(most, tiles.values - j) * count;
        tiles.times.run(some, halves.address(), some, elements);
      }
    }

    /** The weighted values by the sums of the weights, from row {@code row} of y on. */
    void finish(long count, Tensor y, long row, long logs) {
      log.run(sums, logs, count);
      plus.run(logs, maxima, logs, count);
      reciprocal.run(sums, sums, count);
      eachRow(sums, count);
      long to = y.address() + row * tiles.values * y.dtype().bytes();
      long target = tiles.widening.target(to, wide);
      var transposed = new Matrix(values.address(), count * tiles.bytes, tiles.bytes);
      tiles.transpose(transposed, tiles.values, count, target, tiles.values * tiles.bytes);
      tiles.widening.write(target, count * tiles.values, to);
    }

    @Override
    public void close() {
      queries.close();
      scores.close();
      halves.close();
      values.close();
      rows.close();
      wide.close();
    }
  }
}
