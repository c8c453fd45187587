package dev.weft.nn;

import dev.weft.autograd.AutogradFunction;
import dev.weft.autograd.FunctionContext;
import dev.weft.engine.DType;
import dev.weft.engine.Tensor;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * Batch normalisation by the statistics of all ranks' samples. Mean first, then the mean square of
 * what is left, so that nothing cancels: two sums over ranks in forward, and two in backward.
 */
final class RankStatistics {

  /** Sums over ranks; gradients are summed over ranks on their way back. */
  private static final class Sum extends AutogradFunction {
    private final UnaryOperator<Tensor> sumOverRanks;

    Sum(UnaryOperator<Tensor> sumOverRanks) {
      this.sumOverRanks = sumOverRanks;
    }

    @Override
    protected List<Tensor> forward(FunctionContext ctx, List<Tensor> inputs) {
      return List.of(sumOverRanks.apply(inputs.getFirst().detach().copy()));
    }

    @Override
    protected List<Optional<Tensor>> backward(FunctionContext ctx, List<Tensor> gradients) {
      return gradients(new Sum(sumOverRanks).apply(gradients.getFirst()));
    }
  }

  private RankStatistics() {}

  static Tensor normalise(
      String name,
      Tensor x,
      ChannelNorms.Running running,
      Optional<? extends Tensor> weight,
      Optional<? extends Tensor> bias,
      double eps,
      UnaryOperator<Tensor> sumOverRanks) {
    Tensor wide = x.dtype().isHalf() ? x.to(DType.FLOAT32) : x;
    int[] others = new int[x.rank() - 1];
    for (int d = 1; d < others.length; d++) {
      others[d] = d + 1;
    }
    long channels = x.size(1);
    Tensor own = Tensor.full((double) (x.numel() / Math.max(1, channels)), 1).to(wide.dtype());
    var sum = new Sum(sumOverRanks);
    Tensor sums = sum.apply(Tensor.cat(List.of(wide.sum(others, false), own.to(x.device())), 0));
    long count = Math.round(sums.getDouble(channels));
    if (count <= 1) {
      throw new IllegalArgumentException(
          name
              + ": "
              + x.shape()
              + ": training needs more than one value per channel on all ranks together");
    }
    Tensor mean = sums.narrow(0, 0, channels).div((double) count);
    Tensor centred = wide.sub(Convolution.perChannel(mean, x.rank() - 2));
    Tensor variance = sum.apply(centred.square().sum(others, false)).div((double) count);
    running.update(mean, variance, count);
    Tensor y = centred.mul(Convolution.perChannel(variance.add(eps).rsqrt(), x.rank() - 2));
    return ChannelNorms.affine(name, y, weight, bias).to(x.dtype());
  }
}
