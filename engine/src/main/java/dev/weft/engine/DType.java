package dev.weft.engine;

import java.util.Locale;

/**
 * Element types, with PyTorch's names, sizes and promotion rules.
 *
 * <p>Source of the promotion table: the type promotion documentation of PyTorch ("torch.Tensor
 * attributes"): the higher category of bool &lt; integer &lt; floating &lt; complex wins; within a
 * category the smallest type that holds both; float16 with bfloat16 gives float32, uint8 with a
 * signed type the next wider signed one; float64 with a complex type gives complex128.
 */
public enum DType {
  FLOAT32(4, Category.FLOATING),
  FLOAT64(8, Category.FLOATING),
  FLOAT16(2, Category.FLOATING),
  BFLOAT16(2, Category.FLOATING),
  INT8(1, Category.INTEGER),
  INT16(2, Category.INTEGER),
  INT32(4, Category.INTEGER),
  INT64(8, Category.INTEGER),
  UINT8(1, Category.INTEGER),
  BOOL(1, Category.BOOLEAN),
  /** Two float32, real and imaginary part side by side. */
  COMPLEX64(8, Category.COMPLEX),
  /** Two float64, real and imaginary part side by side. */
  COMPLEX128(16, Category.COMPLEX);

  /** The steps of promotion, lowest first. */
  public enum Category {
    BOOLEAN,
    INTEGER,
    FLOATING,
    COMPLEX
  }

  private final int bytes;
  private final Category category;

  DType(int bytes, Category category) {
    this.bytes = bytes;
    this.category = category;
  }

  /** Bytes per element. */
  public int bytes() {
    return bytes;
  }

  /** Boolean, integer, floating or complex. */
  public Category category() {
    return category;
  }

  /** float16, bfloat16, float32 or float64. */
  public boolean isFloating() {
    return category == Category.FLOATING;
  }

  /** int8 to int64 and uint8; bool is not one. */
  public boolean isInteger() {
    return category == Category.INTEGER;
  }

  /** float16 or bfloat16: stored in 16 bits, computed in float32. */
  public boolean isHalf() {
    return this == FLOAT16 || this == BFLOAT16;
  }

  /** complex64 or complex128. */
  public boolean isComplex() {
    return category == Category.COMPLEX;
  }

  /** Floating or complex: what has fractions, and gradients. */
  public boolean isInexact() {
    return isFloating() || isComplex();
  }

  /** The dtype of a complex element's parts; a dtype that is not complex is its own. */
  public DType toReal() {
    return switch (this) {
      case COMPLEX64 -> FLOAT32;
      case COMPLEX128 -> FLOAT64;
      case FLOAT32, FLOAT64, FLOAT16, BFLOAT16, INT8, INT16, INT32, INT64, UINT8, BOOL -> this;
    };
  }

  /**
   * The complex dtype whose parts hold this floating one; a complex dtype itself. There is no
   * narrower one than complex64.
   */
  public DType toComplex() {
    return switch (this) {
      case FLOAT32, FLOAT16, BFLOAT16, COMPLEX64 -> COMPLEX64;
      case FLOAT64, COMPLEX128 -> COMPLEX128;
      case INT8, INT16, INT32, INT64, UINT8, BOOL ->
          throw new DTypeException(
              "complex of " + this + ": only floating dtypes can be the parts of a complex one");
    };
  }

  /** The dtype that holds the values of both, by PyTorch's table. */
  public static DType promote(DType a, DType b) {
    if (a == b) {
      return a;
    }
    if (a.isComplex() || b.isComplex()) {
      return promote(a.part(), b.part()).toComplex();
    }
    if (a.category != b.category) {
      return a.category.compareTo(b.category) > 0 ? a : b;
    }
    if (a.category == Category.FLOATING) {
      if (a.isHalf() && b.isHalf()) {
        return FLOAT32;
      }
      return a.bytes >= b.bytes ? a : b;
    }
    if (a == UINT8 || b == UINT8) {
      DType signed = a == UINT8 ? b : a;
      return signed == INT8 ? INT16 : signed;
    }
    return a.bytes >= b.bytes ? a : b;
  }

  /** What a complex dtype must at least have room for: integers fit any, as PyTorch sees it. */
  private DType part() {
    return isInteger() || this == BOOL ? FLOAT16 : toReal();
  }

  /**
   * Whether a result of this dtype may be stored in {@code target} without asking, as ops in place
   * do: not when its category is higher.
   */
  public boolean canCast(DType target) {
    return category.compareTo(target.category) <= 0;
  }

  /** The finite range's upper end; for bool 1, for complex dtypes that of a part. */
  public double max() {
    return switch (this) {
      case FLOAT32 -> Float.MAX_VALUE;
      case FLOAT64 -> Double.MAX_VALUE;
      case FLOAT16 -> 65504;
      case BFLOAT16 -> 0x1.FEp127;
      case INT8 -> Byte.MAX_VALUE;
      case INT16 -> Short.MAX_VALUE;
      case INT32 -> Integer.MAX_VALUE;
      case INT64 -> Long.MAX_VALUE;
      case UINT8 -> 255;
      case BOOL -> 1;
      case COMPLEX64, COMPLEX128 -> toReal().max();
    };
  }

  /** The finite range's lower end; for complex dtypes that of a part. */
  public double min() {
    return switch (this) {
      case FLOAT32, FLOAT64, FLOAT16, BFLOAT16, COMPLEX64, COMPLEX128 -> -max();
      case INT8 -> Byte.MIN_VALUE;
      case INT16 -> Short.MIN_VALUE;
      case INT32 -> Integer.MIN_VALUE;
      case INT64 -> Long.MIN_VALUE;
      case UINT8, BOOL -> 0;
    };
  }

  /** The distance from 1 to the next larger number; for complex dtypes in a part. */
  public double eps() {
    return switch (this) {
      case FLOAT32 -> 0x1p-23;
      case FLOAT64 -> 0x1p-52;
      case FLOAT16 -> 0x1p-10;
      case BFLOAT16 -> 0x1p-7;
      case COMPLEX64, COMPLEX128 -> toReal().eps();
      case INT8, INT16, INT32, INT64, UINT8, BOOL ->
          throw new DTypeException(
              "eps of " + this + ": only floating and complex dtypes have one");
    };
  }

  /** Throws for {@code op} unless a number fits: integers hold the whole ones of their range. */
  void requireHolds(String op, double value) {
    // The largest int64 is rounded up to 2^63 here, which does not fit.
    boolean whole = value == Math.rint(value) && value >= min() && value <= max() && value < 0x1p63;
    if (!isInexact() && !whole) {
      throw new DTypeException(
          op + ": " + this + ": " + value + " does not fit; use a whole number of its range");
    }
  }

  /** The dtype with PyTorch's name, such as {@code "bfloat16"}. */
  public static DType of(String name) {
    for (DType dtype : values()) {
      if (dtype.toString().equals(name)) {
        return dtype;
      }
    }
    throw new DTypeException(
        "dtype '" + name + "' is unknown; known are " + java.util.List.of(values()));
  }

  /** PyTorch's name: {@code float32}. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
