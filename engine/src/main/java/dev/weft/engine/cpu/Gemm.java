package dev.weft.engine.cpu;

import dev.weft.engine.DType;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import jdk.incubator.vector.VectorSpecies;

/**
 * The matrix product C = start + A B on float32 or float64: its kernels, and which of its forms
 * computes a product.
 *
 * <p>Every element is a chain of fused multiply-adds per {@link #K_BLOCK} of k, and the sum of
 * these in order, whatever the sizes, the packing, the form and the number of threads: a row of a
 * batch has the same bits as the row alone. The blocks keep long sums accurate.
 *
 * <p>Thread-safe.
 */
final class Gemm {

  /**
   * A matrix in memory.
   *
   * @param row bytes from a row to the next
   * @param column bytes from a column to the next
   */
  record Matrix(long address, long row, long column) implements Operand {

    Matrix transposed() {
      return new Matrix(address, column, row);
    }

    /** The part that begins at this element. */
    Matrix from(long atRow, long atColumn) {
      return new Matrix(address + atRow * row + atColumn * column, row, column);
    }

    long at(long atRow, long atColumn) {
      return address + atRow * row + atColumn * column;
    }
  }

  /**
   * The largest tile: 24 sums, 3 registers of B and one of A are 28 of 32 registers. Measured in
   * the L1 cache on 512-bit registers: 212 GFLOP/s, as 12x2 and 6x4; 9x3 spills and has 185.
   */
  static final int ROWS = 8;

  private static final int REGISTERS = 3;

  /** Of a tile with one row, which waits for memory: long stretches of B's rows come faster. */
  private static final int REGISTERS_OF_ROW = 16;

  /**
   * Terms per chain, and the part of k that is worked on at a time: a panel of 3 registers of that
   * depth takes 48 KiB, the size of the L1 cache.
   */
  static final int K_BLOCK = Tile.PITCH;

  static final Gemm F32 = new Gemm(4, true, () -> Lanes.F32);
  static final Gemm F64 = new Gemm(8, false, () -> Lanes.F64);

  final int bytes;

  private final boolean hasPlainForm;
  private final Supplier<VectorSpecies<?>> species;
  private final Kernel<Optional<VectorSpecies<?>>> whenWarm;
  private final Kernel<Tile>[][] tiles;
  private final Kernel<ScatteredTile>[][] scattered;
  private final Strips strips;

  @SuppressWarnings({"unchecked", "rawtypes"}) // an array of generics
  private Gemm(int bytes, boolean hasPlainForm, Supplier<VectorSpecies<?>> species) {
    this.bytes = bytes;
    this.hasPlainForm = hasPlainForm;
    this.species = species;
    this.strips = new Strips(bytes);
    this.whenWarm =
        hasPlainForm
            ? new Kernel<>(Optional.empty(), () -> Optional.of(species.get()), _ -> {})
            : Kernel.vectorOnly(() -> Optional.of(species.get()));
    this.tiles = new Kernel[ROWS][];
    this.scattered = new Kernel[ROWS][];
    for (int i = 0; i < ROWS; i++) {
      tiles[i] = new Kernel[registers(i + 1)];
      scattered[i] = new Kernel[registers(i + 1)];
      for (int j = 0; j < tiles[i].length; j++) {
        int rows = i + 1;
        int registers = j + 1;
        tiles[i][j] =
            kernel(
                (_, _, _, _, _, _, _, _, _) -> notWarm(),
                () -> TileMaker.make(rows, registers, species.get()),
                this::exercise);
        scattered[i][j] =
            kernel(
                (_, _, _, _, _, _, _, _, _) -> notWarm(),
                () -> TileMaker.makeScattered(rows, registers, species.get()),
                this::exercise);
      }
    }
  }

  private <L> Kernel<L> kernel(L cold, Supplier<L> maker, Consumer<L> exercise) {
    return hasPlainForm ? new Kernel<>(cold, maker, exercise) : Kernel.vectorOnly(maker);
  }

  private static void notWarm() {
    throw new IllegalStateException("a kernel was called before it was warm"); // a bug of ours
  }

  /** Steps of 0 keep it inside the scratch memory, whatever the size of the tile. */
  private void exercise(Tile tile) {
    Object a = strips.array();
    tile.run(a, 0, Exercises.Y, 0, Exercises.W, 0, Exercises.Z, 0, 12);
    tile.run(a, 0, Exercises.Y, 0, 0, 0, Exercises.Z, 0, 12);
  }

  private void exercise(ScatteredTile tile) {
    Object a = strips.array();
    long[] rows = Exercises.ROWS;
    tile.run(a, 0, rows, 0, Exercises.NO_OFFSETS, 0, Exercises.Z, 0, rows.length);
  }

