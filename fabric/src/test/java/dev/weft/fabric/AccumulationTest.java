package dev.weft.fabric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.weft.engine.Generator;
import dev.weft.engine.Tensor;
import dev.weft.fabric.comm.Communicator;
import dev.weft.fabric.launch.Environment;
import dev.weft.fabric.launch.RankStart;
import dev.weft.fabric.strategy.DdpOptions;
import dev.weft.fabric.strategy.Seat;
import dev.weft.fabric.strategy.Strategy;
import dev.weft.fabric.strategy.StrategyFactory;
import dev.weft.nn.Linear;
import dev.weft.nn.Sequential;
import dev.weft.nn.Tanh;
import dev.weft.optim.SGD;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Eight batches whose gradients pile up, against one batch of eight times the size. */
class AccumulationTest {

  private static final int STEPS = 3;
  private static final int PARTS = 8;
  private static final int BATCH = 4;

  /** DDP over threads whose all-reduces are counted on rank 0. */
  private record Counted(AtomicInteger allReduces) implements StrategyFactory {
    @Override
    public String name() {
      return "counted";
    }

    @Override
    public RankStart start() {
      return RankStart.THREADS;
    }

    @Override
    public Strategy create(Seat seat) {
      return DdpOptions.threads()
          .create(
              new Seat(
                  seat.ranks(),
                  seat.device(),
                  seat.precision(),
                  seat.communicator().map(c -> seat.ranks().isGlobalZero() ? counting(c) : c)));
    }

    private Communicator counting(Communicator communicator) {
      return (Communicator)
          Proxy.newProxyInstance(
              Communicator.class.getClassLoader(),
              new Class<?>[] {Communicator.class},
              (_, method, arguments) -> {
                if (method.getName().equals("allReduce")) {
                  allReduces.incrementAndGet();
                }
                try {
                  return method.invoke(communicator, arguments);
                } catch (InvocationTargetException e) {
                  throw e.getCause();
                }
              });
    }
  }

  private record Run(double[] weights, int allReduces) {}

  private static Run run(int ranks, int parts) {
    var count = new AtomicInteger();
    double[] weights =
        Fabric.builder()
            .environment(Environment.of(Map.of()))
            .accelerator("cpu")
            .devices(ranks)
            .strategy(new Counted(count))
            .build()
            .launchAndReturn(fabric -> train(fabric, parts, count));
    return new Run(weights, count.get());
  }

  private static double[] train(Fabric fabric, int parts, AtomicInteger count) {
    fabric.seedEverything(1);
    int own = PARTS * BATCH;
    var random = new Generator(7);
    Tensor data = Tensor.randn(random, STEPS, fabric.worldSize(), own, 5);
    var model = Sequential.of(new Linear(5, 7), new Tanh(), new Linear(7, 2));
    var optimizer = new SGD(model.parameters(), 0.05);
    fabric.setup(model, optimizer);
    if (fabric.isGlobalZero()) {
      count.set(0); // only this rank counts, and it has not begun
    }
    int size = own / parts;
    for (int step = 0; step < STEPS; step++) {
      Tensor x = data.select(0, step).select(0, fabric.globalRank());
      for (int part = 0; part < parts; part++) {
        try (var _ = fabric.noBackwardSync(model, part < parts - 1)) {
          Tensor output = model.apply(x.narrow(0, (long) part * size, size));
          fabric.backward(output.square().mean().div(parts));
        }
      }
      optimizer.step();
      optimizer.zeroGrad();
    }
    return Tensor.cat(model.parameters().stream().map(p -> p.detach().view(-1)).toList(), 0)
        .toDoubleArray();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4})
  void partsEqualTheWholeWithOneAllReducePerStep(int ranks) {
    Run whole = run(ranks, 1);
    Run parts = run(ranks, PARTS);
    assertThat(parts.weights()).containsExactly(whole.weights(), within(1e-6));
    assertThat(whole.allReduces()).isEqualTo(STEPS);
    assertThat(parts.allReduces()).isEqualTo(STEPS);
  }
}
