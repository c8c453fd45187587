package dev.weft.golden;

import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.weft.engine.Shape;
import dev.weft.engine.Tensor;
import dev.weft.engine.io.Json;
import dev.weft.golden.Golden.Case;
import dev.weft.golden.GoldenAccount.NoRowException;
import dev.weft.nn.Parameter;
import dev.weft.optim.ChainedScheduler;
import dev.weft.optim.ConstantLR;
import dev.weft.optim.CosineAnnealingLR;
import dev.weft.optim.CosineAnnealingWarmRestarts;
import dev.weft.optim.CyclicLR;
import dev.weft.optim.ExponentialLR;
import dev.weft.optim.LRScheduler;
import dev.weft.optim.LambdaLR;
import dev.weft.optim.LinearLR;
import dev.weft.optim.MultiStepLR;
import dev.weft.optim.MultiplicativeLR;
import dev.weft.optim.OneCycleLR;
import dev.weft.optim.Optimizer;
import dev.weft.optim.ParameterGroup;
import dev.weft.optim.PolynomialLR;
import dev.weft.optim.ReduceLROnPlateau;
import dev.weft.optim.SequentialLR;
import dev.weft.optim.StepLR;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongToDoubleFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtendWith;

/** Learning rates before the first and after each of 30 steps, against PyTorch. */
@ExtendWith(GoldenAccount.class)
class ScheduleGoldenTest {

  /** The functions that cases name by their Python text. */
  private static final Map<String, LongToDoubleFunction> LAMBDAS =
      Map.of(
          "0.95 ** epoch",
          epoch -> Math.pow(0.95, epoch),
          "min((epoch + 1) / 5, math.sqrt(5 / (epoch + 1)))",
          epoch -> Math.min((epoch + 1) / 5.0, Math.sqrt(5.0 / (epoch + 1))),
          "(epoch + 1) / 6 if epoch < 6 else 0.5 * (1 + math.cos(math.pi * (epoch - 6) / 24))",
          epoch -> epoch < 6 ? (epoch + 1) / 6.0 : 0.5 * (1 + Math.cos(Math.PI * (epoch - 6) / 24)),
          "0.95",
          _ -> 0.95,
          "1 - 0.01 * epoch",
          epoch -> 1 - 0.01 * epoch);

  static Stream<Case> cases() {
    return Golden.cases("scheduler");
  }

  @TestFactory
  Stream<DynamicTest> rates() {
    return cases().map(c -> dynamicTest(c.id(), () -> check(c, false)));
  }

  /** The same rates when optimizer and schedule are saved and loaded half-way. */
  @TestFactory
  Stream<DynamicTest> ratesAcrossAResume() {
    return cases().map(c -> dynamicTest(c.id(), () -> check(c, true)));
  }

  private static Optimizer optimizer(Case c) {
    var groups = new ArrayList<ParameterGroup>();
    for (Json group : c.json().get("optimizer").get("groups")) {
      var own = ParameterGroup.of(List.of(Parameter.of(Tensor.zeros(1))));
      group.members().forEach((name, value) -> own.set(name, value.doubleValue()));
      groups.add(own);
    }
    return OptimizerGoldenTest.optimizer(c.json().get("optimizer").get("op").text(), groups);
  }

  private static void check(Case c, boolean resume) {
    Optimizer optimizer = optimizer(c);
    LRScheduler schedule = schedule(c.json(), optimizer);
    var rates = new ArrayList<Double>();
    var momenta = new ArrayList<Double>();
    long steps = c.json().get("steps").longValue();
    for (int step = 0; step <= steps; step++) {
      for (ParameterGroup group : optimizer.groups()) {
        rates.add(group.lr());
        momenta.add(group.getDouble("momentum"));
      }
      if (resume && step == 13) {
        Optimizer other = optimizer(c);
        LRScheduler next = schedule(c.json(), other);
        other.loadStateDict(optimizer.stateDict());
        next.loadStateDict(schedule.stateDict());
        optimizer = other;
        schedule = next;
      }
      if (step < steps) {
        step(c, schedule, step);
      }
    }
    for (Json output : c.json().get("outputs")) {
      List<Double> got = output.get("name").text().equals("lr") ? rates : momenta;
      double[] values = got.stream().mapToDouble(Double::doubleValue).toArray();
      Tensor table = Tensor.of(values).reshape(Shape.of(steps + 1, optimizer.groups().size()));
      c.check(output.get("name").text(), table, c.expected(output, "float64"), "float64");
    }
  }

  private static void step(Case c, LRScheduler schedule, int step) {
    if (c.json().has("metrics")) {
      ((ReduceLROnPlateau) schedule).step(Golden.number(c.json().get("metrics").get(step)));
    } else if (c.json().has("epochs")) {
      ((CosineAnnealingWarmRestarts) schedule).step(c.json().get("epochs").get(step).doubleValue());
    } else {
      schedule.step();
    }
  }

