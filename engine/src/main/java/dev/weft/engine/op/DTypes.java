package dev.weft.engine.op;

import static dev.weft.engine.DType.BFLOAT16;
import static dev.weft.engine.DType.BOOL;
import static dev.weft.engine.DType.COMPLEX128;
import static dev.weft.engine.DType.COMPLEX64;
import static dev.weft.engine.DType.FLOAT16;
import static dev.weft.engine.DType.FLOAT32;
import static dev.weft.engine.DType.FLOAT64;
import static dev.weft.engine.DType.INT16;
import static dev.weft.engine.DType.INT32;
import static dev.weft.engine.DType.INT64;
import static dev.weft.engine.DType.INT8;
import static dev.weft.engine.DType.UINT8;

import dev.weft.engine.DType;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/** The sets of dtypes that ops declare. */
public final class DTypes {

  public static final Set<DType> FLOATING =
      Collections.unmodifiableSet(EnumSet.of(FLOAT32, FLOAT64, FLOAT16, BFLOAT16));

  /** float32 and float64. */
  public static final Set<DType> FULL = Collections.unmodifiableSet(EnumSet.of(FLOAT32, FLOAT64));

  public static final Set<DType> FULL_OR_COMPLEX =
      Collections.unmodifiableSet(EnumSet.of(FLOAT32, FLOAT64, COMPLEX64, COMPLEX128));

  public static final Set<DType> INTEGER =
      Collections.unmodifiableSet(EnumSet.of(INT8, INT16, INT32, INT64, UINT8));
  public static final Set<DType> INTEGRAL =
      Collections.unmodifiableSet(EnumSet.of(INT8, INT16, INT32, INT64, UINT8, BOOL));
  public static final Set<DType> NUMERIC =
      Collections.unmodifiableSet(
          EnumSet.of(FLOAT32, FLOAT64, FLOAT16, BFLOAT16, INT8, INT16, INT32, INT64, UINT8));

  public static final Set<DType> COMPLEX =
      Collections.unmodifiableSet(EnumSet.of(COMPLEX64, COMPLEX128));

  /** All that a backend computes with: complex tensors come to it as pairs of real numbers. */
  public static final Set<DType> ALL =
      Collections.unmodifiableSet(EnumSet.complementOf(EnumSet.copyOf(COMPLEX)));

  private DTypes() {}
}
