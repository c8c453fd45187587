package dev.weft.engine.cpu;

import static dev.weft.engine.Native.ALL;

/**
 * Images with their padding around them. With a stride, each plane is cut into phases, the elements
 * whose places leave the same remainder; so the elements that one place of a window meets are
 * neighbours, whatever the stride. Phases that no window meets are left out.
 *
 * <p>In memory: samples, channels, phases, and then the {@code size} of a phase along three
 * dimensions.
 */
final class Planes implements AutoCloseable {

  private static final long LINE = 64;

  private final Temp memory;
  private final int bytes;
  private final long channels;
  private final long pitch;
  private final long[] stride;
  private final long[] phases;
  private final long[] size;
  private final boolean copied;

  private Planes(
      Temp memory,
      int bytes,
      long channels,
      long pitch,
      long[] stride,
      long[] phases,
      long[] size,
      boolean copied) {
    this.memory = memory;
    this.bytes = bytes;
    this.channels = channels;
    this.pitch = pitch;
    this.copied = copied;
    this.stride = stride;
    this.phases = phases;
    this.size = size;
  }

  /**
   * Element {@code g} of phase {@code r} along a dimension is element {@code g · stride + r − lead}
   * of the image, or 0 where there is none.
   *
   * @param x contiguous images of {@code from} elements along three dimensions
   * @param lead how many zeros come first; negative where the first elements are not needed
   * @param phases how many of the phases along each dimension are kept, the first ones
   */
  static Planes of(
      int bytes,
      long x,
      long samples,
      long channels,
      long[] from,
      long[] lead,
      long[] stride,
      long[] phases,
      long[] size) {
    boolean same = true;
    for (int d = 0; d < 3; d++) {
      same &= lead[d] == 0 && stride[d] == 1 && size[d] == from[d];
    }
    if (same) {
      long plane = Convolution.product(size) * bytes;
      return new Planes(Temp.at(x), bytes, channels, plane, stride, phases, size, false);
    }
    long plane = pitch(Convolution.product(phases) * Convolution.product(size) * bytes);
    Temp memory = Temp.of(samples * channels * plane + LINE);
    var planes = new Planes(memory, bytes, channels, plane, stride, phases, size, true);
    Parallel.ranges(
        samples * channels,
        Math.max(1, (1 << 17) / Math.max(1, plane)),
        (first, end) -> {
          for (long i = first; i < end; i++) {
            long target = planes.memory.address() + i * plane;
            ALL.asSlice(target, plane).fill((byte) 0);
            planes.fill(x + i * Convolution.product(from) * bytes, from, lead, target);
          }
        });
    return planes;
  }

  /**
   * Bytes from a channel to the next: an odd number of cache lines. Channels that are a power of
   * two apart would push each other out of the cache.
   */
  private static long pitch(long plane) {
    return (Math.ceilDiv(plane, LINE) | 1) * LINE;
  }

  private void fill(long x, long[] from, long[] lead, long to) {
    for (long rz = 0; rz < phases[0]; rz++) {
      for (long ry = 0; ry < phases[1]; ry++) {
        for (long rx = 0; rx < phases[2]; rx++) {
          fillPhase(x, from, lead, new long[] {rz, ry, rx}, to + at(rz, ry, rx));
        }
      }
    }
  }

  private void fillPhase(long x, long[] from, long[] lead, long[] r, long to) {
    long[] first = new long[3];
    long[] end = new long[3];
    for (int d = 0; d < 3; d++) {
      first[d] = Math.clamp(Math.ceilDiv(lead[d] - r[d], stride[d]), 0, size[d]);
      long last = Math.floorDiv(from[d] - 1 + lead[d] - r[d], stride[d]);
      end[d] = Math.clamp(last + 1, first[d], size[d]);
    }
    long column = first[2] * stride[2] + r[2] - lead[2];
    for (long z = first[0]; z < end[0]; z++) {
      long slice = z * stride[0] + r[0] - lead[0];
      for (long y = first[1]; y < end[1]; y++) {
        long row = y * stride[1] + r[1] - lead[1];
        Copies.moveRow(
            bytes,
            x + ((slice * from[1] + row) * from[2] + column) * bytes,
            stride[2] * bytes,
            to + ((z * size[1] + y) * size[2] + first[2]) * bytes,
            bytes,
            end[2] - first[2]);
      }
    }
  }

  /** Where an element of a padded plane lies, in bytes from the plane's start. */
  private long at(long z, long y, long x) {
    long phase = (z % stride[0] * phases[1] + y % stride[1]) * phases[2] + x % stride[2];
    long element = (z / stride[0] * size[1] + y / stride[1]) * size[2] + x / stride[2];
    return (phase * Convolution.product(size) + element) * bytes;
  }

  /** The address of an element of a padded plane of the first sample. */
  long address(long channel, long z, long y, long x) {
    return memory.address() + channel * pitch + at(z, y, x);
  }

  /** Bytes from a sample to the next. */
  long samplePitch() {
    return channels * pitch;
  }

  /** Bytes from an element of a phase to the next along the three dimensions. */
  long[] pitches() {
    return new long[] {size[1] * size[2] * bytes, size[2] * bytes, bytes};
  }

  /** Whether a cache line beyond the last element can be read. */
  boolean hasRoomBehind() {
    return copied;
  }

  @Override
  public void close() {
    memory.close();
  }
}
