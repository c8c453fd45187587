package dev.weft.fabric.comm;

import static dev.weft.fabric.comm.Text.text;

import dev.weft.engine.DType;
import dev.weft.engine.DTypeException;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * How the values of all ranks become one: y = x₀ ∘ x₁ ∘ … ∘ xₙ₋₁, always in the order of the ranks,
 * so that a result depends neither on timing nor on the transport.
 *
 * <p><b>Dtype</b>: float16 and bfloat16 are combined in float32 and rounded once at the end.
 * Integers wrap around. {@link #MEAN} needs a floating dtype; the bitwise operations need integers
 * or bool; of bool, {@link #MIN} is "all" and {@link #MAX} is "any", and there is no sum or
 * product. NaN wins in {@link #MIN} and {@link #MAX}; every NaN of a result is the same NaN.
 */
public enum ReduceOp {
  /** x₀ + x₁ + … */
  SUM,
  /** The sum, divided by the number of ranks. PyTorch calls it AVG. */
  MEAN,
  /** x₀ · x₁ · … */
  PRODUCT,
  /** The smallest value. */
  MIN,
  /** The largest value. */
  MAX,
  /** Bitwise and. */
  BAND,
  /** Bitwise or. */
  BOR,
  /** Bitwise exclusive or. */
  BXOR;

  /**
   * The operation with PyTorch's name, in any case: {@code "sum"}, {@code "mean"} or {@code "avg"},
   * {@code "product"}, {@code "min"}, {@code "max"}, {@code "band"}, {@code "bor"}, {@code "bxor"}.
   *
   * @throws IllegalArgumentException for any other name
   */
  public static ReduceOp of(String name) {
    String wanted = name.toUpperCase(Locale.ROOT);
    if (wanted.equals("AVG")) {
      return MEAN;
    }
    for (ReduceOp op : values()) {
      if (op.name().equals(wanted)) {
        return op;
      }
    }
    throw new IllegalArgumentException(
        text(
            "reduce operation '%s' is unknown; known are avg, %s",
            name,
            Arrays.stream(values()).map(ReduceOp::toString).collect(Collectors.joining(", "))));
  }

  /** Throws when elements of {@code dtype} cannot be combined this way. */
  public void requireTakes(String collective, DType dtype) {
    String cure =
        dtype.isComplex()
            ? "reduce its parts, x.viewAsReal()"
            : switch (this) {
              case SUM, PRODUCT ->
                  dtype == DType.BOOL
                      ? "convert to int32 first, or use max (any) or min (all)"
                      : "";
              case MEAN ->
                  dtype.isFloating() ? "" : "convert to a floating dtype first, or use sum";
              case MIN, MAX -> "";
              case BAND, BOR, BXOR ->
                  dtype.isFloating() ? "bits are combined for integers and bool only" : "";
            };
    if (!cure.isEmpty()) {
      throw new DTypeException(
          text("%s: %s of %s is not defined: %s", collective, this, dtype, cure));
    }
  }

  /** {@code sum}, {@code mean}, … */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
