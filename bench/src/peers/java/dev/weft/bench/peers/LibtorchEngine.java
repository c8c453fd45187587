package dev.weft.bench.peers;

import dev.weft.bench.Engine;
import dev.weft.bench.Work;
import dev.weft.bench.Work.Attention;
import dev.weft.bench.Work.Conv;
import dev.weft.bench.Work.Elementwise;
import dev.weft.bench.Work.Fused;
import dev.weft.bench.Work.Gemm;
import dev.weft.bench.Work.Mlp;
import dev.weft.bench.Work.NanoGpt;
import java.util.function.Supplier;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AdamW;
import org.bytedeco.pytorch.SGD;
import org.bytedeco.pytorch.SGDOptions;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** libtorch 2.10 with OpenBLAS, through JavaCPP's presets. */
public final class LibtorchEngine implements Engine {

  @Override
  public String name() {
    return "libtorch";
  }

  @Override
  public void threads(int count) {
    torch.set_num_threads(count);
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
      case Attention op -> attention(op);
      case Conv conv -> conv(conv);
      case Mlp mlp -> mlp(mlp);
      case NanoGpt _ -> new LibtorchGpt().step();
    };
  }

  static Task closing(Supplier<Tensor> op) {
    return () -> op.get().close();
  }

  /** What a step makes is released at its end. */
  static Task scoped(Runnable step) {
    return () -> {
      try (var _ = new PointerScope()) {
        step.run();
      }
    };
  }

  private static Task gemm(Gemm g) {
    if (g.batch() > 1) {
      Tensor a = torch.randn(g.batch(), g.m(), g.k());
      Tensor b = torch.randn(g.batch(), g.k(), g.n());
      return closing(() -> a.bmm(b));
    }
    Tensor a = g.transposeA() ? torch.randn(g.k(), g.m()).t() : torch.randn(g.m(), g.k());
    Tensor b = g.transposeB() ? torch.randn(g.n(), g.k()).t() : torch.randn(g.k(), g.n());
    return closing(() -> a.matmul(b));
  }

  private static Task elementwise(Elementwise work) {
    Tensor x = torch.randn(work.side(), work.side());
    Tensor y = torch.randn(work.side(), work.side());
    return switch (work.kind()) {
      case ADD -> closing(() -> x.add(y));
      case MUL -> closing(() -> x.mul(y));
      case EXP -> closing(x::exp);
      case GELU -> closing(() -> torch.gelu(x));
      case SUM -> closing(x::sum);
      case WHERE -> {
        Tensor condition = x.gt(y);
        yield closing(() -> torch.where(condition, x, y));
      }
      case CAST -> closing(() -> x.to(ScalarType.BFloat16));
      case COPY -> {
        Tensor transposed = x.t();
        yield closing(transposed::contiguous);
      }
    };
  }

  private static Task fused(Fused work) {
    long side = 1024;
    Tensor x = torch.randn(side, side);
    return switch (work) {
      case SOFTMAX -> closing(() -> torch.softmax(x, -1));
      case LOG_SOFTMAX -> closing(() -> torch.log_softmax(x, -1));
      case LAYER_NORM -> {
        var weight = new TensorOptional(torch.ones(side));
        var bias = new TensorOptional(torch.zeros(side));
        long[] shape = {side};
        yield closing(() -> torch.layer_norm(x, shape, weight, bias, 1e-5, false));
      }
      case CROSS_ENTROPY -> {
        Tensor targets = torch.randint(0, side, new long[] {side}).to(ScalarType.Long);
        x.requires_grad_(true);
        yield scoped(
            () -> {
              torch.cross_entropy_loss(x, targets).backward();
              x.mutable_grad().reset();
            });
      }
      case ADAMW -> {
        x.requires_grad_(true);
        x.mutable_grad().put(torch.randn(side, side));
        var optimizer = new AdamW(new TensorVector(x));
        yield scoped(optimizer::step);
      }
      case EMBEDDING -> {
        Tensor ids = torch.randint(0, side, new long[] {4096}).to(ScalarType.Long);
        Tensor gradient = torch.randn(4096, side);
        x.requires_grad_(true);
        yield gradients(() -> torch.embedding(x, ids), gradient, x);
      }
    };
  }

  private static Task gradients(Supplier<Tensor> y, Tensor gradient, Tensor... inputs) {
    var of = new TensorVector(inputs);
    var weights = new TensorVector(gradient);
    return scoped(
        () ->
            torch.grad(
                new TensorVector(y.get()),
                of,
                weights,
                new org.bytedeco.pytorch.BoolOptional(),
                false,
                false));
  }

  private static Task attention(Attention work) {
    long[] shape = {1, work.heads(), work.time(), work.width()};
    Tensor q = torch.randn(shape).requires_grad_(true);
    Tensor k = torch.randn(shape).requires_grad_(true);
    Tensor v = torch.randn(shape).requires_grad_(true);
    Tensor gradient = torch.randn(shape);
    return gradients(() -> torch.scaled_dot_product_attention(q, k, v), gradient, q, k, v);
  }

  private static Task conv(Conv c) {
    Tensor x = torch.randn(c.batch(), c.in(), c.size(), c.size()).requires_grad_(true);
    Tensor w = torch.randn(c.out(), c.in(), c.kernel(), c.kernel()).requires_grad_(true);
    Tensor gradient = torch.randn(c.batch(), c.out(), c.outSize(), c.outSize());
    long[] stride = {c.stride(), c.stride()};
    long[] padding = {c.padding(), c.padding()};
    long[] dilation = {1, 1};
    var none = new TensorOptional();
    return gradients(() -> torch.conv2d(x, w, none, stride, padding, dilation, 1), gradient, x, w);
  }

  private static Task mlp(Mlp m) {
    Tensor x = torch.randn(m.batch(), m.in());
    Tensor targets = torch.randint(0, m.out(), new long[] {m.batch()}).to(ScalarType.Long);
    Tensor w1 = parameter(m.hidden(), m.in());
    Tensor b1 = parameter(m.hidden());
    Tensor w2 = parameter(m.out(), m.hidden());
    Tensor b2 = parameter(m.out());
    var optimizer = new SGD(new TensorVector(w1, b1, w2, b2), new SGDOptions(0.01));
    return scoped(
        () -> {
          optimizer.zero_grad();
          Tensor hidden = torch.relu(torch.linear(x, w1, new TensorOptional(b1)));
          Tensor logits = torch.linear(hidden, w2, new TensorOptional(b2));
          torch.cross_entropy_loss(logits, targets).backward();
          optimizer.step();
        });
  }

  static Tensor parameter(long... shape) {
    Tensor x = torch.randn(shape).mul(new org.bytedeco.pytorch.Scalar(0.02));
    return x.detach().requires_grad_(true);
  }
}
