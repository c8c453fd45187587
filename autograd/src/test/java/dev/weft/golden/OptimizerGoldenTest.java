package dev.weft.golden;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.weft.engine.Tensor;
import dev.weft.engine.io.Json;
import dev.weft.golden.Golden.Case;
import dev.weft.golden.GoldenAccount.NoRowException;
import dev.weft.nn.Parameter;
import dev.weft.optim.ASGD;
import dev.weft.optim.Adadelta;
import dev.weft.optim.Adagrad;
import dev.weft.optim.Adam;
import dev.weft.optim.AdamW;
import dev.weft.optim.Adamax;
import dev.weft.optim.LBFGS;
import dev.weft.optim.NAdam;
import dev.weft.optim.Optimizer;
import dev.weft.optim.ParameterGroup;
import dev.weft.optim.RAdam;
import dev.weft.optim.RMSprop;
import dev.weft.optim.Rprop;
import dev.weft.optim.SGD;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtendWith;

/** Twelve steps of each optimizer, and its state afterwards, against PyTorch. */
@ExtendWith(GoldenAccount.class)
class OptimizerGoldenTest {

  /** An optimizer by PyTorch's name. Groups hold what was given; the rest are its defaults. */
  static Optimizer optimizer(String op, Collection<?> groups) {
    return switch (op) {
      case "torch.optim.SGD" -> new SGD(groups);
      case "torch.optim.Adam" -> new Adam(groups);
      case "torch.optim.AdamW" -> new AdamW(groups);
      case "torch.optim.Adamax" -> new Adamax(groups);
      case "torch.optim.NAdam" -> new NAdam(groups);
      case "torch.optim.RAdam" -> new RAdam(groups);
      case "torch.optim.RMSprop" -> new RMSprop(groups);
      case "torch.optim.Adagrad" -> new Adagrad(groups);
      case "torch.optim.Adadelta" -> new Adadelta(groups);
      case "torch.optim.Rprop" -> new Rprop(groups);
      case "torch.optim.ASGD" -> new ASGD(groups);
      case "torch.optim.LBFGS" -> new LBFGS(groups);
      default -> throw new NoRowException(op);
    };
  }

  /** A number, a truth value, a word or a list of numbers. */
  static Object option(Json value) {
    return switch (value) {
      case Json.Bool truth -> truth.booleanValue();
      case Json.Arr array -> array.items().stream().map(Json::doubleValue).toList();
      case Json.Text(String text) -> text;
      default -> value.doubleValue();
    };
  }

  private static Optimizer optimizer(Case c, Map<String, Parameter> parameters) {
    var groups = new ArrayList<ParameterGroup>();
    if (c.json().has("groups")) {
      for (Json group : c.json().get("groups")) {
        List<Parameter> members =
            group.get("params").items().stream().map(p -> parameters.get(p.text())).toList();
        ParameterGroup own = ParameterGroup.of(members);
        group
            .members()
            .forEach(
                (name, value) -> {
                  if (!name.equals("params")) {
                    own.set(name, option(value));
                  }
                });
        groups.add(own);
      }
    } else {
      groups.add(ParameterGroup.of(parameters.values()));
    }
    for (ParameterGroup group : groups) {
      for (Json arg : c.json().get("args")) {
        String name = arg.get("name").text();
        if (!group.options().containsKey(name)) {
          group.set(name, option(arg.get("value")));
        }
      }
    }
    return optimizer(c.op(), groups);
  }

  static Stream<Case> cases() {
    return Stream.concat(Golden.cases("optimizer"), errorCases());
  }

  private static Stream<Case> errorCases() {
    return Golden.cases("error").filter(c -> c.op().startsWith("torch.optim."));
  }

  @TestFactory
  Stream<DynamicTest> steps() {
    return Golden.cases("optimizer")
        .map(
            c ->
                dynamicTest(
                    c.id(),
                    () -> {
                      run(c, "float64");
                      run(c, "float32");
                    }));
  }

  private static void run(Case c, String dtype) {
    Map<String, Tensor> in = c.tensors("inputs", dtype);
    var parameters = new LinkedHashMap<String, Parameter>();
    for (String name : List.of("p0", "p1")) {
      parameters.put(name, Parameter.of(in.get(name)));
    }
    Optimizer optimizer = optimizer(c, parameters);
    Map<String, List<Tensor>> trace = new LinkedHashMap<>();
    parameters.keySet().forEach(name -> trace.put(name, new ArrayList<>()));
    trace.put("loss", new ArrayList<>());
    parameters.forEach((name, p) -> trace.get(name).add(p.detach().copy()));
    for (int step = 0; step < c.json().get("steps").longValue(); step++) {
      int current = step;
      events(c, step).forEach(event -> changeRates(event, optimizer));
      Tensor loss =
          optimizer.step(
              () -> {
                optimizer.zeroGrad();
                Tensor value = loss(parameters, in);
                value.backward();
                events(c, current)
                    .filter(event -> event.has("no_grad"))
                    .forEach(
                        event ->
                            parameters.get(event.get("no_grad").text()).grad(Optional.empty()));
                return value;
              });
      trace.get("loss").add(loss.detach());
      parameters.forEach((name, p) -> trace.get(name).add(p.detach().copy()));
    }
    for (Json output : c.json().get("outputs")) {
      String name = output.get("name").text();
      Tensor got =
          name.startsWith("state.") ? state(optimizer, name) : Tensor.stack(trace.get(name), 0);
      c.check(name, got, c.expected(output, dtype), dtype);
    }
  }

  private static Stream<Json> events(Case c, int step) {
    return c.json().has("events")
        ? c.json().get("events").items().stream()
            .filter(event -> event.get("step").longValue() == step)
        : Stream.of();
  }

  private static void changeRates(Json event, Optimizer optimizer) {
    if (event.has("lr")) {
      for (int i = 0; i < optimizer.groups().size(); i++) {
        optimizer.groups().get(i).lr(event.get("lr").get(i).doubleValue());
      }
    }
  }

  private static Tensor loss(Map<String, Parameter> p, Map<String, Tensor> in) {
    Tensor sum = p.get("p0").sum().sub(p.get("p1").sum()).square().div(20);
    for (int k = 0; k < 2; k++) {
      Tensor d = p.get("p" + k).sub(in.get("c" + k));
      sum = sum.add(in.get("a" + k).mul(d.square()).div(2).sum());
      sum = sum.add(d.square().square().div(40).sum());
    }
    return sum;
  }

  /** {@code state.p0.exp_avg}: an entry of the state dict. */
  private static Tensor state(Optimizer optimizer, String name) {
    String[] parts = name.split("\\.");
    var states = (Map<?, ?>) optimizer.stateDict().get("state");
    var entry = (Map<?, ?>) states.get(parts[1].equals("p0") ? 0L : 1L);
    return (Tensor) entry.get(parts[2]);
  }

  @TestFactory
  Stream<DynamicTest> errors() {
    return errorCases()
        .map(
            c ->
                dynamicTest(
                    c.id(),
                    () ->
                        assertThatThrownBy(
                                () -> {
                                  Parameter p = Parameter.of(Tensor.zeros(1));
                                  optimizer(c, Map.of("p0", p)).step();
                                })
                            .isInstanceOf(IllegalArgumentException.class)
                            .hasMessageContaining(lastSetting(c))));
  }

  private static String lastSetting(Case c) {
    List<Json> args = c.json().get("args").items();
    return args.getLast().get("name").text();
  }
}
