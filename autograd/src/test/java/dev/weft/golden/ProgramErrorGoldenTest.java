package dev.weft.golden;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.weft.autograd.Autograd;
import dev.weft.autograd.AutogradFunction;
import dev.weft.autograd.FunctionContext;
import dev.weft.engine.ShapeException;
import dev.weft.engine.Tensor;
import dev.weft.golden.Golden.Case;
import dev.weft.golden.GoldenAccount.NoRowException;
import dev.weft.nn.Linear;
import dev.weft.nn.Parameter;
import dev.weft.optim.OneCycleLR;
import dev.weft.optim.ParameterGroup;
import dev.weft.optim.SGD;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtendWith;

/** Programs that must fail here, because they fail in PyTorch; {@code expect.code} has its text. */
@ExtendWith(GoldenAccount.class)
class ProgramErrorGoldenTest {

  private static final Map<String, ThrowingCallable> PROGRAMS = new TreeMap<>();

  private static Parameter ones(long size) {
    return Parameter.of(Tensor.ones(size));
  }

  private static void program(String name, ThrowingCallable program) {
    PROGRAMS.put("error/autograd_" + name, program);
  }

  static {
    program(
        "backward_twice",
        () -> {
          Tensor y = ones(3).square().sum();
          y.backward();
          y.backward();
        });
    program(
        "saved_result_changed",
        () -> {
          Tensor y = ones(3).exp();
          y.mulInPlace(2);
          y.sum().backward();
        });
    program(
        "saved_input_changed",
        () -> {
          Tensor x = ones(3).mul(2);
          Tensor y = x.square();
          x.addInPlace(1);
          y.sum().backward();
        });
    program(
        "parameter_changed_before_backward",
        () -> {
          Parameter w = ones(3);
          Tensor y = w.square().sum();
          try (var _ = Autograd.noGrad()) {
            w.addInPlace(1);
          }
          y.backward();
        });
    program("leaf_changed_in_place", () -> ones(3).addInPlace(1));
    program("no_graph", () -> Tensor.ones(3).sum().backward());
    program(
        "no_grad_result",
        () -> {
          Parameter x = ones(3);
          Tensor y;
          try (var _ = Autograd.noGrad()) {
            y = x.sum();
          }
          y.backward();
        });
    program("detached_result", () -> ones(3).sum().detach().backward());
    program("unused_input", () -> Autograd.grad(ones(2).sum(), ones(2)));
    program("gradient_shape", () -> ones(3).mul(2).backward(Tensor.ones(2)));
    program(
        "inference_tensor_requires_grad",
        () -> {
          Tensor x;
          try (var _ = Autograd.inferenceMode()) {
            x = Tensor.ones(3);
          }
          x.requiresGrad(true);
        });
    program("item_of_many", () -> Tensor.ones(2).item());
    program(
        "state_missing_key",
        () -> new Linear(2, 3).loadStateDict(Map.of("weight", Tensor.ones(3, 2))));
    program(
        "state_unexpected_key",
        () ->
            new Linear(2, 3)
                .loadStateDict(
                    Map.of(
                        "weight",
                        Tensor.ones(3, 2),
                        "bias",
                        Tensor.ones(3),
                        "extra",
                        Tensor.ones(1))));
    program("optimizer_empty", () -> new SGD(List.of(), 0.1));
    program("optimizer_non_leaf", () -> new SGD(List.of(ones(2).mul(2)), 0.1));
    program(
        "optimizer_repeated",
        () -> {
          List<Parameter> p = List.of(ones(2));
          new SGD(List.of(ParameterGroup.of(p), ParameterGroup.of(p)), 0.1);
        });
    program("requires_grad_off_non_leaf", () -> ones(2).mul(2).requiresGrad(false));
    program(
        "one_cycle_too_many_steps",
        () -> {
          var optimizer = new SGD(List.of(ones(1)), 0.1);
          var schedule = OneCycleLR.builder(optimizer, 0.1, 3).cycleMomentum(false).build();
          for (int i = 0; i < 4; i++) {
            optimizer.step();
            schedule.step();
          }
        });
    program(
        "custom_function_wrong_count",
        () -> new ThreeGradients().apply(ones(2), Tensor.ones(2)).sum().backward());
  }

  private static final class ThreeGradients extends AutogradFunction {
    @Override
    protected List<Tensor> forward(FunctionContext ctx, List<Tensor> inputs) {
      return List.of(inputs.get(0).add(inputs.get(1)));
    }

    @Override
    protected List<Optional<Tensor>> backward(FunctionContext ctx, List<Tensor> gradients) {
      Tensor g = gradients.getFirst();
      return gradients(g, g, g);
    }
  }

  static Stream<Case> cases() {
    return Golden.cases("error").filter(c -> c.op().equals("torch.autograd"));
  }

  @TestFactory
  Stream<DynamicTest> programsThatFailInPyTorchFailHere() {
    return cases().map(c -> dynamicTest(c.id(), () -> check(c)));
  }

  private static void check(Case c) {
    if (!PROGRAMS.containsKey(c.id())) {
      throw new NoRowException("there is no program " + c.id());
    }
    ThrowingCallable program = PROGRAMS.get(c.id());
    var thrown = assertThat(catchThrowable(program)).as(c.id()).isNotNull();
    switch (c.json().get("expect").get("error").text()) {
      case "shape" -> thrown.isInstanceOf(ShapeException.class);
      case "autograd" -> thrown.isInstanceOf(IllegalStateException.class);
      default ->
          thrown.isInstanceOfAny(IllegalArgumentException.class, IllegalStateException.class);
    }
  }
}
