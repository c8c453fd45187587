package dev.weft.fabric.strategy;

import dev.weft.engine.Context;
import dev.weft.engine.DType;
import dev.weft.engine.Device;
import dev.weft.engine.Scope;
import dev.weft.engine.Shape;
import dev.weft.engine.Tensor;
import dev.weft.fabric.comm.Communicator;
import dev.weft.fabric.comm.ReduceOp;
import dev.weft.fabric.comm.Work;
import dev.weft.fabric.launch.Ranks;
import dev.weft.fabric.precision.Precision;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What strategies of several ranks have in common: the ranks, and collectives between them. */
public abstract class ParallelStrategy implements Strategy {

  private final Seat seat;

  /** For the rank of {@code seat}. */
  protected ParallelStrategy(Seat seat) {
    this.seat = seat;
  }

  @Override
  public final Ranks ranks() {
    return seat.ranks();
  }

  @Override
  public final Device rootDevice() {
    return seat.device();
  }

  @Override
  public final Precision precision() {
    return seat.precision();
  }

  @Override
  public final boolean needsLaunch() {
    return true;
  }

  @Override
  public Optional<DataShare> dataShare() {
    return Optional.of(new DataShare(ranks().worldSize(), ranks().globalRank()));
  }

  /** The connection to the other ranks. */
  public final Communicator communicator() {
    return seat.communicator()
        .orElseThrow(
            () ->
                new IllegalStateException(
                    "strategy '" + name() + "': the ranks are not launched; call fabric.launch"));
  }

  @Override
  public void allReduce(List<Tensor> tensors, ReduceOp op) {
    var works = new ArrayList<Work>();
    tensors.forEach(tensor -> works.add(communicator().allReduce(tensor, op)));
    works.forEach(Work::await);
  }

  @Override
  public List<Tensor> allGather(List<Tensor> tensors) {
    var works = new ArrayList<Work>();
    var gathered = new ArrayList<Tensor>();
    try (Scope _ = Context.current().withGrad(false)) {
      for (Tensor tensor : tensors) {
        Shape shape = Shape.of(ranks().worldSize()).concat(tensor.shape());
        Tensor out = Tensor.empty(shape, tensor.dtype(), tensor.device());
        gathered.add(out);
        works.add(communicator().allGather(tensor, out));
      }
      works.forEach(Work::await);
    }
    return gathered;
  }

  @Override
  public @Nullable Object broadcast(@Nullable Object value, int source) {
    return new ValueBroadcast(communicator(), rootDevice()).run(value, source);
  }

  @Override
  public void barrier() {
    communicator().barrier().await();
  }

  @Override
  public boolean reduceDecision(boolean decision, boolean all) {
    Tensor vote = Tensor.full(Shape.SCALAR, decision ? 1L : 0L, DType.INT64, Device.CPU);
    communicator().allReduce(vote, ReduceOp.SUM).await();
    long ayes = vote.itemLong();
    vote.release();
    return all ? ayes == ranks().worldSize() : ayes > 0;
  }
}
