package dev.weft.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.weft.engine.DType;
import dev.weft.engine.Dispatch;
import dev.weft.engine.Tensor;
import dev.weft.engine.op.OpFamily;
import dev.weft.engine.op.Sample;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Every differentiable op of the family on every sample it declares. No op is named here. */
class GradientContractTest {

  private static Stream<Sample> differentiable() {
    return OpFamily.samples().stream()
        .filter(s -> s.op().gradient().exists())
        .filter(s -> s.op().mutates() == 0)
        .filter(s -> s.op().dtypes().contains(DType.FLOAT64))
        .filter(GradientContractTest::isDouble);
  }

  /** Finite differences drown in the rounding of a narrower result. */
  private static boolean isDouble(Sample sample) {
    var specs = sample.inputs(DType.FLOAT64, 42).stream().map(Tensor::spec).toList();
    return sample.op().infer(specs).getFirst().dtype() == DType.FLOAT64;
  }

  private static Function<List<Tensor>, Tensor> call(Sample sample) {
    return inputs -> Dispatch.run(sample.op(), inputs.toArray(Tensor[]::new));
  }

  @TestFactory
  Stream<DynamicTest> gradientsAgreeWithFiniteDifferences() {
    return differentiable()
        .map(
            sample ->
                dynamicTest(
                    sample.name(),
                    () ->
                        assertThat(
                                Gradcheck.worstError(
                                    call(sample), sample.inputs(DType.FLOAT64, 42)))
                            .isLessThan(1e-6)));
  }

  @TestFactory
  Stream<DynamicTest> gradientsOfGradientsAgreeWithFiniteDifferences() {
    return differentiable()
        .filter(s -> s.inputs().stream().mapToLong(i -> i.shape().numel()).sum() < 300)
        .map(
            sample ->
                dynamicTest(
                    sample.name(),
                    () ->
                        assertThat(
                                Gradcheck.worstSecondError(
                                    call(sample), sample.inputs(DType.FLOAT64, 43)))
                            .isLessThan(1e-5)));
  }
}
