package dev.weft.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.weft.engine.Tensor;
import dev.weft.nn.Parameter;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Corners of optimizers and schedules, with numbers from PyTorch 2.13. */
class OptimizerDetailsTest {

  /** Two steps with Wolfe's conditions; the calls of the closure, then the loss before the last. */
  private static double[] search(UnaryOperator<LBFGS> settings) {
    Parameter p = Parameter.of(Tensor.of(1.5, -2, 0.5));
    Parameter q = Parameter.of(Tensor.of(1, 0.2, -0.7, 2).reshape(2, 2));
    LBFGS optimizer = settings.apply(new LBFGS(List.of(p, q)).strongWolfe());
    int[] calls = {0};
    double loss = 0;
    for (int step = 0; step < 2; step++) {
      Tensor last =
          optimizer.step(
              () -> {
                calls[0]++;
                optimizer.zeroGrad();
                Tensor bowl = p.sub(0.5).square().sum().mul(2.0);
                Tensor valley = q.mul(q).sub(p.sum()).square().sum();
                Tensor value = bowl.add(valley).add(q.sin().sum());
                value.backward();
                return value;
              });
      loss = last.item();
    }
    double[] values = p.detach().toDoubleArray();
    return new double[] {calls[0], loss, values[0], values[1], values[2]};
  }

  @Test
  void aLineSearchStopsWhenTheEvaluationsOfTheStepAreSpent() {
    assertThat(search(o -> o.maxIter(1)))
        .containsExactly(
            new double[] {
              4, 18.12828920548339, 1.5303994481066798, -1.352979526370238, 0.7065768839704176
            },
            within(1e-12));
    assertThat(search(o -> o.maxIter(20).maxEval(4)))
        .containsExactly(
            new double[] {
              8, 7.046737630059045, 0.01450511782314945, 0.2980437312537579, 0.09551615023189469
            },
            within(1e-12));
    assertThat(search(o -> o.maxIter(5)))
        .containsExactly(
            new double[] {
              12, 1.2338993855089007, 0.16657952335111342, 0.13494284197024736, 0.15754047152800893
            },
            within(1e-12));
  }

  @Test
  void valuesThatNoStepCouldUseAreRefusedWhereTheyAreGiven() {
    List<Parameter> p = List.of(Parameter.of(Tensor.of(1.0)));
    assertThatThrownBy(() -> new Rprop(p).etas(1.5, 2))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("Rprop: etas [1.5, 2.0]: needs 0 < the first < 1 < the second");
    assertThatThrownBy(() -> new Adafactor(p).eps(-0.1, 1e-3))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("Adafactor: eps [-0.1, 0.001]: must be a finite number");
    assertThatThrownBy(() -> new MultiStepLR(new SGD(p, 0.1), List.of(1.5)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("MultiStepLR: milestone 1.5: must be a whole number");
    var sgd = new SGD(p, 0.1);
    List<LRScheduler> two = List.of(new ExponentialLR(sgd, 0.5), new ExponentialLR(sgd, 0.9));
    assertThatThrownBy(() -> new SequentialLR(sgd, two, List.of(1.5)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("SequentialLR: milestone 1.5: must be a whole number");
  }

  @Test
  void multiplicativeRatesInASequenceGoOnFromTheRatesBefore() {
    SGD optimizer = new SGD(List.of(Parameter.of(Tensor.of(1.0))), 0.1);
    var schedule =
        new SequentialLR(
            optimizer,
            List.of(
                new ExponentialLR(optimizer, 0.5),
                new MultiplicativeLR(optimizer, epoch -> 0.5 + 0.1 * epoch)),
            List.of(2));
    var rates = new ArrayList<Double>(schedule.lastLr());
    for (int epoch = 0; epoch < 4; epoch++) {
      optimizer.step();
      schedule.step();
      rates.addAll(schedule.lastLr());
    }
    double[] actual = rates.stream().mapToDouble(Double::doubleValue).toArray();
    assertThat(actual)
        .containsExactly(new double[] {0.1, 0.05, 0.025, 0.015, 0.0105}, within(1e-15));
  }
}
