package dev.weft.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.weft.engine.DType;
import dev.weft.engine.ShapeException;
import dev.weft.engine.Tensor;
import dev.weft.engine.TensorScope;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;

class AutogradFunctionTest {

  private static Tensor leaf(double... values) {
    return Tensor.of(values).requiresGrad(true);
  }

  /** eˣ, from its output. */
  private static final class Exponential extends AutogradFunction {
    @Override
    protected List<Tensor> forward(FunctionContext ctx, List<Tensor> inputs) {
      Tensor y = inputs.getFirst().exp();
      ctx.saveForBackward(y);
      return List.of(y);
    }

    @Override
    protected List<Optional<Tensor>> backward(FunctionContext ctx, List<Tensor> gradients) {
      return gradients(gradients.getFirst().mul(ctx.savedTensor(0)));
    }
  }

  /** x y and x + y, from the inputs. */
  private static final class ProductAndSum extends AutogradFunction {
    @Override
    protected List<Tensor> forward(FunctionContext ctx, List<Tensor> inputs) {
      ctx.saveForBackward(inputs.get(0), inputs.get(1));
      Tensor x = inputs.get(0);
      return List.of(x.mul(inputs.get(1)), x.add(inputs.get(1)));
    }

    @Override
    protected List<Optional<Tensor>> backward(FunctionContext ctx, List<Tensor> gradients) {
      Tensor product = gradients.get(0);
      Tensor sum = gradients.get(1);
      List<Tensor> saved = ctx.savedTensors();
      return gradients(product.mul(saved.get(1)).add(sum), product.mul(saved.get(0)).add(sum));
    }
  }

  /** y = x with a backward of the test's choice. */
  private static final class Copying extends AutogradFunction {
    private final BiFunction<FunctionContext, List<Tensor>, List<Optional<Tensor>>> rule;

    Copying(BiFunction<FunctionContext, List<Tensor>, List<Optional<Tensor>>> rule) {
      this.rule = rule;
    }

    @Override
    protected List<Tensor> forward(FunctionContext ctx, List<Tensor> inputs) {
      ctx.saveForBackward(inputs.toArray(Tensor[]::new));
      return List.of(inputs.getFirst().copy());
    }

    @Override
    protected List<Optional<Tensor>> backward(FunctionContext ctx, List<Tensor> gradients) {
      return rule.apply(ctx, gradients);
    }
  }

  @Test
  void backwardIsCalledInThePlaceOfTheOps() {
    Tensor x = leaf(0, 1);
    var function = new Exponential();
    function.apply(function.apply(x)).sum().backward(); // e^(e^x) e^x
    assertThat(x.grad().orElseThrow().toDoubleArray()[0]).isCloseTo(Math.E, within(1e-12));
    assertThat(x.grad().orElseThrow().toDoubleArray()[1])
        .isCloseTo(Math.exp(Math.E + 1), within(1e-12));
  }

  @Test
  void gradientsOfFirstAndSecondOrderAgreeWithFiniteDifferences() {
    List<Tensor> one = List.of(Tensor.of(0.5, -1.5));
    List<Tensor> two = List.of(Tensor.of(0.5, -1.5), Tensor.of(2.0, 0.25));
    assertThat(Gradcheck.worstError(in -> new Exponential().apply(in.getFirst()), one))
        .isLessThan(1e-8);
    assertThat(Gradcheck.worstSecondError(in -> new Exponential().apply(in.getFirst()), one))
        .isLessThan(1e-7);
    for (int output = 0; output < 2; output++) {
      int wanted = output;
      assertThat(Gradcheck.worstError(in -> productAndSum(in).get(wanted).square(), two))
          .isLessThan(1e-8);
      assertThat(Gradcheck.worstSecondError(in -> productAndSum(in).get(wanted).square(), two))
          .isLessThan(1e-7);
    }
  }

