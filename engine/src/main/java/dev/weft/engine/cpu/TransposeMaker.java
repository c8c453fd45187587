package dev.weft.engine.cpu;

import static java.lang.constant.ConstantDescs.BSM_CLASS_DATA_AT;
import static java.lang.constant.ConstantDescs.CD_long;
import static java.lang.constant.ConstantDescs.CD_void;
import static java.lang.constant.ConstantDescs.DEFAULT_NAME;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.constant.ClassDesc;
import java.lang.constant.DynamicConstantDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.ArrayList;
import java.util.List;
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

  private static final ClassDesc MASK = RegisterCode.describe(VectorMask.class);
  private static final ClassDesc SHUFFLE = RegisterCode.describe(VectorShuffle.class);

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
  private final RegisterCode writer;
  private final ClassDesc vector;

  private TransposeMaker(VectorSpecies<?> species) {
    this.lanes = species.length();
    this.bytes = species.vectorByteSize();
    this.writer = new RegisterCode(species);
    this.vector = writer.vector;
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
    var maker = new TransposeMaker(species);
    var run = MethodTypeDesc.of(CD_void, CD_long, CD_long, CD_long, CD_long, CD_long);
    String name = species.elementType() == float.class ? "F32" : "F64";
    byte[] file = RegisterCode.classFile(Transposition.class, name, run, maker::body);
    return Stamp.instanceOf(Transposition.class, file, List.copyOf(constants));
  }

  private void body(CodeBuilder code) {
    Label next = code.newLabel();
    Label end = code.newLabel();
    code.labelBinding(next);
    code.lload(COUNT).lconst_0().lcmp().ifle(end);
    code.lload(FROM).lstore(AT);
    for (int i = 0; i < lanes; i++) {
      writer.load(code, AT, 0);
      code.astore(FIRST_ROW + i);
      RegisterCode.add(code, AT, FROM_ROW);
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
      writer.store(code, FIRST_ROW + i, TO, 0);
      RegisterCode.add(code, TO, TO_ROW);
    }
    code.lload(FROM).loadConstant((long) bytes).ladd().lstore(FROM);
    code.lload(COUNT).lconst_1().lsub().lstore(COUNT);
    code.goto_(next);
    code.labelBinding(end);
    code.return_();
  }

  private void exchange(CodeBuilder code, int index, int x, int y) {
    var rearrange = MethodTypeDesc.of(vector, SHUFFLE);
    var blend = MethodTypeDesc.of(vector, RegisterCode.VECTOR, MASK);
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
}
