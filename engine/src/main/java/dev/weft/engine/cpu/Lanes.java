package dev.weft.engine.cpu;

import static dev.weft.engine.Native.ALL;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

import dev.weft.engine.Native;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.Vector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/**
 * Registers and native memory. Methods that take any species are meant for stamped loops, where it
 * is a constant and only one branch is left.
 */
final class Lanes {

  /** Registers of at most 512 bits: {@link Scattered#BLOCK} holds whole ones. */
  static final VectorSpecies<Float> F32 =
      FloatVector.SPECIES_PREFERRED.vectorBitSize() > 512
          ? FloatVector.SPECIES_512
          : FloatVector.SPECIES_PREFERRED;

  static final VectorSpecies<Double> F64 =
      DoubleVector.SPECIES_PREFERRED.vectorBitSize() > 512
          ? DoubleVector.SPECIES_512
          : DoubleVector.SPECIES_PREFERRED;

  /** The bytes of a long that eight bits are spread over, or gathered from. */
  private static final long LOW_BITS = 0x0101_0101_0101_0101L;

  private static final long HIGH_BITS = LOW_BITS << 7;

  private Lanes() {}

  static <E> Vector<E> load(VectorSpecies<E> species, long address) {
    return species.fromMemorySegment(ALL, address, LITTLE_ENDIAN);
  }

  /** Reads the lanes that are set, and no memory beyond them; the others are 0. */
  @SuppressWarnings("unchecked") // the type of a mask's elements tells that of the vector
  static <E> Vector<E> load(VectorSpecies<E> species, long address, VectorMask<E> mask) {
    Class<E> type = species.elementType();
    Vector<?> lanes;
    if (type == float.class) {
      lanes =
          FloatVector.fromMemorySegment(
              (VectorSpecies<Float>) species,
              ALL,
              address,
              LITTLE_ENDIAN,
              (VectorMask<Float>) mask);
    } else if (type == double.class) {
      lanes =
          DoubleVector.fromMemorySegment(
              (VectorSpecies<Double>) species,
              ALL,
              address,
              LITTLE_ENDIAN,
              (VectorMask<Double>) mask);
    } else if (type == short.class) {
      lanes =
          ShortVector.fromMemorySegment(
              (VectorSpecies<Short>) species,
              ALL,
              address,
              LITTLE_ENDIAN,
              (VectorMask<Short>) mask);
    } else if (type == byte.class) {
      lanes =
          ByteVector.fromMemorySegment(
              (VectorSpecies<Byte>) species, ALL, address, LITTLE_ENDIAN, (VectorMask<Byte>) mask);
    } else {
      throw new IllegalArgumentException("no kernel has registers of " + type);
    }
    return (Vector<E>) lanes;
  }

  static void store(Vector<?> value, long address) {
    value.intoMemorySegment(ALL, address, LITTLE_ENDIAN);
  }

  static <E> void store(Vector<E> value, long address, VectorMask<E> mask) {
    value.intoMemorySegment(ALL, address, LITTLE_ENDIAN, mask);
  }

  /** The number, rounded to the element type, in every lane. */
  @SuppressWarnings("unchecked")
  static <E> Vector<E> broadcast(VectorSpecies<E> species, double value) {
    return species.elementType() == float.class
        ? (Vector<E>) FloatVector.broadcast((VectorSpecies<Float>) species, (float) value)
        : (Vector<E>) DoubleVector.broadcast((VectorSpecies<Double>) species, value);
  }

  /** Stores the first {@code count} lanes of a mask as bool, one byte each. */
  static void storeBool(VectorMask<?> mask, long address, int count) {
    long bits = mask.toLong();
    int i = 0;
    for (; i <= count - 8; i += 8) {
      ALL.set(Native.LONG, address + i, Long.expand(bits >>> i & 0xFF, LOW_BITS));
    }
    for (; i < count; i++) {
      ALL.set(Native.BYTE, address + i, (byte) (bits >>> i & 1));
    }
  }

  /** The first {@code count} lanes of a mask from bool, one byte each, true where not 0. */
  static <E> VectorMask<E> loadBool(VectorSpecies<E> species, long address, int count) {
    long bits = 0;
    int i = 0;
    for (; i <= count - 8; i += 8) {
      bits |= truths(ALL.get(Native.LONG, address + i)) << i;
    }
    for (; i < count; i++) {
      bits |= (ALL.get(Native.BYTE, address + i) != 0 ? 1L : 0L) << i;
    }
    return VectorMask.fromLong(species, bits);
  }

  /** One bit per byte, set where it is not 0. */
  private static long truths(long bytes) {
    long high = ((bytes & ~HIGH_BITS) + ~HIGH_BITS | bytes) & HIGH_BITS;
    return Long.compress(high, HIGH_BITS);
  }
}
