package dev.weft.engine.cpu;

import static java.lang.constant.ConstantDescs.CD_Object;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_long;
import static java.lang.constant.ConstantDescs.CD_void;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import jdk.incubator.vector.VectorSpecies;

/**
 * Writes the class of a {@link Tile} for a number of rows and of registers per row. Written out,
 * one tile of 8 by 3 registers is 24 accumulators, each with a load, a multiply-add and a store of
 * its own; there are two dozen sizes and two element types.
 *
 * <p>The method that is generated reads, for 2 rows of 1 register:
 *
 * <pre>
 *   c00 = c10 = zero
 *   for (int p = at; p != at + k; p++, b += bRow) {
 *     b0 = load(b)
 *     c00 = fma(broadcast(a[p]), b0, c00)
 *     c10 = fma(broadcast(a[p + PITCH]), b0, c10)
 *   }
 *   if (start != 0) { c00 = load(start) + c00; c10 = load(start + startRow) + c10 }
 *   store(c00, c); store(c10, c + cRow)
 * </pre>
 *
 * <p>Where B is scattered, register j is loaded from {@code table[index] + offsets[j]} instead, and
 * nothing is added: with that, C2 made objects of registers in processes that had run many ops.
 */
final class TileMaker {

  // The locals of Tile.run; a long takes two.
  private static final int A = 1;
  private static final int P = 2;
  private static final int B = 3;
  private static final int B_ROW = 5;

  // Those of ScatteredTile.run in the places of these two; what follows START comes there:
  private static final int TABLE = 3;
  private static final int INDEX = 4;
  private static final int OFFSETS = 5;
  private static final int FIRST_OFFSET = 6;

  private static final int START = 7;
  private static final int START_ROW = 9;
  private static final int C = 11;
  private static final int C_ROW = 13;
  private static final int END = 15;
  private static final int AT = 16;
  private static final int FACTOR = 18;
  private static final int B_ROW_AT = 19;
  private static final int FIRST_REGISTER = 21;

  private final int rows;
  private final int registers;
  private final long bytes;
  private final boolean scattered;
  private final RegisterCode writer;
  private final ClassDesc vector;

  private TileMaker(int rows, int registers, VectorSpecies<?> species, boolean scattered) {
    this.rows = rows;
    this.registers = registers;
    this.bytes = species.vectorByteSize();
    this.scattered = scattered;
    this.writer = new RegisterCode(species);
    this.vector = writer.vector;
  }

  /** A tile of {@code rows} by {@code registers} registers of the preferred species. */
  static Tile make(int rows, int registers, VectorSpecies<?> species) {
    var maker = new TileMaker(rows, registers, species, false);
    return Stamp.instanceOf(
        Tile.class, maker.classFile(Tile.class, CD_long, CD_long, CD_long, CD_long));
  }

  /** The same with the rows of B anywhere. */
  static ScatteredTile makeScattered(int rows, int registers, VectorSpecies<?> species) {
    var maker = new TileMaker(rows, registers, species, true);
    return Stamp.instanceOf(
        ScatteredTile.class,
        maker.classFile(
            ScatteredTile.class, CD_long.arrayType(), CD_int, CD_long.arrayType(), CD_int));
  }

  /**
   * @param b the arguments that say where B lies, and what is added
   */
  private byte[] classFile(Class<?> implemented, ClassDesc... b) {
    var run =
        MethodTypeDesc.of(CD_void, CD_Object, CD_int)
            .insertParameterTypes(2, b)
            .insertParameterTypes(2 + b.length, CD_long, CD_long, CD_int);
    return RegisterCode.classFile(implemented, rows + "x" + registers, run, this::body);
  }

  private int length() {
    return scattered ? C : END;
  }

  private int sum(int row, int register) {
    return FIRST_REGISTER + row * registers + register;
  }

  private int factor(int register) {
    return FIRST_REGISTER + rows * registers + register;
  }

  private void body(CodeBuilder code) {
    code.aload(A).checkcast(writer.element.arrayType()).astore(A);
    code.iload(P).iload(length()).iadd().istore(END);
    begin(code);
    if (scattered) {
      loadOffsets(code);
    }
    Label next = code.newLabel();
    Label end = code.newLabel();
    code.labelBinding(next);
    code.iload(P).iload(END).if_icmpge(end);
    step(code);
    if (scattered) {
      code.iinc(INDEX, 1);
    } else {
      RegisterCode.add(code, B, B_ROW);
    }
    code.iinc(P, 1).goto_(next);
    code.labelBinding(end);
    if (!scattered) {
      addStart(code);
    }
    eachRow(
        code,
        scattered ? START : C,
        scattered ? START_ROW : C_ROW,
        (row, register) -> writer.store(code, sum(row, register), AT, register * bytes));
    code.return_();
  }

  /** One zero for all: C2 has a budget for what is inlined. */
  private void begin(CodeBuilder code) {
    writer.species(code);
    code.invokestatic(vector, "zero", MethodTypeDesc.of(vector, RegisterCode.SPECIES));
    for (int i = 1; i < rows * registers; i++) {
      code.dup().astore(sum(0, i));
    }
    code.astore(sum(0, 0));
  }

  private void addStart(CodeBuilder code) {
    Label done = code.newLabel();
    code.lload(START).lconst_0().lcmp().ifeq(done);
    eachRow(
        code,
        START,
        START_ROW,
        (row, register) -> {
          writer.load(code, AT, register * bytes);
          code.aload(sum(row, register));
          code.invokevirtual(vector, "add", MethodTypeDesc.of(vector, RegisterCode.VECTOR));
          code.astore(sum(row, register));
        });
    code.labelBinding(done);
  }

  private int offset(int register) {
    return factor(registers) + 2 * register;
  }

  private void loadOffsets(CodeBuilder code) {
    for (int j = 0; j < registers; j++) {
      code.aload(OFFSETS).iload(FIRST_OFFSET).loadConstant(j).iadd().laload().lstore(offset(j));
    }
  }

  private void step(CodeBuilder code) {
    if (scattered) {
      code.aload(TABLE).iload(INDEX).laload().lstore(B_ROW_AT);
    }
    for (int j = 0; j < registers; j++) {
      if (scattered) {
        code.lload(B_ROW_AT).lload(offset(j)).ladd().lstore(AT);
        writer.load(code, AT, 0);
      } else {
        writer.load(code, B, j * bytes);
      }
      code.astore(factor(j));
    }
    var fma = MethodTypeDesc.of(vector, RegisterCode.VECTOR, RegisterCode.VECTOR);
    for (int i = 0; i < rows; i++) {
      writer.species(code);
      code.aload(A).iload(P);
      if (i > 0) {
        code.loadConstant(i * Tile.PITCH).iadd();
      }
      code.arrayLoad(TypeKind.from(writer.element));
      code.invokestatic(
          vector, "broadcast", MethodTypeDesc.of(vector, RegisterCode.SPECIES, writer.element));
      code.astore(FACTOR);
      for (int j = 0; j < registers; j++) {
        code.aload(FACTOR).aload(factor(j)).aload(sum(i, j));
        code.invokevirtual(vector, "fma", fma).astore(sum(i, j));
      }
    }
  }

  private interface Cell {
    void at(int row, int register);
  }

  /** Visits the block's registers with {@link #AT} at the address of their row. */
  private void eachRow(CodeBuilder code, int first, int step, Cell cell) {
    code.lload(first).lstore(AT);
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < registers; j++) {
        cell.at(i, j);
      }
      RegisterCode.add(code, AT, step);
    }
  }
}
