package dev.weft.bench;

/**
 * What a row measures, as a value that every engine understands in its own way. {@link #flops} and
 * {@link #bytes} are what the task needs at the very least; they make its ceiling.
 */
public sealed interface Work {

  /** Floating-point operations; a multiply-add is two. 0 where memory decides. */
  double flops();

  /** Bytes that must be read or written once. */
  double bytes();

  /** A matrix product C = A B; transposed operands are stored the other way round. */
  record Gemm(int batch, int m, int n, int k, boolean transposeA, boolean transposeB)
      implements Work {
    static Gemm square(int n) {
      return new Gemm(1, n, n, n, false, false);
    }

    @Override
    public double flops() {
      return 2.0 * batch * m * n * k;
    }

    @Override
    public double bytes() {
      return 4.0 * batch * ((double) m * k + (double) k * n + (double) m * n);
    }
  }

  /** One op over many elements. */
  enum Kind {
    ADD("add", 12),
    MUL("mul", 12),
    EXP("exp", 8),
    GELU("gelu", 8),
    SUM("sum", 4),
    WHERE("where", 13),
    /** float32 to bfloat16. */
    CAST("cast", 6),
    /** A square matrix, transposed, made contiguous. */
    COPY("strided copy", 8);

    final String label;
    private final int bytes;

    Kind(String label, int bytes) {
      this.label = label;
      this.bytes = bytes;
    }
  }

  /** An op that makes a new tensor of {@code side}² elements. */
  record Elementwise(Kind kind, int side) implements Work {
    public int count() {
      return side * side;
    }

    @Override
    public double flops() {
      return 0;
    }

    @Override
    public double bytes() {
      return (double) kind.bytes * count();
    }
  }

  /** Ops over the rows of a matrix of 1024 x 1024, and others that libraries fuse. */
  enum Fused implements Work {
    SOFTMAX("softmax 1024 x 1024", 8),
    LOG_SOFTMAX("log-softmax 1024 x 1024", 8),
    /** With weight and bias. */
    LAYER_NORM("layer norm 1024 x 1024", 8),
    /** The mean loss of 1024 rows of 1024 classes, and its gradient. */
    CROSS_ENTROPY("cross-entropy 1024 x 1024, with gradient", 12),
    /** One step on 1 M parameters. */
    ADAMW("AdamW, 1 M parameters", 28),
    /** 4,096 of 1,024 rows of 1,024 columns, and the gradient of all rows. */
    EMBEDDING("embedding 4096 of 1024 x 1024, with gradient", 44);

    static final int SIDE = 1024;
    static final int IDS = 4096;

    final String label;
    private final int bytes;

    Fused(String label, int bytes) {
      this.label = label;
      this.bytes = bytes;
    }

    @Override
    public double flops() {
      return 0;
    }

    @Override
    public double bytes() {
      return (double) bytes * SIDE * SIDE;
    }
  }

  /** softmax(Q Kᵀ / √d) V without a mask, and the gradients of Q, K and V. */
  record Attention(int heads, int time, int width) implements Work {
    @Override
    public double flops() {
      return 2.0 * heads * time * time * width * (2 + 5);
    }

    @Override
    public double bytes() {
      return 4.0 * heads * time * width * 8;
    }
  }

  /** A convolution of square images without bias, and the gradients of images and weights. */
  record Conv(int batch, int in, int out, int size, int kernel, int stride) implements Work {
    public int padding() {
      return kernel / 2;
    }

    public int outSize() {
      return (size + 2 * padding() - kernel) / stride + 1;
    }

    @Override
    public double flops() {
      return 3 * 2.0 * batch * in * out * kernel * kernel * outSize() * outSize();
    }

    @Override
    public double bytes() {
      double x = (double) batch * in * size * size;
      double y = (double) batch * out * outSize() * outSize();
      return 4 * (3 * x + 2 * y);
    }
  }

  /** Linear, ReLU, linear; cross-entropy, backward, a step of plain SGD. */
  record Mlp(int batch, int in, int hidden, int out) implements Work {
    @Override
    public double flops() {
      // The gradient of the input is not asked for.
      return 2.0 * batch * (2.0 * in * hidden + 3.0 * hidden * out);
    }

    @Override
    public double bytes() {
      return 12.0 * ((double) in * hidden + (double) hidden * out) + 4.0 * batch * in;
    }
  }

  /** nanoGPT's small CPU configuration: cross-entropy, backward, a step of AdamW. */
  record NanoGpt() implements Work {
    public static final int BATCH = 12;
    public static final int TIME = 64;
    public static final int LAYERS = 4;
    public static final int HEADS = 4;
    public static final int WIDTH = 128;
    public static final int VOCABULARY = 65;

    @Override
    public double flops() {
      double tokens = (double) BATCH * TIME;
      double linears = 12.0 * WIDTH * WIDTH * LAYERS + (double) WIDTH * VOCABULARY;
      double attention = 2.0 * TIME * WIDTH * LAYERS;
      return 3 * 2 * tokens * (linears + attention);
    }

    @Override
    public double bytes() {
      return 28.0 * (12.0 * WIDTH * WIDTH * LAYERS + 2.0 * WIDTH * VOCABULARY);
    }
  }
}
