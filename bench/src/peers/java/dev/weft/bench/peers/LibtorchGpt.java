package dev.weft.bench.peers;

import static dev.weft.bench.peers.LibtorchEngine.parameter;

import dev.weft.bench.Engine.Task;
import dev.weft.bench.Work.NanoGpt;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.AdamW;
import org.bytedeco.pytorch.AdamWOptions;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** nanoGPT's small CPU configuration in libtorch's functions. */
final class LibtorchGpt {

  private static final long[] WIDTH = {NanoGpt.WIDTH};

  private final List<Tensor> parameters = new ArrayList<>();
  private final Tensor tokens = made(NanoGpt.VOCABULARY, NanoGpt.WIDTH);
  private final Tensor positions = made(NanoGpt.TIME, NanoGpt.WIDTH);
  private final List<Block> blocks = new ArrayList<>();
  private final Norm norm = new Norm();
  private final Tensor head = made(NanoGpt.VOCABULARY, NanoGpt.WIDTH);

  LibtorchGpt() {
    for (int i = 0; i < NanoGpt.LAYERS; i++) {
      blocks.add(new Block());
    }
  }

  private Tensor made(long... shape) {
    Tensor x = parameter(shape);
    parameters.add(x);
    return x;
  }

  Task step() {
    Tensor ids = words(NanoGpt.BATCH, NanoGpt.TIME);
    Tensor targets = words(NanoGpt.BATCH * NanoGpt.TIME);
    var options = new AdamWOptions(1e-3);
    options.weight_decay().put(0.1);
    var optimizer = new AdamW(new TensorVector(parameters.toArray(Tensor[]::new)), options);
    return LibtorchEngine.scoped(
        () -> {
          optimizer.zero_grad();
          Tensor logits = forward(ids).view(-1, NanoGpt.VOCABULARY);
          torch.cross_entropy_loss(logits, targets).backward();
          optimizer.step();
        });
  }

  private static Tensor words(long... shape) {
    return torch.randint(0, NanoGpt.VOCABULARY, shape).to(ScalarType.Long);
  }

  private Tensor forward(Tensor ids) {
    Tensor places = torch.arange(new Scalar(NanoGpt.TIME)).to(ScalarType.Long);
    Tensor x = torch.embedding(tokens, ids).add(torch.embedding(positions, places));
    for (Block block : blocks) {
      x = block.forward(x);
    }
    return torch.linear(norm.forward(x), head);
  }

  private final class Norm {
    private final TensorOptional weight = new TensorOptional(made(NanoGpt.WIDTH));
    private final TensorOptional bias = new TensorOptional(made(NanoGpt.WIDTH));

    Tensor forward(Tensor x) {
      return torch.layer_norm(x, WIDTH, weight, bias, 1e-5, false);
    }
  }

  private final class Linear {
    private final Tensor weight;
    private final TensorOptional bias;

    Linear(long in, long out) {
      weight = made(out, in);
      bias = new TensorOptional(made(out));
    }

    Tensor forward(Tensor x) {
      return torch.linear(x, weight, bias);
    }
  }

  private final class Block {
    private static final int EACH = NanoGpt.WIDTH / NanoGpt.HEADS;

    private final Norm norm1 = new Norm();
    private final Norm norm2 = new Norm();
    private final Linear qkv = new Linear(NanoGpt.WIDTH, 3 * NanoGpt.WIDTH);
    private final Linear projection = new Linear(NanoGpt.WIDTH, NanoGpt.WIDTH);
    private final Linear up = new Linear(NanoGpt.WIDTH, 4 * NanoGpt.WIDTH);
    private final Linear down = new Linear(4 * NanoGpt.WIDTH, NanoGpt.WIDTH);

    Tensor forward(Tensor x) {
      Tensor y = x.add(attention(norm1.forward(x)));
      return y.add(down.forward(torch.gelu(up.forward(norm2.forward(y)))));
    }

    private Tensor attention(Tensor x) {
      TensorVector parts = qkv.forward(x).split(NanoGpt.WIDTH, 2);
      Tensor y =
          torch.scaled_dot_product_attention(
              heads(parts.get(0)),
              heads(parts.get(1)),
              heads(parts.get(2)),
              new TensorOptional(),
              0,
              true,
              new DoubleOptional(),
              false);
      return projection.forward(
          y.transpose(1, 2).reshape(NanoGpt.BATCH, NanoGpt.TIME, NanoGpt.WIDTH));
    }

    private Tensor heads(Tensor x) {
      return x.view(NanoGpt.BATCH, NanoGpt.TIME, NanoGpt.HEADS, EACH).transpose(1, 2);
    }
  }
}
