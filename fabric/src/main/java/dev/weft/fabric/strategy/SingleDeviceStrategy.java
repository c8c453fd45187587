package dev.weft.fabric.strategy;

import dev.weft.engine.Device;
import dev.weft.engine.Tensor;
import dev.weft.fabric.comm.ReduceOp;
import dev.weft.fabric.launch.RankStart;
import dev.weft.fabric.launch.Ranks;
import dev.weft.fabric.precision.Precision;
import dev.weft.nn.Module;
import dev.weft.optim.Optimizer;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One rank on one device. There is nobody to talk to, so collectives return what they are given.
 */
public final class SingleDeviceStrategy implements Strategy {

  private final Device device;
  private final Precision precision;

  private SingleDeviceStrategy(Seat seat) {
    this.device = seat.device();
    this.precision = seat.precision();
  }

  /** Chooses it. */
  public static StrategyFactory factory() {
    return new Factory();
  }

  private record Factory() implements StrategyFactory {
    @Override
    public String name() {
      return "single_device";
    }

    @Override
    public RankStart start() {
      return RankStart.IN_PLACE;
    }

    @Override
    public Strategy create(Seat seat) {
      return new SingleDeviceStrategy(seat);
    }
  }

  @Override
  public String name() {
    return "single_device";
  }

  @Override
  public Ranks ranks() {
    return Ranks.SINGLE;
  }

  @Override
  public Device rootDevice() {
    return device;
  }

  @Override
  public Precision precision() {
    return precision;
  }

  @Override
  public boolean needsLaunch() {
    return false;
  }

  @Override
  public Optional<DataShare> dataShare() {
    return Optional.empty();
  }

  @Override
  public void setupModule(Module<?, ?> module) {}

  @Override
  public void setupOptimizer(Optimizer optimizer) {}

  @Override
  public void allReduce(List<Tensor> tensors, ReduceOp op) {
    tensors.forEach(tensor -> op.requireTakes("allReduce", tensor.dtype()));
  }

  @Override
  public List<Tensor> allGather(List<Tensor> tensors) {
    return tensors.stream().map(tensor -> tensor.detach().unsqueeze(0).copy()).toList();
  }

  @Override
  public @Nullable Object broadcast(@Nullable Object value, int source) {
    if (source != 0) {
      throw new IllegalArgumentException(
          "broadcast: from rank " + source + ", but there is 1 rank");
    }
    return value;
  }

  @Override
  public void barrier() {}

  @Override
  public boolean reduceDecision(boolean decision, boolean all) {
    return decision;
  }
}
