package dev.weft.engine.cpu;

import static dev.weft.engine.Native.ALL;

import dev.weft.engine.Layout;
import dev.weft.engine.Shape;

/**
 * Images with their channels last and zeros around them, for products that sum over positions: what
 * one place of all windows meets are rows of channels, a row per position.
 *
 * <p>In memory: samples, groups, three dimensions, and the channels of a group, filled up with
 * zeros to whole {@link Scattered#BLOCK}s.
 */
final class Pixels implements AutoCloseable {

  private final Temp memory;
  private final long groups;
  private final int blocks;

  /** Bytes from a pixel to the next along three dimensions. */
  private final long[] pitches = new long[3];

  private final long image;

  /**
   * @param x contiguous images of {@code from} elements along three dimensions
   * @param lead how many zeros come before them
   * @param size pixels along each dimension that are wanted, zeros included
   */
  Pixels(
      int bytes,
      long x,
      long samples,
      long groups,
      long channels,
      long[] from,
      long[] lead,
      long[] size) {
    this.groups = groups;
    this.blocks = Math.toIntExact(Math.ceilDiv(channels * bytes, Scattered.BLOCK));
    pitches[2] = pitch((long) blocks * Scattered.BLOCK);
    pitches[1] = size[2] * pitches[2];
    pitches[0] = size[1] * pitches[1];
    this.image = size[0] * pitches[0];
    this.memory = Temp.of(samples * groups * image);
    long plane = from[0] * from[1] * from[2];
    long[] some = new long[3];
    long first = 0;
    for (int d = 0; d < 3; d++) {
      some[d] = Math.clamp(size[d] - lead[d], 0, from[d]);
      first += lead[d] * pitches[d];
    }
    long start = memory.address() + first;
    var shape = Shape.of(some[0], some[1], some[2], channels);
    var source = Layout.strided(shape, new long[] {from[1] * from[2], from[2], 1, plane}, 0);
    var target =
        Layout.strided(
            shape, new long[] {pitches[0] / bytes, pitches[1] / bytes, pitches[2] / bytes, 1}, 0);
    Parallel.ranges(
        samples * groups,
        1,
        (begin, end) -> {
          for (long i = begin; i < end; i++) {
            ALL.asSlice(memory.address() + i * image, image).fill((byte) 0);
            Copies.move(source, target, bytes, x + i * channels * plane * bytes, start + i * image);
          }
        });
  }

  /** Pixels that are a power of two apart would push each other out of the cache. */
  private static long pitch(long bytes) {
    return bytes % 512 == 0 ? bytes + Scattered.BLOCK : bytes;
  }

  /** Blocks of channels. */
  int blocks() {
    return blocks;
  }

  /** Bytes from a sample to the next. */
  long samplePitch() {
    return groups * image;
  }

  /** Where an element of a group lies in the first sample, in bytes from the first pixel. */
  long offset(long group, long z, long y, long x) {
    return group * image + z * pitches[0] + y * pitches[1] + x * pitches[2];
  }

  long address() {
    return memory.address();
  }

  @Override
  public void close() {
    memory.close();
  }
}
