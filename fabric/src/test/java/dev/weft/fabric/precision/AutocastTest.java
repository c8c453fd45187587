package dev.weft.fabric.precision;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.engine.Context;
import dev.weft.engine.DType;
import dev.weft.engine.Generator;
import dev.weft.engine.Tensor;
import dev.weft.nn.Conv1d;
import dev.weft.nn.Functional;
import dev.weft.nn.Linear;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The dtype that ops compute in under autocast: section B.4 of the specification. */
class AutocastTest {

  private static Tensor square() {
    return Tensor.randn(new Generator(1), 4, 4).sigmoid().mul(0.5).add(0.25);
  }

  private static Map<String, UnaryOperator<Tensor>> low() {
    var ops = new LinkedHashMap<String, UnaryOperator<Tensor>>();
    ops.put("matmul", x -> x.matmul(x));
    ops.put("linear", x -> new Linear(4, 3).apply(x));
    ops.put("conv1d", x -> new Conv1d(4, 3, 1).apply(x.unsqueeze(0)));
    return ops;
  }

  private static Map<String, UnaryOperator<Tensor>> wide() {
    var ops = new LinkedHashMap<String, UnaryOperator<Tensor>>();
    ops.put("pow", x -> x.pow(2.5));
    ops.put("acos", Tensor::acos);
    ops.put("asin", Tensor::asin);
    ops.put("cosh", Tensor::cosh);
    ops.put("sinh", Tensor::sinh);
    ops.put("tan", Tensor::tan);
    ops.put("erfinv", Tensor::erfinv);
    ops.put("exp", Tensor::exp);
    ops.put("expm1", Tensor::expm1);
    ops.put("log", Tensor::log);
    ops.put("log2", Tensor::log2);
    ops.put("log10", Tensor::log10);
    ops.put("log1p", Tensor::log1p);
    ops.put("reciprocal", Tensor::reciprocal);
    ops.put("rsqrt", Tensor::rsqrt);
    ops.put("softplus", Functional::softplus);
    ops.put("softmax", x -> x.softmax(-1));
    ops.put("log_softmax", x -> x.logSoftmax(-1));
    ops.put("sum", Tensor::sum);
    ops.put("prod", Tensor::prod);
    ops.put("cumsum", x -> x.cumsum(0));
    ops.put("cumprod", x -> x.cumprod(0));
    ops.put("norm", Tensor::norm);
    ops.put("layer_norm", x -> new dev.weft.nn.LayerNorm(4).apply(x));
    ops.put("mse_loss", x -> Functional.mseLoss(x, x));
    ops.put("l1_loss", x -> Functional.l1Loss(x, x));
    ops.put("smooth_l1_loss", x -> Functional.smoothL1Loss(x, x));
    ops.put("kl_div", x -> Functional.klDiv(x.log(), x));
    ops.put("bce_with_logits", x -> Functional.binaryCrossEntropyWithLogits(x, x));
    ops.put("hinge_embedding_loss", x -> Functional.hingeEmbeddingLoss(x, x.sign()));
    ops.put("soft_margin_loss", x -> Functional.softMarginLoss(x, x.sign()));
    ops.put("cross_entropy", x -> Functional.crossEntropy(x, Tensor.of(0L, 1L, 2L, 3L)));
    return ops;
  }

  private static Map<String, UnaryOperator<Tensor>> asIs() {
    var ops = new LinkedHashMap<String, UnaryOperator<Tensor>>();
    ops.put("add", x -> x.add(x));
    ops.put("mul", x -> x.mul(2));
    ops.put("relu", Tensor::relu);
    ops.put("max", Tensor::max);
    ops.put("reshape", x -> x.reshape(16));
    return ops;
  }

  private static Map<String, DType> results(
      Map<String, UnaryOperator<Tensor>> ops, DType low, DType input) {
    var results = new LinkedHashMap<String, DType>();
    Tensor x = square().to(input);
    try (var _ = Context.current().withAutocast(Optional.of(low))) {
      ops.forEach((name, op) -> results.put(name, op.apply(x).dtype()));
    }
    return results;
  }

  private static Map<String, DType> all(Map<String, ?> ops, DType dtype) {
    var expected = new LinkedHashMap<String, DType>();
    ops.keySet().forEach(name -> expected.put(name, dtype));
    return expected;
  }

  @ParameterizedTest
  @EnumSource(names = {"FLOAT16", "BFLOAT16"})
  void productsAreLowAndWhatNeedsRangeIsWide(DType low) {
    for (DType input : List.of(DType.FLOAT32, low)) {
      assertThat(results(low(), low, input)).isEqualTo(all(low(), low));
      assertThat(results(wide(), low, input)).isEqualTo(all(wide(), DType.FLOAT32));
      assertThat(results(asIs(), low, input)).isEqualTo(all(asIs(), input));
    }
  }

  @Test
  void float64IsLeftAlone() {
    Tensor x = square().to(DType.FLOAT64);
    try (var _ = Context.current().withAutocast(Optional.of(DType.BFLOAT16))) {
      assertThat(x.matmul(x).dtype()).isEqualTo(DType.FLOAT64);
      assertThat(x.exp().dtype()).isEqualTo(DType.FLOAT64);
    }
  }

  @Test
  void gradientsOfFloat32WeightsAreFloat32() {
    var layer = new Linear(4, 3);
    Tensor loss;
    try (var _ = Context.current().withAutocast(Optional.of(DType.BFLOAT16))) {
      loss = layer.apply(square()).square().mean();
    }
    loss.backward();
    assertThat(layer.weight.grad().orElseThrow().dtype()).isEqualTo(DType.FLOAT32);
  }
}