  private static List<Tensor> productAndSum(List<Tensor> inputs) {
    return new ProductAndSum().applyAll(inputs.get(0), inputs.get(1));
  }

  @Test
  void thirdDerivativeOfExp() {
    Tensor x = leaf(0.5);
    Tensor y = new Exponential().apply(x).sum();
    for (int order = 1; order <= 3; order++) {
      y = Autograd.grad(y, List.of(x), Optional.empty(), true, true).getFirst().sum();
      assertThat(y.item()).isCloseTo(Math.exp(0.5), within(1e-14));
    }
  }

  @Test
  void forwardRecordsNothingAndItsTemporariesEnd() {
    Tensor x = leaf(1, 2);
    var made = new ArrayList<Tensor>();
    var function =
        new AutogradFunction() {
          @Override
          protected List<Tensor> forward(FunctionContext ctx, List<Tensor> inputs) {
            Tensor inside = inputs.getFirst().mul(2);
            assertThat(inside.requiresGrad()).isFalse();
            made.add(inside);
            return List.of(inside.add(1));
          }

          @Override
          protected List<Optional<Tensor>> backward(FunctionContext ctx, List<Tensor> gradients) {
            return gradients(gradients.getFirst().mul(2));
          }
        };
    Tensor y = function.apply(x);
    assertThat(made.getFirst().isReleased()).isTrue();
    assertThat(y.toDoubleArray()).containsExactly(3, 5);
    try (var _ = Autograd.noGrad()) {
      assertThat(function.apply(x).requiresGrad()).isFalse();
    }
    assertThat(function.apply(Tensor.of(1.0)).requiresGrad()).isFalse();
  }

  @Test
  void anInputThatComesBackUnchangedIsAViewWithAHistoryOfItsOwn() {
    Tensor x = leaf(3);
    var reversal =
        new AutogradFunction() {
          @Override
          protected List<Tensor> forward(FunctionContext ctx, List<Tensor> inputs) {
            return inputs;
          }

          @Override
          protected List<Optional<Tensor>> backward(FunctionContext ctx, List<Tensor> gradients) {
            return gradients(gradients.getFirst().neg());
          }
        };
    Tensor y = reversal.apply(x);
    assertThat(y).isNotSameAs(x);
    assertThat(y.storage()).isSameAs(x.storage());
    y.mul(5).sum().backward();
    assertThat(x.grad().orElseThrow().item()).isEqualTo(-5);
  }

  /** x ← x², in place. */
  private static final class SquareInPlace extends AutogradFunction {
    private final boolean returns;

    SquareInPlace(boolean returns) {
      this.returns = returns;
    }

    @Override
    protected List<Tensor> forward(FunctionContext ctx, List<Tensor> inputs) {
      Tensor x = inputs.getFirst();
      Tensor before = x.copy();
      ctx.markDirty(x);
      ctx.saveForBackward(before);
      x.mulInPlace(before);
      return List.of(returns ? x : before);
    }

    @Override
    protected List<Optional<Tensor>> backward(FunctionContext ctx, List<Tensor> gradients) {
      return gradients(gradients.getFirst().mul(2).mul(ctx.savedTensor(0)));
    }
  }

  @Test
  void aDirtyInputGetsANewHistory() {
    Tensor x = leaf(3);
    Tensor y = x.mul(2); // 6
    Tensor squared = new SquareInPlace(true).apply(y);
    assertThat(squared).isSameAs(y);
    y.mul(10).sum().backward(); // 10 (2x)²: 80x
    assertThat(x.grad().orElseThrow().item()).isEqualTo(240);
  }

  @Test
  void aDirtyViewChangesItsBase() {
    Tensor x = leaf(3, 5);
    Tensor y = x.mul(1);
    new SquareInPlace(true).apply(y.narrow(0, 0, 1));
    y.sum().backward();
    assertThat(x.grad().orElseThrow().toDoubleArray()).containsExactly(6, 1);
  }

