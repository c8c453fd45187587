package dev.weft.bench;

import dev.weft.bench.Work.NanoGpt;
import dev.weft.engine.Tensor;
import dev.weft.nn.AttentionMask;
import dev.weft.nn.Embedding;
import dev.weft.nn.Functional;
import dev.weft.nn.LayerNorm;
import dev.weft.nn.Linear;
import dev.weft.nn.Module;
import dev.weft.nn.ModuleList;
import java.util.List;

/** nanoGPT's small CPU configuration, without dropout. */
final class WeftGpt extends Module<Tensor, Tensor> {

  private static final int WIDTH = NanoGpt.WIDTH;

  final Embedding tokens = new Embedding(NanoGpt.VOCABULARY, WIDTH);
  final Embedding positions = new Embedding(NanoGpt.TIME, WIDTH);
  final ModuleList<Block> blocks = new ModuleList<>();
  final LayerNorm norm = new LayerNorm(WIDTH);
  final Linear head = new Linear(WIDTH, NanoGpt.VOCABULARY, false);

  WeftGpt() {
    for (int i = 0; i < NanoGpt.LAYERS; i++) {
      blocks.add(new Block());
    }
  }

  /** Ids (batch, time) → logits (batch, time, vocabulary). */
  @Override
  protected Tensor forward(Tensor ids) {
    Tensor x = tokens.apply(ids).add(positions.apply(Tensor.arange(ids.size(1))));
    for (Block block : blocks) {
      x = block.apply(x);
    }
    return head.apply(norm.apply(x));
  }

  private static final class Block extends Module<Tensor, Tensor> {
    final LayerNorm norm1 = new LayerNorm(WIDTH);
    final LayerNorm norm2 = new LayerNorm(WIDTH);
    final Linear qkv = new Linear(WIDTH, 3 * WIDTH);
    final Linear projection = new Linear(WIDTH, WIDTH);
    final Linear up = new Linear(WIDTH, 4 * WIDTH);
    final Linear down = new Linear(4 * WIDTH, WIDTH);

    @Override
    protected Tensor forward(Tensor x) {
      Tensor y = x.add(attention(norm1.apply(x)));
      return y.add(down.apply(up.apply(norm2.apply(y)).gelu()));
    }

    private Tensor attention(Tensor x) {
      List<Tensor> heads = qkv.apply(x).split(WIDTH, 2).stream().map(Block::heads).toList();
      Tensor y =
          Functional.scaledDotProductAttention(
              heads.get(0), heads.get(1), heads.get(2), AttentionMask.CAUSAL);
      return projection.apply(y.transpose(1, 2).reshape(x.shape()));
    }

    private static Tensor heads(Tensor x) {
      long each = WIDTH / NanoGpt.HEADS;
      return x.view(x.size(0), x.size(1), NanoGpt.HEADS, each).transpose(1, 2);
    }
  }
}
