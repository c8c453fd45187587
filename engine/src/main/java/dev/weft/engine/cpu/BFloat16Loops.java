package dev.weft.engine.cpu;

import static dev.weft.engine.Native.ALL;
import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static jdk.incubator.vector.VectorOperators.I2S;
import static jdk.incubator.vector.VectorOperators.IS_NAN;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.S2I;

import dev.weft.engine.DType;
import dev.weft.engine.Half;
import dev.weft.engine.Native;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/** Loops between float32 and bfloat16, which is its upper half. */
final class BFloat16Loops {

  /** y ← x, float32 rounded to bfloat16. */
  static final Kernel<Loops.Unary> NARROW =
      new Kernel<>(
          (x, y, count) ->
              Chunk.each(
                  count,
                  (at, n) ->
                      Chunk.writeHalves(
                          DType.BFLOAT16, Chunk.floats(x + 4 * at, n), n, y + 2 * at)),
          Narrow::new,
          Exercises::unary);

  /** y ← x, bfloat16 widened to float32. */
  static final Kernel<Loops.Unary> WIDEN =
      new Kernel<>(
          (x, y, count) ->
              Chunk.each(
                  count,
                  (at, n) ->
                      Chunk.write(Chunk.halves(DType.BFLOAT16, x + 2 * at, n), n, y + 4 * at)),
          Widen::new,
          Exercises::unary);

  private BFloat16Loops() {}

  /** Registers of float32 and of as many bfloat16. */
  private static final class Species {
    static final VectorSpecies<Float> FLOATS = Lanes.F32;
    static final VectorSpecies<Integer> INTS = FLOATS.withLanes(int.class);
    static final VectorSpecies<Short> HALVES =
        VectorSpecies.of(short.class, VectorShape.forBitSize(FLOATS.vectorBitSize() / 2));
  }

  /** As {@link Half#toBFloat16(float)}. */
  private static final class Narrow implements Loops.Unary {
    @Override
    public void run(long x, long y, long count) {
      int lanes = Species.FLOATS.length();
      long i = 0;
      for (; i <= count - lanes; i += lanes) {
        FloatVector v =
            FloatVector.fromMemorySegment(Species.FLOATS, ALL, x + 4 * i, LITTLE_ENDIAN);
        IntVector bits = v.reinterpretAsInts();
        IntVector upper = bits.lanewise(LSHR, 16);
        IntVector rounded = bits.add(upper.and(1)).add(0x7FFF).lanewise(LSHR, 16);
        IntVector quiet = upper.or(0x40);
        rounded = rounded.blend(quiet, v.test(IS_NAN).cast(Species.INTS));
        ((ShortVector) rounded.convertShape(I2S, Species.HALVES, 0))
            .intoMemorySegment(ALL, y + 2 * i, LITTLE_ENDIAN);
      }
      for (; i < count; i++) {
        ALL.set(Native.SHORT, y + 2 * i, Half.toBFloat16(ALL.get(Native.FLOAT, x + 4 * i)));
      }
    }
  }

  /** As {@link Half#fromBFloat16}. */
  private static final class Widen implements Loops.Unary {
    @Override
    public void run(long x, long y, long count) {
      int lanes = Species.FLOATS.length();
      long i = 0;
      for (; i <= count - lanes; i += lanes) {
        ShortVector v =
            ShortVector.fromMemorySegment(Species.HALVES, ALL, x + 2 * i, LITTLE_ENDIAN);
        ((IntVector) v.convertShape(S2I, Species.INTS, 0))
            .lanewise(LSHL, 16)
            .intoMemorySegment(ALL, y + 4 * i, LITTLE_ENDIAN);
      }
      for (; i < count; i++) {
        ALL.set(Native.FLOAT, y + 4 * i, Half.fromBFloat16(ALL.get(Native.SHORT, x + 2 * i)));
      }
    }
  }
}
