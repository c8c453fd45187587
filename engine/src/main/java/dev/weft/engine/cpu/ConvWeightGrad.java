package dev.weft.engine.cpu;

import static dev.weft.engine.Native.ALL;

import dev.weft.engine.DType;
import dev.weft.engine.Layout;
import dev.weft.engine.Shape;
import dev.weft.engine.cpu.Gemm.Matrix;
import dev.weft.engine.op.ConvOp;
import java.util.stream.LongStream;

/**
 * The gradient of the weight of a convolution: sums over all positions of a gradient times what a
 * place of the window meets there.
 */
final class ConvWeightGrad extends Convolution {

  ConvWeightGrad(ConvOp op, DType dtype, Shape x, Shape w, Shape y) {
    super(op, dtype, x, w, y);
  }

  /**
   * @param x images
   * @param y gradients
   * @param w the result, of any content
   */
  void run(long x, long y, long w) {
    long rows = inputs * product(kernel);
    long columns = product(positions);
    if (samples * columns == 0) {
      ALL.asSlice(w, groups * outputs * rows * bytes).fill((byte) 0);
      return;
    }
    if (fillsRegisters()) {
      byPixels(x, y, w);
      return;
    }
    try (Planes images = images(x)) {
      for (long group = 0; group < groups; group++) {
        long first = y + group * outputs * columns * bytes;
        long target = w + group * outputs * rows * bytes;
        WindowMatrix right = windows(images, group);
        if (outputs < FEW) {
          ofFew(right, rows, columns, first, target);
        } else {
          byWindows(right, rows, columns, first, target);
        }
      }
    }
  }

  /**
   * Whether the channels of a group, side by side, waste little of the last register; and windows
   * leave no gaps, whose pixels would be turned in vain.
   */
  private boolean fillsRegisters() {
    long all = inputs * bytes;
    boolean full = 4 * all >= 3 * Math.ceilDiv(all, Scattered.BLOCK) * Scattered.BLOCK;
    boolean gapless = true;
    for (int d = 0; d < 3; d++) {
      gapless &= (kernel[d] - 1) * dilation[d] + 1 >= stride[d];
    }
    return full && gapless;
  }

  /**
   * Gradients times pixels: a row for each output channel, a column for each place of the window
   * and input channel; blocks of columns are spread over threads.
   */
  private void byPixels(long x, long y, long w) {
    long plane = product(positions);
    long window = product(kernel);
    long[] extent = new long[3];
    for (int d = 0; d < 3; d++) {
      extent[d] = (positions[d] - 1) * stride[d] + (kernel[d] - 1) * dilation[d] + 1;
    }
    try (Pixels pixels = new Pixels(bytes, x, samples, groups, inputs, size, padding, extent)) {
      long place = (long) pixels.blocks() * Scattered.BLOCK;
      for (long group = 0; group < groups; group++) {
        try (Temp product = Temp.of(outputs * window * place)) {
          byPixels(pixels, group, y + group * outputs * plane * bytes, product.address());
          long[] strides = {window * place / bytes, 1, place / bytes};
          Copies.gather(
              Layout.strided(Shape.of(outputs, inputs, window), strides, 0),
              bytes,
              product.address(),
              w + group * outputs * inputs * window * bytes);
        }
      }
    }
  }

  private void byPixels(Pixels pixels, long group, long y, long product) {
    long plane = product(positions);
    long row = product(kernel) * pixels.blocks() * Scattered.BLOCK;
    // Of small planes, several samples make a block of k.
    long chunk = Math.clamp(Gemm.K_BLOCK / plane, 1, samples);
    long[] rows = rows(pixels, chunk);
    long[] blocks = blocks(pixels, group);
    long parts = Math.min(blocks.length, Parallel.threads() == 1 ? 1 : 2L * Parallel.threads());
    try (Temp together = chunk == 1 ? Temp.none() : samplesTogether(y)) {
      pieces(
          parts,
          outputs * samples * plane * row / bytes / parts,
          part -> {
            int from = (int) (part * blocks.length / parts);
            int end = (int) ((part + 1) * blocks.length / parts);
            long to = product + (long) from * Scattered.BLOCK;
            long n = (long) (end - from) * Scattered.BLOCK / bytes;
            for (long sample = 0; sample < samples; sample += chunk) {
              long k = Math.min(chunk, samples - sample) * plane;
              var left =
                  chunk == 1
                      ? new Matrix(
                          y + sample * groups * outputs * plane * bytes, plane * bytes, bytes)
                      : new Matrix(together.address(), samples * plane * bytes, bytes)
                          .from(0, sample * plane);
              var right =
                  new Scattered(rows, further(blocks, from, end, sample * pixels.samplePitch()));
              if (sample == 0) {
                gemm.run(outputs, n, k, left, right, 0, to, row);
              } else {
                gemm.add(outputs, n, k, left, right, to, row);
              }
            }
          });
    }
  }

