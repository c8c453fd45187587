package dev.weft.fabric;

import dev.weft.autograd.AutogradFunction;
import dev.weft.autograd.FunctionContext;
import dev.weft.engine.Tensor;
import dev.weft.fabric.comm.ReduceOp;
import dev.weft.fabric.strategy.Strategy;
import java.util.List;
import java.util.Optional;

/**
 * Stacks the tensors of all ranks; ∂L/∂x of a rank is the sum of all ranks' gradients of its part.
 */
final class GatherWithGradient extends AutogradFunction {

  private final Strategy strategy;

  GatherWithGradient(Strategy strategy) {
    this.strategy = strategy;
  }

  @Override
  protected List<Tensor> forward(FunctionContext ctx, List<Tensor> inputs) {
    ctx.setOnceDifferentiable();
    return strategy.allGather(inputs);
  }

  @Override
  protected List<Optional<Tensor>> backward(FunctionContext ctx, List<Tensor> gradients) {
    Tensor sum = gradients.getFirst().copy();
    strategy.allReduce(List.of(sum), ReduceOp.SUM);
    return gradients(sum.select(0, strategy.ranks().globalRank()));
  }

  @Override
  protected String name() {
    return "allGather";
  }
}