  /** The tiles of {@code dtype}. */
  static Gemm of(DType dtype) {
    return switch (dtype) {
      case FLOAT32 -> F32;
      case FLOAT64 -> F64;
      case FLOAT16, BFLOAT16, INT8, INT16, INT32, INT64, UINT8, BOOL, COMPLEX64, COMPLEX128 ->
          throw new IllegalArgumentException("no tiles of " + dtype);
    };
  }

  /** The registers in a row of the widest tile for a product of so many rows. */
  static int registers(long rows) {
    return rows == 1 ? REGISTERS_OF_ROW : REGISTERS;
  }

  Kernel<Tile> tile(int rows, int registers) {
    return tiles[rows - 1][registers - 1];
  }

  Kernel<ScatteredTile> scatteredTile(int rows, int registers) {
    return scattered[rows - 1][registers - 1];
  }

  Strips strips() {
    return strips;
  }

  Kernel<Packing> packing() {
    return Packings.of(bytes);
  }

  /**
   * C = start + A B, with {@code m} by {@code k} and {@code k} by {@code n} elements.
   *
   * @param start address of a row of n elements to add to every row of the product, or 0
   * @param c address of C, whose rows are contiguous and {@code cRow} bytes apart
   */
  void run(long m, long n, long k, Operand a, Operand b, long start, long c, long cRow) {
    run(m, n, k, a, b, start, 0, c, cRow);
  }

  /** C = C + A B. */
  void add(long m, long n, long k, Operand a, Operand b, long c, long cRow) {
    run(m, n, k, a, b, c, cRow, c, cRow);
  }

  private void run(
      long m, long n, long k, Operand a, Operand b, long start, long startRow, long c, long cRow) {
    if (m == 0 || n == 0) {
      return;
    }
    long work = m * n * Math.max(1, k);
    Optional<VectorSpecies<?>> warm = whenWarm.form(work);
    boolean plain = hasPlainForm && PlainGemm.fits(n, k);
    int lanes = plain && warm.isEmpty() ? 1 : warm.orElseGet(species).length();
    boolean turned =
        m < n
            && a instanceof Matrix
            && b instanceof Matrix(long _, long r, long _)
            && r == bytes
            && n > 1;
    var plan = turned ? new GemmPlan(this, lanes, n, m, k) : new GemmPlan(this, lanes, m, n, k);
    if (plain && (warm.isEmpty() || !plan.isWarm(b, work))) {
      try (Written left = Written.of(this, a, m, k);
          Written right = Written.of(this, b, k, n)) {
        PlainGemm.run(m, n, k, left.matrix, right.matrix, start, startRow, c, cRow);
      }
    } else if (turned && a instanceof Matrix left && b instanceof Matrix right) {
      turned(plan, m, n, left, right, start, startRow, c, cRow);
    } else {
      plan.run(a, b, start, startRow, c, cRow);
    }
  }

  /**
   * By Cᵀ = Bᵀ Aᵀ, for a B with contiguous columns: packing costs as much as the smaller of the two
   * is large, and turning the result less.
   */
  private void turned(
      GemmPlan plan,
      long m,
      long n,
      Matrix a,
      Matrix b,
      long start,
      long startRow,
      long c,
      long cRow) {
    Packing turn = packing().form(n * m);
    long row = m * bytes;
    try (Temp product = Temp.of(n * row)) {
      long to = product.address();
      if (start != 0) {
        turn.run(start, startRow, bytes, to, row, Math.toIntExact(m), n);
      }
      plan.run(b.transposed(), a.transposed(), start == 0 ? 0 : to, row, to, row);
      turn.run(to, row, bytes, c, cRow, Math.toIntExact(n), m);
    }
  }

  DType dtype() {
    return bytes == 4 ? DType.FLOAT32 : DType.FLOAT64;
  }

  /** An operand in memory. */
  private record Written(Matrix matrix, Temp memory) implements AutoCloseable {

    static Written of(Gemm gemm, Operand x, long rows, long columns) {
      return switch (x) {
        case Matrix matrix -> new Written(matrix, Temp.none());
        case WindowMatrix windows -> {
          long pitch = columns * gemm.bytes;
          Temp memory = Temp.of(rows * pitch);
          windows.write(0, Math.toIntExact(columns), memory.address(), pitch);
          yield new Written(new Matrix(memory.address(), pitch, gemm.bytes), memory);
        }
        case Scattered scattered -> {
          long pitch = columns * gemm.bytes;
          Temp memory = Temp.of(rows * pitch);
          scattered.write(rows, memory.address(), pitch);
          yield new Written(new Matrix(memory.address(), pitch, gemm.bytes), memory);
        }
      };
    }

    @Override
    public void close() {
      memory.close();
    }
  }
}
