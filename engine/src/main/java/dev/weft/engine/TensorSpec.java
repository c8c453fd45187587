package dev.weft.engine;

/**
 * What is known of a tensor without its elements. {@code Op.infer} maps the specs of the inputs to
 * that of the output; that alone runs a whole model with no memory.
 */
public record TensorSpec(Shape shape, DType dtype, Device device) {

  /** On the CPU. */
  public static TensorSpec of(Shape shape, DType dtype) {
    return new TensorSpec(shape, dtype, Device.CPU);
  }

  public TensorSpec withShape(Shape other) {
    return shape.equals(other) ? this : new TensorSpec(other, dtype, device);
  }

  public TensorSpec withDtype(DType other) {
    return dtype == other ? this : new TensorSpec(shape, other, device);
  }

  public TensorSpec withDevice(Device other) {
    return device.equals(other) ? this : new TensorSpec(shape, dtype, other);
  }

  public int rank() {
    return shape.rank();
  }

  /** Bytes of the elements laid out without gaps. */
  public long bytes() {
    return bytes("tensor");
  }

  /** Bytes of the elements laid out without gaps, or an exception for {@code op}. */
  long bytes(Object op) {
    try {
      return Math.multiplyExact(shape.numel(), (long) dtype.bytes());
    } catch (ArithmeticException e) {
      throw new ShapeException(
          op + ": " + this + ": does not fit in 64-bit memory; ask for fewer elements", e);
    }
  }

  /** This spec, or an exception that {@code op} takes floating dtypes only. */
  public TensorSpec requireFloating(Object op) {
    if (!dtype.isFloating()) {
      throw new DTypeException(
          op
              + ": "
              + this
              + ": needs a floating dtype; convert it first, for example with x.to(DType.FLOAT32)");
    }
    return this;
  }

  /** This spec, or an exception that {@code op} takes float32 and float64 only. */
  public TensorSpec requireFull(Object op) {
    if (dtype != DType.FLOAT32 && dtype != DType.FLOAT64) {
      throw new DTypeException(
          op
              + ": "
              + this
              + ": needs float32 or float64; convert it first, for example with"
              + " x.to(DType.FLOAT32)");
    }
    return this;
  }

  /** This spec, or an exception that {@code op} takes no complex dtypes. */
  public TensorSpec requireReal(Object op) {
    if (dtype.isComplex()) {
      throw new DTypeException(
          op
              + ": "
              + this
              + ": is not defined for complex numbers; use it on x.abs(), x.real() or x.imag()");
    }
    return this;
  }

  /** This spec, or an exception that {@code op} takes complex dtypes only. */
  public TensorSpec requireComplex(Object op) {
    if (!dtype.isComplex()) {
      throw new DTypeException(
          op
              + ": "
              + this
              + ": needs complex64 or complex128; convert it first, for example with"
              + " x.to(DType.COMPLEX64)");
    }
    return this;
  }

  /** This spec, or an exception that {@code op} takes integer indices only. */
  public TensorSpec requireIndex(Object op) {
    if (dtype != DType.INT64 && dtype != DType.INT32) {
      throw new DTypeException(
          op
              + ": "
              + this
              + ": indices must be int64 or int32; convert them with x.to(DType.INT64)");
    }
    return this;
  }

  /** This spec, or an exception that {@code op} does not take bool. */
  public TensorSpec requireNumeric(Object op) {
    if (dtype == DType.BOOL) {
      throw new DTypeException(
          op
              + ": "
              + this
              + ": is not defined for bool; convert it first, for example with x.to(DType.INT64)");
    }
    return this;
  }

  /** This spec, or an exception that {@code dim} does not exist. Negative counts from the end. */
  public TensorSpec requireDim(Object op, int dim) {
    int allowed = Math.max(1, rank());
    if (dim < -allowed || dim >= allowed) {
      throw new ShapeException(
          op
              + ": "
              + this
              + ": dimension "
              + dim
              + " is out of range, allowed are "
              + -allowed
              + " to "
              + (allowed - 1));
    }
    return this;
  }

  /** Turns a possibly negative dimension into an index, or throws for {@code op}. */
  public int dim(Object op, int dim) {
    if (rank() == 0) {
      throw new ShapeException(op + ": " + this + ": a scalar has no dimension " + dim);
    }
    return requireDim(op, dim).shape.dim(dim);
  }

  /** This spec, or an exception that {@code op} needs at least this many dimensions. */
  public TensorSpec requireRank(Object op, int atLeast) {
    if (rank() < atLeast) {
      throw new ShapeException(
          op
              + ": "
              + this
              + ": needs at least "
              + atLeast
              + " dimension"
              + (atLeast == 1 ? "" : "s"));
    }
    return this;
  }

  /** {@code float32 (8, 16)}, with the device where it is not the CPU. */
  @Override
  public String toString() {
    return dtype + " " + shape + (device.isCpu() ? "" : " on " + device);
  }
}
