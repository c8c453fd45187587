package dev.weft.engine.cpu;

import java.util.function.Supplier;
import jdk.incubator.vector.VectorSpecies;

/** The forms of {@link Packing}: by single elements, and by whole blocks of registers. */
final class Packings {

  static final Kernel<Packing> F32 = kernel(new PackingF32(), Float.BYTES, () -> Lanes.F32);
  static final Kernel<Packing> F64 = kernel(new PackingF64(), Double.BYTES, () -> Lanes.F64);

  private Packings() {}

  /** The packing of elements of 4 or 8 bytes. */
  static Kernel<Packing> of(int bytes) {
    return bytes == Float.BYTES ? F32 : F64;
  }

  private static Kernel<Packing> kernel(
      Packing plain, int bytes, Supplier<VectorSpecies<?>> species) {
    return new Kernel<>(
        plain,
        () -> byBlocks(TransposeMaker.make(species.get()), species.get().length(), bytes, plain),
        packing -> exercise(packing, bytes));
  }

  /** Transposes what fills blocks, where the elements of a column are adjacent. */
  private static Packing byBlocks(Transposition blocks, int lanes, int bytes, Packing others) {
    return (from, step, fromRow, to, toRow, count, k) -> {
      if (fromRow != bytes) {
        others.run(from, step, fromRow, to, toRow, count, k);
        return;
      }
      int columns = count / lanes * lanes;
      long rows = k / lanes * lanes;
      for (int i = 0; i < columns; i += lanes) {
        blocks.run(from + i * step, step, to + (long) i * bytes, toRow, k / lanes);
      }
      others.run(from + rows * bytes, step, bytes, to + rows * toRow, toRow, columns, k - rows);
      others.run(
          from + columns * step,
          step,
          bytes,
          to + (long) columns * bytes,
          toRow,
          count - columns,
          k);
    };
  }

  /** All branches: columns that are adjacent and such that are not, blocks and rests. */
  private static void exercise(Packing packing, int bytes) {
    int lanes = 64 / bytes;
    packing.run(Exercises.X, 128, bytes, Exercises.Y, 160, lanes + 3, lanes + 1);
    packing.run(Exercises.X, 64, bytes, Exercises.Y, 64, lanes, lanes);
    packing.run(Exercises.X, bytes, 32, Exercises.Y, 32, 8, 16);
    packing.run(Exercises.X, bytes, 32, Exercises.Y, 32, 3, 16);
  }
}
