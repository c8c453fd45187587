package dev.weft.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.weft.engine.DType;
import dev.weft.engine.Dispatch;
import dev.weft.engine.Tensor;
import dev.weft.engine.op.OpFamily;
import dev.weft.engine.op.Sample;
import java.util.Iterator;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
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

  /** The inputs that a gradient reaches. */
  private static List<Tensor> variables(Sample sample, List<Tensor> inputs) {
    return IntStream.range(0, inputs.size())
        .filter(i -> sample.op().gradient().reaches(i))
        .mapToObj(inputs::get)
        .toList();
  }

  /** The op as a function of those, the others as they are in {@code inputs}. */
  private static Function<List<Tensor>, Tensor> call(Sample sample, List<Tensor> inputs) {
    return variables -> {
      Iterator<Tensor> next = variables.iterator();
      Tensor[] all = inputs.toArray(Tensor[]::new);
      for (int i = 0; i < all.length; i++) {
        if (sample.op().gradient().reaches(i)) {
          all[i] = next.next();
        }
      }
      return Dispatch.run(sample.op(), all);
    };
  }

  private interface Check {
    double error(Function<List<Tensor>, Tensor> call, List<Tensor> variables);
  }

  private static double error(Sample sample, long seed, Check check) {
    List<Tensor> inputs = sample.inputs(DType.FLOAT64, seed);
    return check.error(call(sample, inputs), variables(sample, inputs));
  }

  @TestFactory
  Stream<DynamicTest> gradientsAgreeWithFiniteDifferences() {
    return differentiable()
        .map(
            sample ->
                dynamicTest(
                    sample.name(),
                    () -> assertThat(error(sample, 42, Gradcheck::worstError)).isLessThan(1e-6)));
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
                        assertThat(error(sample, 43, Gradcheck::worstSecondError))
                            .isLessThan(1e-5)));
  }
}