  @Test
  void wrongUseOfDirtyInputsIsNamed() {
    assertThatThrownBy(() -> new SquareInPlace(true).apply(leaf(3)))
        .hasMessageContaining("SquareInPlace")
        .hasMessageContaining("leaf");
    assertThatThrownBy(() -> new SquareInPlace(false).apply(leaf(3).mul(1)))
        .hasMessageContaining("SquareInPlace")
        .hasMessageContaining("return it");
  }

  /** Values and positions of the largest elements. */
  private static final class Largest extends AutogradFunction {
    private final boolean constant;

    Largest(boolean constant) {
      this.constant = constant;
    }

    @Override
    protected List<Tensor> forward(FunctionContext ctx, List<Tensor> inputs) {
      Tensor x = inputs.getFirst();
      Tensor at = x.argmax(1, true);
      Tensor values = x.gather(1, at);
      ctx.saveForBackward(at);
      ctx.put("size", x.size(1));
      if (constant) {
        ctx.markNonDifferentiable(values);
      }
      return List.of(values, at);
    }

    @Override
    protected List<Optional<Tensor>> backward(FunctionContext ctx, List<Tensor> gradients) {
      Tensor g = gradients.getFirst();
      Tensor zeros = Tensor.zeros(g.size(0), ctx.get("size", Long.class)).to(g.dtype());
      return gradients(zeros.scatterAdd(1, ctx.savedTensor(0), g));
    }
  }

  @Test
  void integerAndMarkedOutputsHaveNoGradient() {
    Tensor x = leaf(1, 4, 9, 2).reshape(2, 2);
    List<Tensor> outputs = new Largest(false).applyAll(x);
    assertThat(outputs.get(1).requiresGrad()).isFalse();
    assertThat(outputs.get(1).dtype()).isEqualTo(DType.INT64);
    assertThat(Autograd.grad(outputs.getFirst().sum(), x).toDoubleArray())
        .containsExactly(0, 1, 1, 0);
    assertThat(new Largest(true).applyAll(x).getFirst().requiresGrad()).isFalse();
  }

  @Test
  void needsInputGradSaysWhatIsWanted() {
    var wanted = new ArrayList<Boolean>();
    var function =
        new Copying(
            (ctx, g) -> {
              wanted.add(ctx.needsInputGrad(0));
              wanted.add(ctx.needsInputGrad(1));
              return List.of(Optional.of(g.getFirst()), Optional.empty());
            });
    function.apply(leaf(1), Tensor.of(1.0)).sum().backward();
    assertThat(wanted).containsExactly(true, false);
  }

  @Test
  void outputsThatNoGradientReachedGetZeros() {
    for (boolean materialize : new boolean[] {true, false}) {
      var seen = new ArrayList<String>();
      var split =
          new AutogradFunction() {
            @Override
            protected List<Tensor> forward(FunctionContext ctx, List<Tensor> inputs) {
              ctx.setMaterializeGrads(materialize);
              return List.of(inputs.getFirst().mul(2), inputs.getFirst().mul(3));
            }

            @Override
            protected List<Optional<Tensor>> backward(FunctionContext ctx, List<Tensor> gradients) {
              seen.add(ctx.hasGradient(0) + " " + ctx.hasGradient(1));
              seen.add(String.valueOf(gradients.get(0).isContiguous()));
              return gradients(gradients.get(0).mul(2).add(gradients.get(1).mul(3)));
            }
          };
      Tensor x = leaf(1, 1);
      split.applyAll(x).get(1).sum().backward();
      assertThat(seen).containsExactly("false true", String.valueOf(materialize));
      assertThat(x.grad().orElseThrow().toDoubleArray()).containsExactly(3, 3);
    }
  }

