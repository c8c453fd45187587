package dev.weft.engine.cpu;

import static dev.weft.engine.Native.ALL;

import dev.weft.engine.DType;
import dev.weft.engine.Native;
import dev.weft.engine.Tensor;
import dev.weft.engine.cpu.Gemm.Matrix;
import dev.weft.engine.op.AttentionGrad;

/**
 * The gradient of attention in tiles. Weights are exp(score − log of the query's sum); with g the
 * gradient of y, that of the scores is weight · (g·v − g·y).
 *
 * <p>A unit of work goes through the queries of a head, or of a part of it where there are few
 * heads, and adds to the gradients of keys and values; the sums of parts are added up in order.
 */
final class AttentionGrads {

  /** Units of work that there should be; more parts would need more memory for their sums. */
  private static final long UNITS = 32;

  /** Blocks of queries in a part at least: adding its sums up takes as long as one of them. */
  private static final long BLOCKS = 6;

  private final AttentionTiles tiles;
  private final Fold dot;
  private final long parts;

  private AttentionGrads(AttentionTiles tiles) {
    this.tiles = tiles;
    this.dot = Fold.Kind.DOT.on(tiles.dtype, tiles.heads * tiles.queries * tiles.values);
    long most = Math.max(1, tiles.blocks() / BLOCKS);
    this.parts = Math.min(most, Math.ceilDiv(UNITS, tiles.heads));
  }

  /** Inputs: g, q, k, v, y, logarithms. Outputs: ∂L/∂q, ∂L/∂k, ∂L/∂v. */
  static void run(AttentionGrad op, Tensor[] in, Tensor[] out) {
    if (in[5].numel() == 0 || in[2].size(-2) == 0) {
      for (Tensor gradient : out) {
        ALL.asSlice(gradient.address(), gradient.spec().bytes()).fill((byte) 0);
      }
      return;
    }
    new AttentionGrads(new AttentionTiles(op.forward(), in[1], in[2], in[3])).run(in, out);
  }

  /** The tensors of a call. */
  private record Operands(Heads g, Heads q, Heads k, Heads v, Heads y, Temp turned, long logs) {}

  private void run(Tensor[] in, Tensor[] out) {
    AttentionTiles t = tiles;
    long ofKeys = t.keys * t.width;
    long ofValues = t.keys * t.values;
    boolean direct = parts == 1 && t.widening.isIdentity();
    try (Heads g = Heads.of(in[0]);
        Heads q = Heads.of(in[1]);
        Heads k = Heads.of(in[2]);
        Heads v = Heads.of(in[3]);
        Heads y = Heads.of(in[4]);
        Temp logs = Temp.contiguous(in[5]);
        Temp turned = t.transposed(k, t.keys, t.width);
        Temp keySums = direct ? Temp.in(out[1]) : Temp.of(t.heads * parts * ofKeys * t.bytes);
        Temp valueSums = direct ? Temp.in(out[2]) : Temp.of(t.heads * parts * ofValues * t.bytes)) {
      var operands = new Operands(g, q, k, v, y, turned, logs.address());
      boolean[] skips = new boolean[Math.toIntExact(t.heads)];
      for (int head = 0; t.hidesBlocks() && head < skips.length; head++) {
        skips[head] =
            t.isFinite(q, head)
                && t.isFinite(k, head)
                && t.isFinite(g, head)
                && t.isFinite(logs.address() + head * t.queries * t.bytes, t.queries);
      }
      long perPart = Math.ceilDiv(t.blocks(), parts);
      Parallel.ranges(
          t.heads * parts,
          AttentionTiles.grain(t.queries / parts * t.keys * (3 * t.width + 2 * t.values)),
          (from, to) -> {
            try (Room room = new Room(operands, out[0])) {
              for (long unit = from; unit < to; unit++) {
                int head = (int) (unit / parts);
                long first = unit % parts * perPart * AttentionTiles.QUERIES;
                long last = Math.min(t.queries, first + perPart * AttentionTiles.QUERIES);
                long keyAt = keySums.address() + unit * ofKeys * t.bytes;
                long valueAt = valueSums.address() + unit * ofValues * t.bytes;
                room.queries(head, first, last, skips[head], keyAt, valueAt);
              }
            }
          });
      if (!direct) {
        addUp(keySums.address(), ofKeys, out[1]);
        addUp(valueSums.address(), ofValues, out[2]);
      }
    }
  }

  /** Adds the sums of each head's parts up, {@code size} numbers each. */
  private void addUp(long sums, long size, Tensor y) {
    if (size == 0) {
      return;
    }
    for (long head = 0; head < tiles.heads; head++) {
      try (Temp wide = tiles.widening.room(size)) {
        long to = y.address() + head * size * y.dtype().bytes();
        long target = tiles.widening.target(to, wide);
        long from = sums + head * parts * size * tiles.bytes;
        Reducer.addUp(tiles.dtype, parts, size, from, target);
        tiles.widening.write(target, size, to);
      }
    }
  }

  /** What one thread works with: a block of queries, and two of what belongs to the scores. */
  private final class Room implements AutoCloseable {
    private final Operands in;
    private final Tensor ofQueries;
    private final Temp queries;
    private final Temp gradients;
    private final Temp weights;
    private final Temp slopes;
    private final Temp sums;
    private final Temp rows;
    private final Temp wide;
    private final long logs;
    private final long dots;
    private final long hidden;
    private final long zeros;

