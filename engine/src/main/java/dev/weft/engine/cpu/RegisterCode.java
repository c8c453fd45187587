package dev.weft.engine.cpu;

import static java.lang.constant.ConstantDescs.CD_Object;
import static java.lang.constant.ConstantDescs.CD_long;
import static java.lang.constant.ConstantDescs.CD_void;
import static java.lang.constant.ConstantDescs.MTD_void;

import dev.weft.engine.Native;
import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.function.Consumer;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.Vector;
import jdk.incubator.vector.VectorSpecies;

/** What the classes that {@link TileMaker} and {@link TransposeMaker} write have in common. */
final class RegisterCode {

  static final ClassDesc VECTOR = describe(Vector.class);
  static final ClassDesc SPECIES = describe(VectorSpecies.class);

  private static final ClassDesc SEGMENT = describe(MemorySegment.class);
  private static final ClassDesc ORDER = describe(ByteOrder.class);

  /** The class of a register. */
  final ClassDesc vector;

  final ClassDesc element;

  /** The preferred species' field of {@link Lanes}. */
  private final String field;

  /** For registers of float or double. */
  RegisterCode(VectorSpecies<?> species) {
    boolean single = species.elementType() == float.class;
    this.vector = describe(single ? FloatVector.class : DoubleVector.class);
    this.element = describe(species.elementType());
    this.field = single ? "F32" : "F64";
  }

  static ClassDesc describe(Class<?> type) {
    return type.describeConstable().orElseThrow();
  }

  /**
   * A class that implements a method {@code run}.
   *
   * @param name what the class is called after the interface's name
   */
  static byte[] classFile(
      Class<?> implemented, String name, MethodTypeDesc run, Consumer<CodeBuilder> body) {
    return ClassFile.of()
        .build(
            ClassDesc.of(RegisterCode.class.getPackageName(), implemented.getSimpleName() + name),
            type ->
                type.withFlags(ClassFile.ACC_FINAL)
                    .withInterfaceSymbols(describe(implemented))
                    .withMethodBody(
                        "<init>",
                        MTD_void,
                        0,
                        code ->
                            code.aload(0).invokespecial(CD_Object, "<init>", MTD_void).return_())
                    .withMethodBody("run", run, ClassFile.ACC_PUBLIC, body));
  }

  /** Adds a local to another; both are longs. */
  static void add(CodeBuilder code, int to, int what) {
    code.lload(to).lload(what).ladd().lstore(to);
  }

  /** Pushes the species. */
  void species(CodeBuilder code) {
    code.getstatic(describe(Lanes.class), field, SPECIES);
  }

  /** Pushes the register at the address in a local, and so many bytes behind it. */
  void load(CodeBuilder code, int address, long behind) {
    species(code);
    place(code, address, behind);
    code.invokestatic(
        vector, "fromMemorySegment", MethodTypeDesc.of(vector, SPECIES, SEGMENT, CD_long, ORDER));
  }

  /** Stores the register in a local. */
  void store(CodeBuilder code, int register, int address, long behind) {
    code.aload(register);
    place(code, address, behind);
    code.invokevirtual(
        vector, "intoMemorySegment", MethodTypeDesc.of(CD_void, SEGMENT, CD_long, ORDER));
  }

  /** The three arguments that say where a register lies in memory. */
  private static void place(CodeBuilder code, int address, long behind) {
    code.getstatic(describe(Native.class), "ALL", SEGMENT).lload(address);
    if (behind > 0) {
      code.loadConstant(behind).ladd();
    }
    code.getstatic(ORDER, "LITTLE_ENDIAN", ORDER);
  }
}
