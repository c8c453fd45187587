package dev.weft.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.weft.engine.DType;
import dev.weft.engine.Shape;
import dev.weft.engine.Tensor;
import dev.weft.nn.Parameter;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;

/** Steps of optimizers that PyTorch's golden values do not have, and minima that are known. */
class FurtherOptimizersTest {

  private static Parameter parameter(double... values) {
    return Parameter.of(Tensor.of(values));
  }

  private static void gradient(Parameter p, double... values) {
    p.grad(Optional.of(Tensor.of(values).reshape(p.shape())));
  }

  @Test
  void lionTakesStepsOfTheSizeOfItsRate() {
    Parameter p = parameter(1, -2);
    var lion = new Lion(List.of(p), 0.1).weightDecay(0.5);
    gradient(p, 3, -0.001);
    lion.step(); // (1 - 0.05) p - 0.1 sign(g)
    assertThat(p.toDoubleArray()).containsExactly(0.95 - 0.1, -1.9 + 0.1);
    gradient(p, -0.01, -0.001); // m = 0.03: 0.9 · 0.03 - 0.1 · 0.01 is still above 0
    lion.step();
    assertThat(p.toDoubleArray()[0]).isCloseTo(0.85 * 0.95 - 0.1, within(1e-15));
  }

  /** A factored second moment is exact for a gradient of rank 1: every element steps alike. */
  @Test
  void adafactorOfAGradientOfRankOneTakesEqualSteps() {
    Parameter p = Parameter.of(Tensor.full(Shape.of(2, 3), 1.0, DType.FLOAT64));
    var adafactor = new Adafactor(List.of(p), 0.05);
    gradient(p, 1, 2, 3, 2, 4, 6);
    adafactor.step(); // α = max(1e-3, rms(p) = 1) · min(0.05, 1), u = ±1
    for (double value : p.toDoubleArray()) {
      assertThat(value).isCloseTo(0.95, within(1e-12));
    }
    var state = (Map<?, ?>) ((Map<?, ?>) adafactor.stateDict().get("state")).get(0L);
    assertThat(((Tensor) state.get("row_var")).toDoubleArray())
        .containsExactly(new double[] {14.0 / 3, 56.0 / 3}, within(1e-12));
    assertThat(((Tensor) state.get("col_var")).toDoubleArray())
        .containsExactly(new double[] {2.5, 10, 22.5}, within(1e-12));
  }

  /** Newton and Schulz's iteration brings singular values near 1, and keeps the directions. */
  @Test
  void muonMakesTheMomentumOrthogonal() {
    Parameter p = Parameter.of(Tensor.zeros(2, 3).to(DType.FLOAT64));
    var muon = new Muon(List.of(p), 1).momentum(0.5).nesterov(false).weightDecay(0);
    // diag(4, 1) turned: rows (4 cos, 4 sin, 0) and (-sin, cos, 0)
    double c = Math.cos(0.3);
    double s = Math.sin(0.3);
    gradient(p, 4 * c, 4 * s, 0, -s, c, 0);
    muon.step();
    double[] q = p.neg().toDoubleArray();
    double first = iterated(4 / Math.sqrt(17));
    double second = iterated(1 / Math.sqrt(17));
    assertThat(q)
        .containsExactly(
            new double[] {first * c, first * s, 0, -second * s, second * c, 0}, within(1e-9));
    assertThat(first).isBetween(0.6, 1.3);
    assertThat(second).isBetween(0.6, 1.3);
  }

  /** The iteration on one singular value. */
  private static double iterated(double x) {
    for (int i = 0; i < 5; i++) {
      x = 3.4445 * x - 4.775 * Math.pow(x, 3) + 2.0315 * Math.pow(x, 5);
    }
    return x;
  }