    Room(Operands in, Tensor ofQueries) {
      long count = Math.min(tiles.queries, AttentionTiles.QUERIES);
      long row = count * tiles.bytes;
      this.in = in;
      this.ofQueries = ofQueries;
      this.queries = Temp.of(tiles.width * row);
      this.gradients = Temp.of(tiles.values * row);
      this.weights = Temp.of(AttentionTiles.KEYS * row);
      this.slopes = Temp.of(AttentionTiles.KEYS * row);
      this.sums = Temp.of(tiles.width * row);
      this.rows = Temp.of(4 * row);
      this.wide = tiles.widening.room(tiles.width * count);
      this.logs = rows.address();
      this.dots = logs + row;
      this.hidden = dots + row;
      this.zeros = hidden + row;
      tiles.fill(zeros, 0, count);
    }

    /** Goes through queries, and leaves the gradients of keys and values. */
    void queries(int head, long first, long last, boolean skips, long ofKeys, long ofValues) {
      ALL.asSlice(ofKeys, tiles.keys * tiles.width * tiles.bytes).fill((byte) 0);
      ALL.asSlice(ofValues, tiles.keys * tiles.values * tiles.bytes).fill((byte) 0);
      for (long query = first; query < last; query += AttentionTiles.QUERIES) {
        long count = Math.min(AttentionTiles.QUERIES, last - query);
        start(head, query, count);
        long seen = tiles.seen(query + count, skips);
        for (long key = 0; key < seen; key += AttentionTiles.KEYS) {
          long keys = Math.min(AttentionTiles.KEYS, seen - key);
          block(head, key, keys, query, count, ofKeys, ofValues);
        }
        finish(head, query, count);
      }
      tiles.scale(ofKeys, tiles.keys * tiles.width);
    }

    /** Transposes scaled queries and gradients; what is subtracted is added negated. */
    private void start(int head, long query, long count) {
      long row = count * tiles.bytes;
      Matrix g = in.g.at(head).from(query, 0);
      Matrix y = in.y.at(head).from(query, 0);
      Matrix q = in.q.at(head).from(query, 0);
      tiles.transpose(q, count, tiles.width, queries.address(), row);
      tiles.scale(queries.address(), tiles.width * count);
      tiles.transpose(g, count, tiles.values, gradients.address(), row);
      for (long i = 0; i < count; i++) {
        double log = Native.getDouble(tiles.dtype, in.logs, head * tiles.queries + query + i);
        Native.setDouble(tiles.dtype, logs, i, -log);
        Native.setDouble(tiles.dtype, hidden, i, Double.NEGATIVE_INFINITY - log);
        double product = dot.sum(g.at(i, 0), y.at(i, 0), 0, tiles.values, tiles.bytes);
        Native.setDouble(tiles.dtype, dots, i, -product);
      }
    }

    private void block(
        int head, long key, long keys, long query, long count, long ofKeys, long ofValues) {
      Gemm gemm = tiles.gemm;
      long row = count * tiles.bytes;
      long width = tiles.width;
      long values = tiles.values;
      var q = new Matrix(queries.address(), row, tiles.bytes);
      var g = new Matrix(gradients.address(), row, tiles.bytes);
      var w = new Matrix(weights.address(), row, tiles.bytes);
      var s = new Matrix(slopes.address(), row, tiles.bytes);
      Matrix k = in.k.at(head).from(key, 0);

      gemm.run(keys, count, width, k, q, logs, w.address(), row);
      tiles.hide(w.address(), key, keys, query, count, hidden);
      tiles.exp.run(w.address(), w.address(), keys * count);
      Matrix rowsOfG = in.g.at(head).from(query, 0);
      long valueAt = ofValues + key * values * tiles.bytes;
      gemm.add(keys, values, count, w, rowsOfG, valueAt, values * tiles.bytes);

      Matrix v = in.v.at(head).from(key, 0);
      gemm.run(keys, count, values, v, g, dots, s.address(), row);
      tiles.times.run(w.address(), s.address(), s.address(), keys * count);
      tiles.hide(s.address(), key, keys, query, count, zeros);
      long keyAt = ofKeys + key * width * tiles.bytes;
      Matrix rowsOfQ = in.q.at(head).from(query, 0);
      gemm.add(keys, width, count, s, rowsOfQ, keyAt, width * tiles.bytes);

      Matrix turned = tiles.turned(in.k, in.turned, head, tiles.keys, width).from(0, key);
      if (key == 0) {
        gemm.run(width, count, keys, turned, s, 0, sums.address(), row);
      } else {
        gemm.add(width, count, keys, turned, s, sums.address(), row);
      }
    }

    private void finish(int head, long query, long count) {
      tiles.scale(sums.address(), tiles.width * count);
      DType dtype = ofQueries.dtype();
      long at = (head * tiles.queries + query) * tiles.width;
      long to = ofQueries.address() + at * dtype.bytes();
      long target = tiles.widening.target(to, wide);
      var turned = new Matrix(sums.address(), count * tiles.bytes, tiles.bytes);
      tiles.transpose(turned, tiles.width, count, target, tiles.width * tiles.bytes);
      tiles.widening.write(target, count * tiles.width, to);
    }

    @Override
    public void close() {
      queries.close();
      gradients.close();
      weights.close();
      slopes.close();
      sums.close();
      rows.close();
      wide.close();
    }
  }
}