  /** The gradients of a group with a row per channel. */
  private Temp samplesTogether(long y) {
    long plane = product(positions);
    var shape = Shape.of(outputs, samples, plane);
    Temp copy = Temp.of(shape.numel() * bytes);
    long[] strides = {plane, groups * outputs * plane, 1};
    Copies.gather(Layout.strided(shape, strides, 0), bytes, y, copy.address());
    return copy;
  }

  private static long[] further(long[] blocks, int from, int end, long offset) {
    long[] further = new long[end - from];
    for (int i = from; i < end; i++) {
      further[i - from] = blocks[i] + offset;
    }
    return further;
  }

  /** The pixel that the first place of a window meets, for each position of some samples. */
  private long[] rows(Pixels pixels, long count) {
    long[] rows = new long[Math.toIntExact(count * product(positions))];
    int row = 0;
    for (long sample = 0; sample < count; sample++) {
      for (long z = 0; z < positions[0]; z++) {
        for (long y = 0; y < positions[1]; y++) {
          for (long x = 0; x < positions[2]; x++) {
            rows[row++] =
                pixels.address()
                    + sample * pixels.samplePitch()
                    + pixels.offset(0, z * stride[0], y * stride[1], x * stride[2]);
          }
        }
      }
    }
    return rows;
  }

  /** How far the channels that each place of a window meets are from those of the first. */
  private long[] blocks(Pixels pixels, long group) {
    var blocks = LongStream.builder();
    for (long z = 0; z < kernel[0]; z++) {
      for (long y = 0; y < kernel[1]; y++) {
        for (long x = 0; x < kernel[2]; x++) {
          long place = pixels.offset(group, z * dilation[0], y * dilation[1], x * dilation[2]);
          for (int i = 0; i < pixels.blocks(); i++) {
            blocks.add(place + (long) i * Scattered.BLOCK);
          }
        }
      }
    }
    return blocks.build().toArray();
  }

  /** Windows times the transposed gradients: the windows are copied row by row. */
  private void byWindows(WindowMatrix windows, long rows, long columns, long y, long w) {
    Shape shape = Shape.of(samples, columns, outputs);
    var gradients = Layout.strided(shape, new long[] {groups * outputs * columns, 1, columns}, 0);
    try (Temp right = Temp.of(shape.numel() * bytes);
        Temp product = Temp.of(rows * outputs * bytes)) {
      Copies.gather(gradients, bytes, y, right.address());
      gemm.run(
          rows,
          outputs,
          samples * columns,
          windows,
          new Matrix(right.address(), outputs * bytes, bytes),
          0,
          product.address(),
          outputs * bytes);
      var transposed = Layout.strided(Shape.of(outputs, rows), new long[] {1, outputs}, 0);
      Copies.gather(transposed, bytes, product.address(), w);
    }
  }

  /** Gradients times the transposed windows, sample by sample. */
  private void ofFew(WindowMatrix windowsOfImages, long rows, long columns, long y, long w) {
    try (Temp written = Temp.of(rows * columns * bytes)) {
      var right = new Matrix(written.address(), columns * bytes, bytes).transposed();
      for (long sample = 0; sample < samples; sample++) {
        windowsOfImages
            .from(sample * columns)
            .pack(0, Math.toIntExact(columns), written.address(), columns * bytes);
        long gradients = y + sample * groups * outputs * columns * bytes;
        var left = new Matrix(gradients, columns * bytes, bytes);
        if (sample == 0) {
          gemm.run(outputs, rows, columns, left, right, 0, w, rows * bytes);
        } else {
          gemm.add(outputs, rows, columns, left, right, w, rows * bytes);
        }
      }
    }
  }
}
