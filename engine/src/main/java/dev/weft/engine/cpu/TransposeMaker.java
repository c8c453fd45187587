package dev.weft.engine.cpu;

import static java.lang.constant.ConstantDescs.BSM_CLASS_DATA_AT;
import static java.lang.constant.ConstantDescs.CD_Object;
import static java.lang.constant.ConstantDescs.CD_long;
import static java.lang.constant.ConstantDescs.CD_void;
import static java.lang.constant.ConstantDescs.DEFAULT_NAME;
import static java.lang.constant.ConstantDescs.MTD_void;

import dev.weft.engine.Native;
import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.constant.ClassDesc;
import java.lang.constant.DynamicConstantDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.Vector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * Writes the class of a {@link Transposition}: a block is loaded into one register per row, and for
 * each power of two d below the number of lanes, the rows i and i + d, for all i without that bit,
 * exchange the lanes that have it in the one and have it not in the other.
 *
 * <p>The exchange of two rows, with the lanes of s swapped in pairs d apart, and m those with the
 * bit:
 *
 * <pre>
 *   t = x.rearrange(s)
 *   x = x.blend(y.rearrange(s), m)
 *   y = t.blend(y, m)
 * </pre>
 */
final class TransposeMaker {

  private static final ClassDesc VECTOR = describe(Vector.class);
  private static final ClassDesc MASK = describe(VectorMask.class);
  private static final ClassDesc SHUFFLE = describe(VectorShuffle.class);
  private static final ClassDesc SPECIES = describe(VectorSpecies.class);
  private static final ClassDesc SEGMENT = describe(MemorySegment.class);
  private static final ClassDesc ORDER = describe(ByteOrder.class);

  // The locals of Transposition.run; a long takes two.
  private static final int FROM = 1;
  private static final int FROM_ROW = 3;
  private static final int TO = 5;
  private static final int TO_ROW = 7;
  private static final int COUNT = 9;
  private static final int AT = 11;
  private static final int SWAPPED = 13;
  private static final int FIRST_ROW = 14;

  private final int lanes;
  private final int bytes;
  private final String speciesField;
  private final ClassDesc vector;

  private TransposeMaker(VectorSpecies<?> species) {
    boolean single = species.elementType() == float.class;
    this.lanes = species.length();
    this.bytes = species.vectorByteSize();
    this.speciesField = single ? "F32" : "F64";
    this.vector = describe(single ? FloatVector.class : DoubleVector.class);
  }

  /** For the preferred species of float or double. */
  static Transposition make(VectorSpecies<?> species) {
    var constants = new ArrayList<Object>(); // of each exchange: the lanes swapped, those it takes
    for (int d = 1; d < species.length(); d *= 2) {
      int distance = d;
      constants.add(species.shuffleFromOp(i -> i ^ distance));
      boolean[] has = new boolean[species.length()];
      for (int i = 0; i < has.length; i++) {
        has[i] = (i & d) != 0;
      }
      constants.add(species.loadMask(has, 0));
    }
    byte[] file = new TransposeMaker(species).classFile();
    return Stamp.instanceOf(Transposition.class, file, List.copyOf(constants));
  }

  private static ClassDesc describe(Class<?> type) {
    return type.describeConstable().orElseThrow();
  }

  private byte[] classFile() {
    var run = MethodTypeDesc.of(CD_void, CD_long, CD_long, CD_long, CD_long, CD_long);
    return ClassFile.of()
        .build(
            ClassDesc.of(TransposeMaker.class.getPackageName(), "Transpose" + speciesField),
            type ->
                type.withFlags(ClassFile.ACC_FINAL)
                    .withInterfaceSymbols(describe(Transposition.class))
                    .withMethodBody(
                        "<init>",
                        MTD_void,
                        0,
                        code ->
                            code.aload(0).invokespecial(CD_Object, "<init>", MTD_void).return_())
                    .withMethodBody("run", run, ClassFile.ACC_PUBLIC, this::body));
  }

  private void body(CodeBuilder code) {
    Label next = code.newLabel();
    Label end = code.newLabel();
    code.labelBinding(next);
    code.lload(COUNT).lconst_0().lcmp().ifle(end);
    code.lload(FROM).lstore(AT);
    for (int i = 0; i < lanes; i++) {
      load(code);
      code.astore(FIRST_ROW + i);
      advance(code, AT, FROM_ROW);
    }
    int exchange = 0;
    for (int d = 1; d < lanes; d *= 2) {
      for (int i = 0; i < lanes; i++) {
        if ((i & d) == 0) {
          exchange(code, exchange, FIRST_ROW + i, FIRST_ROW + i + d);
        }
      }
      exchange++;
    }
    for (int i = 0; i < lanes; i++) {
      store(code, FIRST_ROW + i);
      advance(code, TO, TO_ROW);
    }
    code.lload(FROM).loadConstant((long) bytes).ladd().lstore(FROM);
    code.lload(COUNT).lconst_1().lsub().lstore(COUNT);
    code.goto_(next);
    code.labelBinding(end);
    code.return_();
  }

  private void exchange(CodeBuilder code, int index, int x, int y) {
    var rearrange = MethodTypeDesc.of(vector, SHUFFLE);
    var blend = MethodTypeDesc.of(vector, VECTOR, MASK);
    var swap = constant(SHUFFLE, 2 * index);
    var mask = constant(MASK, 2 * index + 1);
    code.aload(x).ldc(swap).invokevirtual(vector, "rearrange", rearrange).astore(SWAPPED);
    code.aload(x).aload(y).ldc(swap).invokevirtual(vector, "rearrange", rearrange);
    code.ldc(mask).invokevirtual(vector, "blend", blend).astore(x);
    code.aload(SWAPPED).aload(y).ldc(mask).invokevirtual(vector, "blend", blend).astore(y);
  }

  private static DynamicConstantDesc<Object> constant(ClassDesc type, int index) {
    return DynamicConstantDesc.ofNamed(BSM_CLASS_DATA_AT, DEFAULT_NAME, type, index);
  }

  private static void advance(CodeBuilder code, int address, int step) {
    code.lload(address).lload(step).ladd().lstore(address);
  }

  private void load(CodeBuilder code) {
    code.getstatic(describe(Lanes.class), speciesField, SPECIES);
    place(code, AT);
    code.invokestatic(
        vector, "fromMemorySegment", MethodTypeDesc.of(vector, SPECIES, SEGMENT, CD_long, ORDER));
  }

  private void store(CodeBuilder code, int row) {
    code.aload(row);
    place(code, TO);
    code.invokevirtual(
        vector, "intoMemorySegment", MethodTypeDesc.of(CD_void, SEGMENT, CD_long, ORDER));
  }

  private static void place(CodeBuilder code, int address) {
    code.getstatic(describe(Native.class), "ALL", SEGMENT).lload(address);
    code.getstatic(ORDER, "LITTLE_ENDIAN", ORDER);
  }
}
