package dev.weft.engine;

/** The ways that the same elements can lie in memory; each puts them there without gaps filled. */
enum Arrangement {
  CONTIGUOUS {
    @Override
    Placed place(Tensor x) {
      return new Placed(x.copy(), x.copy());
    }
  },
  /** Column-major: all strides in the reverse order. */
  TRANSPOSED {
    @Override
    boolean fits(Tensor x) {
      return x.rank() > 1;
    }

    @Override
    Placed place(Tensor x) {
      int[] reversed = new int[x.rank()];
      for (int d = 0; d < reversed.length; d++) {
        reversed[d] = reversed.length - 1 - d;
      }
      Tensor buffer = x.permute(reversed).copy();
      return new Placed(buffer.permute(reversed), buffer);
    }
  },
  /** Every second element of a wider buffer. */
  STRIDED {
    @Override
    Placed place(Tensor x) {
      Shape wide = x.rank() == 0 ? Shape.of(3) : x.shape().with(-1, 2 * x.size(-1) + 1);
      Tensor buffer = gaps(wide, x.dtype());
      int last = wide.rank() - 1;
      Tensor part = x.rank() == 0 ? buffer.select(0, 1) : buffer.slice(last, 1, wide.size(last), 2);
      return new Placed(part.copyFrom(x), buffer);
    }
  },
  /** Behind other elements of the same storage. */
  OFFSET {
    @Override
    Placed place(Tensor x) {
      Shape longer = x.rank() == 0 ? Shape.of(4) : x.shape().with(0, x.size(0) + 4);
      Tensor buffer = gaps(longer, x.dtype());
      Tensor part = x.rank() == 0 ? buffer.select(0, 3) : buffer.narrow(0, 3, x.size(0));
      return new Placed(part.copyFrom(x), buffer);
    }
  },
  /** The first row, repeated with stride 0: other values than those given. */
  EXPANDED_FIRST {
    @Override
    boolean fits(Tensor x) {
      return x.rank() > 0 && x.size(0) > 1;
    }

    @Override
    Placed place(Tensor x) {
      Tensor row = x.narrow(0, 0, 1).copy();
      return new Placed(row.expand(x.shape()), row);
    }
  },
  /** The first column, repeated with stride 0. */
  EXPANDED_LAST {
    @Override
    boolean fits(Tensor x) {
      return x.rank() > 0 && x.size(-1) > 1;
    }

    @Override
    Placed place(Tensor x) {
      Tensor column = x.narrow(x.rank() - 1, 0, 1).copy();
      return new Placed(column.expand(x.shape()), column);
    }
  };

  /**
   * A tensor and the buffer it lies in.
   *
   * @param buffer what lies around the tensor holds {@link #gap}
   */
  record Placed(Tensor tensor, Tensor buffer) {}

  /** Whether there is a tensor of this shape in this arrangement that differs from contiguous. */
  boolean fits(Tensor x) {
    return true;
  }

  abstract Placed place(Tensor x);

  boolean repeats() {
    return this == EXPANDED_FIRST || this == EXPANDED_LAST;
  }

  /** What must never be read or written. */
  static double gap(DType dtype) {
    return dtype.isFloating() ? Double.NaN : dtype == DType.BOOL ? 1 : 101;
  }

  private static Tensor gaps(Shape shape, DType dtype) {
    return Tensor.full(shape, gap(dtype), dtype, Device.CPU);
  }
}