  private static LRScheduler schedule(Json spec, Optimizer optimizer) {
    var args = new LinkedHashMap<String, Json>();
    spec.get("args").forEach(arg -> args.put(arg.get("name").text(), arg));
    String op = spec.get("op").text();
    return switch (op.substring(op.lastIndexOf('.') + 1)) {
      case "StepLR" ->
          new StepLR(optimizer, whole(args, "step_size", 1), number(args, "gamma", 0.1));
      case "MultiStepLR" ->
          new MultiStepLR(
              optimizer,
              args.get("milestones").get("value").items().stream().map(Json::longValue).toList(),
              number(args, "gamma", 0.1));
      case "ExponentialLR" -> new ExponentialLR(optimizer, number(args, "gamma", 1));
      case "ConstantLR" ->
          new ConstantLR(optimizer, number(args, "factor", 1.0 / 3), whole(args, "total_iters", 5));
      case "LinearLR" ->
          new LinearLR(
              optimizer,
              number(args, "start_factor", 1.0 / 3),
              number(args, "end_factor", 1),
              whole(args, "total_iters", 5));
      case "PolynomialLR" ->
          new PolynomialLR(optimizer, whole(args, "total_iters", 5), number(args, "power", 1));
      case "CosineAnnealingLR" ->
          new CosineAnnealingLR(optimizer, whole(args, "T_max", 1), number(args, "eta_min", 0));
      case "CosineAnnealingWarmRestarts" ->
          new CosineAnnealingWarmRestarts(
              optimizer,
              whole(args, "T_0", 1),
              whole(args, "T_mult", 1),
              number(args, "eta_min", 0));
      case "OneCycleLR" -> oneCycle(args, optimizer);
      case "CyclicLR" -> cyclic(args, optimizer);
      case "ReduceLROnPlateau" ->
          ReduceLROnPlateau.builder(optimizer)
              .mode(ReduceLROnPlateau.Mode.valueOf(text(args, "mode", "min")))
              .factor(number(args, "factor", 0.1))
              .patience(whole(args, "patience", 10))
              .threshold(number(args, "threshold", 1e-4))
              .thresholdMode(
                  ReduceLROnPlateau.ThresholdMode.valueOf(text(args, "threshold_mode", "rel")))
              .cooldown(whole(args, "cooldown", 0))
              .minLr(number(args, "min_lr", 0))
              .eps(number(args, "eps", 1e-8))
              .build();
      case "LambdaLR" -> new LambdaLR(optimizer, lambdas(args, optimizer));
      case "MultiplicativeLR" -> new MultiplicativeLR(optimizer, lambdas(args, optimizer));
      case "SequentialLR" ->
          new SequentialLR(
              optimizer,
              inner(args, optimizer),
              args.get("milestones").get("value").items().stream().map(Json::longValue).toList());
      case "ChainedScheduler" -> new ChainedScheduler(optimizer, inner(args, optimizer));
      default -> throw new NoRowException(op);
    };
  }

  private static CyclicLR cyclic(Map<String, Json> args, Optimizer optimizer) {
    long up = whole(args, "step_size_up", 2000);
    return CyclicLR.builder(optimizer, number(args, "base_lr", 0), number(args, "max_lr", 0))
        .stepSizeUp(up)
        .stepSizeDown(whole(args, "step_size_down", up))
        .mode(CyclicLR.Mode.valueOf(text(args, "mode", "triangular")))
        .gamma(number(args, "gamma", 1))
        .cycleMomentum(flag(args, "cycle_momentum", true))
        .momentum(number(args, "base_momentum", 0.8), number(args, "max_momentum", 0.9))
        .build();
  }

  private static OneCycleLR oneCycle(Map<String, Json> args, Optimizer optimizer) {
    long steps =
        whole(args, "total_steps", whole(args, "epochs", 1) * whole(args, "steps_per_epoch", 1));
    return OneCycleLR.builder(optimizer, number(args, "max_lr", 1), steps)
        .pctStart(number(args, "pct_start", 0.3))
        .anneal(OneCycleLR.Anneal.valueOf(text(args, "anneal_strategy", "cos")))
        .cycleMomentum(flag(args, "cycle_momentum", true))
        .momentum(number(args, "base_momentum", 0.85), number(args, "max_momentum", 0.95))
        .divFactor(number(args, "div_factor", 25))
        .finalDivFactor(number(args, "final_div_factor", 1e4))
        .threePhase(flag(args, "three_phase", false))
        .build();
  }

  private static boolean flag(Map<String, Json> args, String name, boolean otherwise) {
    return args.containsKey(name) ? args.get(name).get("value").booleanValue() : otherwise;
  }

  private static List<LRScheduler> inner(Map<String, Json> args, Optimizer optimizer) {
    return args.get("schedulers").get("schedulers").items().stream()
        .map(spec -> schedule(spec, optimizer))
        .toList();
  }

  private static List<LongToDoubleFunction> lambdas(Map<String, Json> args, Optimizer optimizer) {
    Json given = args.get("lr_lambda").get("lambda");
    return given instanceof Json.Arr
        ? given.items().stream().map(text -> LAMBDAS.get(text.text())).toList()
        : optimizer.groups().stream().map(_ -> LAMBDAS.get(given.text())).toList();
  }

  private static long whole(Map<String, Json> args, String name, long otherwise) {
    return args.containsKey(name) ? args.get(name).get("value").longValue() : otherwise;
  }

  private static double number(Map<String, Json> args, String name, double otherwise) {
    return args.containsKey(name) ? Golden.number(args.get(name).get("value")) : otherwise;
  }

  private static String text(Map<String, Json> args, String name, String otherwise) {
    String value = args.containsKey(name) ? args.get(name).get("value").text() : otherwise;
    return value.toUpperCase(Locale.ROOT);
  }
}
