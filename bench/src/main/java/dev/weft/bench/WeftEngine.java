package dev.weft.bench;

import dev.weft.autograd.Autograd;
import dev.weft.bench.Work.Attention;
import dev.weft.bench.Work.Conv;
import dev.weft.bench.Work.Elementwise;
import dev.weft.bench.Work.Fused;
import dev.weft.bench.Work.Gemm;
import dev.weft.bench.Work.Mlp;
import dev.weft.bench.Work.NanoGpt;
import dev.weft.engine.DType;
import dev.weft.engine.Shape;
import dev.weft.engine.Tensor;
import dev.weft.engine.TensorScope;
import dev.weft.engine.cpu.Parallel;
import dev.weft.nn.ConvOptions;
import dev.weft.nn.Functional;
import dev.weft.nn.Linear;
import dev.weft.nn.Parameter;
import dev.weft.nn.ReLU;
import dev.weft.nn.Sequential;
import dev.weft.optim.AdamW;
import dev.weft.optim.SGD;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** Ours. */
final class WeftEngine implements Engine {

  @Override
  public String name() {
    return "weft";
  }

  @Override
  public void threads(int count) {
    // The measuring thread keeps this setting for its life.
    var _ = Parallel.withThreads(count);
  }

  @Override
  public boolean has(Work work) {
    return true;
  }

  @Override
  public Task task(Work work) {
    return switch (work) {
      case Gemm gemm -> gemm(gemm);
      case Elementwise op -> elementwise(op);
      case Fused op -> fused(op);
      case Attention attention -> attention(attention);
      case Conv conv -> conv(conv);
      case Mlp mlp -> mlp(mlp);
      case NanoGpt _ -> nanoGpt();
    };
  }

  private static Task releasing(Supplier<Tensor> op) {
    return () -> op.get().release();
  }

  private static Task gemm(Gemm g) {
    Tensor a = matrix(g.batch(), g.m(), g.k(), g.transposeA());
    Tensor b = matrix(g.batch(), g.k(), g.n(), g.transposeB());
    return releasing(() -> a.matmul(b));
  }

  private static Tensor matrix(int batch, int rows, int columns, boolean transposed) {
    if (batch > 1) {
      return Tensor.randn(batch, rows, columns);
    }
    return transposed ? Tensor.randn(columns, rows).transpose(0, 1) : Tensor.randn(rows, columns);
  }

  private static Task elementwise(Elementwise work) {
    Tensor x = Tensor.randn(work.side(), work.side());
    Tensor y = Tensor.randn(work.side(), work.side());
    return switch (work.kind()) {
      case ADD -> releasing(() -> x.add(y));
      case MUL -> releasing(() -> x.mul(y));
      case EXP -> releasing(x::exp);
      case GELU -> releasing(x::gelu);
      case SUM -> releasing(x::sum);
      case WHERE -> {
        Tensor condition = x.gt(y);
        yield releasing(() -> condition.where(x, y));
      }
      case CAST -> releasing(() -> x.to(DType.BFLOAT16));
      case COPY -> {
        Tensor transposed = x.transpose(0, 1);
        yield releasing(transposed::contiguous);
      }
    };
  }

  private static Task fused(Fused work) {
    int side = Fused.SIDE;
    Tensor x = Tensor.randn(side, side);
    return switch (work) {
      case SOFTMAX -> releasing(() -> x.softmax(-1));
      case LOG_SOFTMAX -> releasing(() -> x.logSoftmax(-1));
      case LAYER_NORM -> {
        var weight = Optional.of(Tensor.ones(side));
        var bias = Optional.of(Tensor.zeros(side));
        yield releasing(() -> Functional.layerNorm(x, Shape.of(side), weight, bias, 1e-5));
      }
      case CROSS_ENTROPY -> {
        Tensor targets = Tensor.randint(0, side, side);
        x.requiresGrad(true);
        yield () -> {
          try (var _ = TensorScope.open()) {
            Autograd.grad(Functional.crossEntropy(x, targets), x);
          }
        };
      }
      case ADAMW -> {
        var parameter = Parameter.of(x);
        parameter.grad(Optional.of(Tensor.randn(side, side)));
        var optimizer = new AdamW(List.of(parameter));
        yield optimizer::step;
      }
      case EMBEDDING -> {
        Tensor ids = Tensor.randint(0, side, Fused.IDS);
        Tensor gradient = Tensor.randn(Fused.IDS, side);
        x.requiresGrad(true);
        yield () -> {
          try (var _ = TensorScope.open()) {
            gradients(Functional.embedding(ids, x), gradient, x);
          }
        };
      }
    };
  }

  private static void gradients(Tensor y, Tensor gradient, Tensor... inputs) {
    Autograd.grad(y, List.of(inputs), Optional.of(gradient), false, false);
  }

  private static Task attention(Attention work) {
    long[] shape = {1, work.heads(), work.time(), work.width()};
    Tensor q = Tensor.randn(shape).requiresGrad(true);
    Tensor k = Tensor.randn(shape).requiresGrad(true);
    Tensor v = Tensor.randn(shape).requiresGrad(true);
    Tensor gradient = Tensor.randn(shape);
    return () -> {
      try (var _ = TensorScope.open()) {
        gradients(Functional.scaledDotProductAttention(q, k, v), gradient, q, k, v);
      }
    };
  }

  private static Task conv(Conv c) {
    Tensor x = Tensor.randn(c.batch(), c.in(), c.size(), c.size()).requiresGrad(true);
    Tensor w = Tensor.randn(c.out(), c.in(), c.kernel(), c.kernel()).requiresGrad(true);
    Tensor gradient = Tensor.randn(c.batch(), c.out(), c.outSize(), c.outSize());
    var options = ConvOptions.DEFAULT.stride(c.stride()).padding(c.padding());
    return () -> {
      try (var _ = TensorScope.open()) {
        gradients(Functional.conv2d(x, w, Optional.empty(), options), gradient, x, w);
      }
    };
  }

  private static Task mlp(Mlp work) {
    var model =
        Sequential.of(
            new Linear(work.in(), work.hidden()),
            new ReLU(),
            new Linear(work.hidden(), work.out()));
    var optimizer = new SGD(model.parameters(), 0.01);
    Tensor x = Tensor.randn(work.batch(), work.in());
    Tensor targets = Tensor.randint(0, work.out(), work.batch());
    return () -> {
      try (var _ = TensorScope.open()) {
        optimizer.zeroGrad();
        Functional.crossEntropy(model.apply(x), targets).backward();
        optimizer.step();
      }
    };
  }

  private static Task nanoGpt() {
    var model = new WeftGpt();
    var optimizer = new AdamW(model.parameters(), 1e-3).betas(0.9, 0.99).weightDecay(0.1);
    Tensor ids = Tensor.randint(0, NanoGpt.VOCABULARY, NanoGpt.BATCH, NanoGpt.TIME);
    Tensor targets = Tensor.randint(0, NanoGpt.VOCABULARY, NanoGpt.BATCH * NanoGpt.TIME);
    return () -> {
      try (var _ = TensorScope.open()) {
        optimizer.zeroGrad();
        Tensor logits = model.apply(ids).view(-1, NanoGpt.VOCABULARY);
        Functional.crossEntropy(logits, targets).backward();
        optimizer.step();
      }
    };
  }
}