  @Test
  void muonScalesTheRateToTheShape() {
    Parameter tall = Parameter.of(Tensor.zeros(4, 1).to(DType.FLOAT64));
    gradient(tall, 1, 0, 0, 0);
    new Muon(List.of(tall), 0.1).weightDecay(0).step();
    assertThat(tall.toDoubleArray()[0]).isCloseTo(-0.1 * 2 * iterated(1), within(1e-9));
    Parameter wide = Parameter.of(Tensor.zeros(1, 4).to(DType.FLOAT64));
    gradient(wide, 1, 0, 0, 0);
    new Muon(List.of(wide), 0.1).weightDecay(0).adjustLr(Muon.Adjustment.MATCH_RMS_ADAMW).step();
    assertThat(wide.toDoubleArray()[0]).isCloseTo(-0.1 * 0.4 * iterated(1), within(1e-9));
  }

  /** Rosenbrock's valley, whose minimum is (1, 1). */
  @Test
  void lbfgsWithALineSearchFindsTheMinimumOfRosenbrocksValley() {
    Parameter p = parameter(-1.2, 1);
    var lbfgs = new LBFGS(List.of(p)).strongWolfe().maxIter(50).toleranceChange(1e-14);
    for (int i = 0; i < 3; i++) {
      lbfgs.step(
          () -> {
            lbfgs.zeroGrad();
            Tensor x = p.get(0);
            Tensor y = p.get(1);
            Tensor loss = x.rsub(1.0).square().add(y.sub(x.square()).square().mul(100.0)).sum();
            loss.backward();
            return loss;
          });
    }
    assertThat(p.toDoubleArray()).containsExactly(new double[] {1, 1}, within(1e-6));
  }

  /**
   * On a quadratic, an exact inverse Hessian is reached in as many steps as there are dimensions.
   */
  @Test
  void lbfgsOfAQuadraticConverges() {
    Parameter p = parameter(3, -4, 5);
    Tensor a = Tensor.of(1.0, 10, 100);
    var lbfgs = new LBFGS(List.of(p)).maxIter(30).strongWolfe();
    lbfgs.step(
        () -> {
          lbfgs.zeroGrad();
          Tensor loss = p.square().mul(a).sum();
          loss.backward();
          return loss;
        });
    assertThat(p.toDoubleArray()).containsExactly(new double[] {0, 0, 0}, within(1e-6));
  }

  @Test
  void aCyclicScheduleMovesMomentumTheOtherWay() {
    var sgd = new SGD(List.of(parameter(1)), 0.1).momentum(0.9);
    var schedule = CyclicLR.builder(sgd, 0.1, 0.5).stepSizeUp(2).stepSizeDown(4).build();
    double[] rates = {0.1, 0.3, 0.5, 0.4, 0.3, 0.2, 0.1, 0.3};
    double[] momenta = {0.9, 0.85, 0.8, 0.825, 0.85, 0.875, 0.9, 0.85};
    for (int step = 0; step < rates.length; step++) {
      assertThat(sgd.groups().getFirst().lr()).isCloseTo(rates[step], within(1e-12));
      assertThat(sgd.groups().getFirst().getDouble("momentum"))
          .isCloseTo(momenta[step], within(1e-12));
      schedule.step();
    }
  }

  @Test
  void swaRatesGoFromTheLastRateToAConstant() {
    check(SWALR.Anneal.LINEAR, t -> t);
    check(SWALR.Anneal.COS, t -> (1 - Math.cos(Math.PI * t)) / 2);
  }

  private static void check(SWALR.Anneal anneal, DoubleUnaryOperator share) {
    var sgd = new SGD(List.of(parameter(1)), 0.5);
    var schedule = new SWALR(sgd, 0.1, 4, anneal);
    for (int step = 0; step < 7; step++) {
      double expected = 0.5 - 0.4 * share.applyAsDouble(Math.min(1, step / 4.0));
      assertThat(sgd.groups().getFirst().lr()).isCloseTo(expected, within(1e-12));
      schedule.step();
    }
  }
}
