package dev.weft.engine.cpu;

import static dev.weft.engine.Native.ALL;

import dev.weft.engine.DType;
import dev.weft.engine.Native;
import dev.weft.engine.Tensor;
import dev.weft.engine.op.Binary;
import dev.weft.engine.op.LayerNormGrad;
import dev.weft.engine.op.LayerNormOp;
import java.lang.foreign.MemorySegment;

/**
 * The gradient of layer normalisation. With x̂ the normalised row and h = g ⊙ w, ∂L/∂x = (h −
 * mean(h) − x̂ mean(h ⊙ x̂)) / √(σ² + ε).
 *
 * <p>Gradients of w and b are sums over rows. Rows are parted by their number and size alone; each
 * part leaves a partial sum, and those are added up in order.
 */
final class LayerNormGrads {

  /** More parts than there are threads anywhere, few enough that partial sums stay small. */
  private static final long MOST_PARTS = 128;

  private final LayerNormOp op;
  private final Widening widening;
  private final long size;
  private final int bytes;
  private final Formula normal;
  private final Formula gradient;
  private final Formula addProduct;
  private final Loops.Binary times;
  private final Loops.Binary plus;
  private final Fold sum;
  private final Fold dot;

  private LayerNormGrads(LayerNormOp op, Tensor x) {
    this.op = op;
    this.widening = Widening.of(x.dtype());
    this.size = LayerNorms.rowSize(op, x);
    DType dtype = widening.to();
    this.bytes = dtype.bytes();
    long elements = x.numel();
    this.normal = Formula.Kind.NORMAL.on(dtype, elements);
    this.gradient = Formula.Kind.NORMAL_GRAD.on(dtype, elements);
    this.addProduct = Formula.Kind.ADD_PRODUCT.on(dtype, elements);
    this.times = BinaryKernels.both(Binary.MUL, dtype, elements);
    this.plus = BinaryKernels.both(Binary.ADD, dtype, elements);
    this.sum = Fold.Kind.SUM.on(dtype, elements);
    this.dot = Fold.Kind.DOT.on(dtype, elements);
  }

  /** Inputs: g, x, μ, 1/√(σ² + ε), w. Outputs: ∂L/∂x, then ∂L/∂w and ∂L/∂b. */
  static void run(LayerNormGrad op, Tensor[] in, Tensor[] out) {
    new LayerNormGrads(op.forward(), in[1]).run(in, out);
  }

  private void run(Tensor[] in, Tensor[] out) {
    long rows = in[2].numel();
    long part =
        Math.max(
            Math.max(1, Elementwise.HEAVY / Math.max(1, size)), Math.ceilDiv(rows, MOST_PARTS));
    long parts = Math.ceilDiv(rows, part);
    try (Temp g = Temp.contiguous(in[0]);
        Temp x = Temp.contiguous(in[1]);
        Temp means = Widening.contiguous(in[2]);
        Temp scales = Widening.contiguous(in[3]);
        Temp w = op.weight() ? Widening.contiguous(in[4]) : Temp.none();
        Temp sumsOfW = op.weight() ? Temp.of(parts * size * bytes) : Temp.none();
        Temp sumsOfB = op.bias() ? Temp.of(parts * size * bytes) : Temp.none()) {
      var operands =
          new Operands(
              g.address(),
              x.address(),
              means.address(),
              scales.address(),
              w.address(),
              out[0].address());
      Parallel.ranges(
          parts,
          1,
          (from, to) -> {
            for (long p = from; p < to; p++) {
              long sums = p * size * bytes;
              long last = Math.min(rows, (p + 1) * part);
              rows(operands, p * part, last, sumsOfW.address() + sums, sumsOfB.address() + sums);
            }
          });
      int next = 1;
      if (op.weight()) {
        addUp(parts, sumsOfW.address(), out[next++]);
      }
      if (op.bias()) {
        addUp(parts, sumsOfB.address(), out[next]);
      }
    }
  }

  private record Operands(long g, long x, long means, long scales, long w, long y) {}

  /** Rows {@code first} to {@code last}, and their sums for w and b. */
  private void rows(Operands in, long first, long last, long sumOfW, long sumOfB) {
    DType dtype = widening.to();
    try (Temp roomG = widening.room(size);
        Temp roomX = widening.room(size);
        Temp normals = Temp.of(size * bytes);
        Temp products = op.weight() ? Temp.of(size * bytes) : Temp.none()) {
      long n = normals.address();
      for (long row = first; row < last; row++) {
        long offset = row * size * widening.from().bytes();
        long g = widening.read(in.g + offset, size, roomG);
        long x = widening.read(in.x + offset, size, roomX);
        double scale = Native.getDouble(dtype, in.scales, row);
        normal.run(x, Native.getDouble(dtype, in.means, row), scale, 0, n, size);
        long h = g;
        if (op.weight()) {
          h = products.address();
          times.run(g, in.w, h, size);
          if (row == first) {
            times.run(g, n, sumOfW, size);
          } else {
            addProduct.run(g, n, sumOfW, 0, 0, 0, sumOfW, size);
          }
        }
        if (op.bias()) {
          if (row == first) {
            MemorySegment.copy(ALL, g, ALL, sumOfB, size * bytes);
          } else {
            plus.run(sumOfB, g, sumOfB, size);
          }
        }
        double mean = sum.sum(h, 0, 0, size, bytes) / size;
        double slope = dot.sum(h, n, 0, size, bytes) / size;
        long target = widening.target(in.y + offset, roomX);
        gradient.run(h, n, 0, mean, slope, scale, target, size);
        widening.write(target, size, in.y + offset);
      }
    }
  }

  private void addUp(long parts, long sums, Tensor y) {
    if (y.numel() == 0) {
      return;
    }
    if (parts == 0) {
      ALL.asSlice(y.address(), y.numel() * y.dtype().bytes()).fill((byte) 0);
      return;
    }
    try (Temp room = widening.room(size)) {
      long target = widening.target(y.address(), room);
      Reducer.addUp(widening.to(), parts, size, sums, target);
      widening.write(target, size, y.address());
    }
  }
}
