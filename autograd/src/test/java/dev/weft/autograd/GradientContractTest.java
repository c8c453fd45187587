package dev.weft.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.weft.engine.DType;
import dev.weft.engine.Dispatch;
import dev.weft.engine.Tensor;
import dev.weft.engine.op.Op;
import dev.weft.engine.op.OpFamily;
import dev.weft.engine.op.Sample;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Every differentiable op of the family on every sample it declares. No op is named here. */
class GradientContractTest {

  private static final int LEAST_SAMPLES = 6;

  private static Stream<Sample> differentiable() {
    return OpFamily.samples().stream()
        .filter(s -> hasGradient(s.op()))
        .filter(GradientContractTest::isDouble);
  }

  private static boolean hasGradient(Op op) {
    return op.gradient().exists() && op.mutates() == 0 && op.dtypes().contains(DType.FLOAT64);
  }

  private static boolean isSmall(Sample sample) {
    return sample.inputs().stream().mapToLong(i -> i.shape().numel()).sum() < 300;
  }

  /** Finite differences drown in the rounding of a narrower result. */
  private static boolean isDouble(Sample sample) {
    var specs = sample.inputs(DType.FLOAT64, 42).stream().map(Tensor::spec).toList();
    DType result = sample.op().infer(specs).getFirst().dtype();
    return result == DType.FLOAT64 || result == DType.COMPLEX128;
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

  @AfterAll
  static void printCounts() {
    System.out.printf(
        Locale.ROOT,
        "Gradient contract: %d classes of ops with gradients, %d samples, %d differentiated"
            + " twice%n",
        differentiable().map(s -> s.op().getClass()).distinct().count(),
        differentiable().count(),
        differentiable().filter(GradientContractTest::isSmall).count());
  }

  /** A gradient that no sample is differentiated for is a formula that nobody checked. */
  @TestFactory
  Stream<DynamicTest> everyGradientIsChecked() {
    Map<Class<?>, Long> counts =
        differentiable()
            .collect(Collectors.groupingBy(s -> s.op().getClass(), Collectors.counting()));
    return OpFamily.classes().stream()
        .filter(type -> OpFamily.samples(type).stream().anyMatch(s -> hasGradient(s.op())))
        .map(
            type ->
                dynamicTest(
                    type.getSimpleName(),
                    () ->
                        assertThat(counts.getOrDefault(type, 0L))
                            .as("samples of %s with a gradient", type.getSimpleName())
                            .isGreaterThanOrEqualTo(LEAST_SAMPLES)));
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
                    () ->
                        assertThat(error(sample, 42, Gradcheck::worstError))
                            .as("relative error of the gradient of %s", sample)
                            .isLessThan(1e-6)));
  }

  @TestFactory
  Stream<DynamicTest> gradientsOfGradientsAgreeWithFiniteDifferences() {
    return differentiable()
        .filter(GradientContractTest::isSmall)
        .map(
            sample ->
                dynamicTest(
                    sample.name(),
                    () ->
                        assertThat(error(sample, 43, Gradcheck::worstSecondError))
                            .as("relative error of the gradient's gradient of %s", sample)
                            .isLessThan(1e-5)));
  }
}