  @Test
  void changingASavedTensorIsAnError() {
    Tensor y = leaf(1, 2).mul(1);
    Tensor z = new Exponential().apply(y);
    try (var _ = Autograd.noGrad()) {
      z.mulInPlace(2);
    }
    assertThatThrownBy(() -> z.sum().backward())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("Exponential")
        .hasMessageContaining("saved tensor 0")
        .hasMessageContaining("changed in place");
  }

  @Test
  void aSecondBackwardNeedsRetainGraph() {
    Tensor y = new Exponential().apply(leaf(1)).sum();
    Autograd.backward(y, Optional.empty(), true, false);
    y.backward();
    assertThatThrownBy(y::backward).hasMessageContaining("retainGraph");
  }

  @Test
  void whatBackwardReturnsIsChecked() {
    Tensor x = leaf(1, 2);
    var tooMany = new Copying((_, g) -> List.of(Optional.of(g.getFirst()), Optional.empty()));
    assertThatThrownBy(() -> tooMany.apply(x).sum().backward())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("Copying: backward returned 2 gradients for 1 inputs");
    var wrongShape = new Copying((_, g) -> List.of(Optional.of(g.getFirst().sum())));
    assertThatThrownBy(() -> wrongShape.apply(x).sum().backward())
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("Copying")
        .hasMessageContaining("for input 0 of (2)");
    var unsaved =
        new Copying((ctx, g) -> List.of(Optional.of(g.getFirst().mul(ctx.savedTensor(1)))));
    assertThatThrownBy(() -> unsaved.apply(x).sum().backward())
        .hasMessageContaining("Copying: saved tensor 1 is asked for, but forward saved 1");
    assertThatThrownBy(() -> new ProductAndSum().apply(x, x)).hasMessageContaining("applyAll");
  }

  @Test
  void anInputWithoutAGradientGetsNone() {
    Tensor x = leaf(1);
    Tensor y = leaf(1);
    var first = new Copying((_, g) -> List.of(Optional.of(g.getFirst()), Optional.empty()));
    first.apply(x, y).sum().backward();
    assertThat(x.grad()).isPresent();
    assertThat(y.grad()).isEmpty();
    Tensor z = first.apply(x, y).sum();
    assertThatThrownBy(() -> Autograd.grad(z, y))
        .hasMessageContaining("does not depend on input 0");
  }

  /** x², whose backward leaves the tape. */
  private static final class OnlyOnce extends AutogradFunction {
    @Override
    protected List<Tensor> forward(FunctionContext ctx, List<Tensor> inputs) {
      ctx.setOnceDifferentiable();
      ctx.saveForBackward(inputs.getFirst());
      return List.of(inputs.getFirst().square());
    }

    @Override
    protected List<Optional<Tensor>> backward(FunctionContext ctx, List<Tensor> gradients) {
      double[] x = ctx.savedTensor(0).toDoubleArray();
      return gradients(gradients.getFirst().mul(Tensor.of(2 * x[0])));
    }
  }

  @Test
  void aSecondDerivativeThatDoesNotExistIsAnErrorNotAZero() {
    Tensor x = leaf(3);
    Tensor y = new OnlyOnce().apply(x).sum();
    Tensor first = Autograd.grad(y, List.of(x), Optional.empty(), true, true).getFirst();
    assertThat(first.item()).isEqualTo(6);
    assertThatThrownBy(() -> Autograd.grad(first.sum(), x))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("OnlyOnce")
        .hasMessageContaining("once differentiable");
  }

  @Test
  void memoryOfAStepReturnsWhenBackwardIsDone() {
    Tensor x = Tensor.randn(100).requiresGrad(true);
    var function = new Exponential();
    Tensor.collectGarbage();
    long live = 0;
    for (int step = 0; step < 20; step++) {
      try (var _ = TensorScope.open()) {
        function.apply(x).sum().backward();
      }
      x.grad(Optional.empty());
      if (step == 5) {
        live = Tensor.liveBytes();
      }
    }
    assertThat(Tensor.liveBytes()).isEqualTo(live);
  }
}
