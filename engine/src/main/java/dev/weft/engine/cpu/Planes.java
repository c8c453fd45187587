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

  private final Temp memory;
  private final int bytes;
  private final long channels;
  private final long[] stride;
  private final long[] phases;
  private final long[] size;

  private Planes(Temp memory, int bytes, long channels, long[] stride, long[] phases, long[] size) {
    this.memory = memory;
    this.bytes = bytes;
    this.channels = channels;
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
      return new Planes(Temp.at(x), bytes, channels, stride, phases, size);
    }
    long plane = product(phases) * product(size) * bytes;
    Temp memory = Temp.of(samples * channels * plane);
    var planes = new Planes(memory, bytes, channels, stride, phases, size);
    Parallel.ranges(
        samples * channels,
        Math.max(1, (1 << 17) / Math.max(1, plane)),
        (first, end) -> {
          for (long i = first; i < end; i++) {
            long target = planes.memory.address() + i * plane;
            ALL.asSlice(target, plane).fill((byte) 0);
            planes.fill(x + i * product(from) * bytes, from, lead, target);
          }
        });
    return planes;
  }

  private static long product(long[] sizes) {
    return sizes[0] * sizes[1] * sizes[2];
  }

  private void fill(long x, long[] from, long[] lead, long to) {
    for (long r = 0; r < phases[2]; r++) {
      long first = Math.clamp(Math.ceilDiv(lead[2] - r, stride[2]), 0, size[2]);
      long end =
          Math.clamp(Math.floorDiv(from[2] - 1 + lead[2] - r, stride[2]) + 1, first, size[2]);
      if (first == end) {
        continue;
      }
      long column = first * stride[2] + r - lead[2];
      for (long z = 0; z < from[0]; z++) {
        for (long y = 0; y < from[1]; y++) {
          long slice = z + lead[0];
          long row = y + lead[1];
          if (holds(0, slice) && holds(1, row)) {
            Copies.moveRow(
                bytes,
                x + ((z * from[1] + y) * from[2] + column) * bytes,
                stride[2] * bytes,
                to + at(slice, row, r) + first * bytes,
                bytes,
                end - first);
          }
        }
      }
    }
  }

  private boolean holds(int d, long place) {
    return place >= 0 && place < size[d] * stride[d] && place % stride[d] < phases[d];
  }

  /** Where an element of a padded plane lies, in bytes from the plane's start. */
  private long at(long z, long y, long x) {
    long phase = (z % stride[0] * phases[1] + y % stride[1]) * phases[2] + x % stride[2];
    long element = (z / stride[0] * size[1] + y / stride[1]) * size[2] + x / stride[2];
    return (phase * product(size) + element) * bytes;
  }

  /** The address of an element of a padded plane of the first sample. */
  long address(long channel, long z, long y, long x) {
    return memory.address() + channel * product(phases) * product(size) * bytes + at(z, y, x);
  }

  /** Bytes from a sample to the next. */
  long samplePitch() {
    return channels * product(phases) * product(size) * bytes;
  }

  /** Bytes from an element of a phase to the next along the three dimensions. */
  long[] pitches() {
    return new long[] {size[1] * size[2] * bytes, size[2] * bytes, bytes};
  }

  @Override
  public void close() {
    memory.close();
  }
}
