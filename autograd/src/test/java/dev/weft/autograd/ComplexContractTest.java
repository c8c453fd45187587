package dev.weft.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.weft.engine.DType;
import dev.weft.engine.DTypeException;
import dev.weft.engine.Dispatch;
import dev.weft.engine.Scope;
import dev.weft.engine.Tensor;
import dev.weft.engine.op.Cast;
import dev.weft.engine.op.ComplexOp;
import dev.weft.engine.op.Op;
import dev.weft.engine.op.OpFamily;
import dev.weft.engine.op.Sample;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.ToDoubleBiFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * What every op of the family does to complex inputs: on numbers without imaginary part what it
 * does to real ones, with gradients that agree with finite differences; or it refuses by name. No
 * op is named here.
 */
class ComplexContractTest {

  private static Stream<Sample> samples() {
    return OpFamily.samples().stream()
        .filter(s -> !s.inputs().isEmpty() && s.op().mutates() == 0)
        .filter(s -> s.op().dtypes().contains(DType.FLOAT64) || s.op() instanceof ComplexOp);
  }

  /** Complex inputs, some with imaginary part 0; those that are indices or conditions as ever. */
  private static List<Tensor> inputs(Sample sample, long seed) {
    return sample.inputs(DType.COMPLEX128, seed);
  }

  /** The results, or empty where the op refuses complex numbers by its name. */
  private static List<Tensor> results(Op op, List<Tensor> inputs) {
    try (Scope _ = Autograd.noGrad()) {
      return List.of(Dispatch.runAll(op, inputs.toArray(Tensor[]::new)));
    } catch (DTypeException refusal) {
      assertThat(refusal)
          .hasMessageStartingWith(op.toString().split("[\\[(]")[0])
          .hasMessageContaining("complex128");
      return List.of();
    }
  }

  @TestFactory
  Stream<DynamicTest> numbersWithoutImaginaryPartAreRealOrRefused() {
    return samples()
        .filter(s -> !(s.op() instanceof ComplexOp) && !(s.op() instanceof Cast))
        .map(s -> dynamicTest(s.name(), () -> assertActsAsOnReals(s)));
  }

  private static void assertActsAsOnReals(Sample sample) {
    List<Tensor> reals = sample.inputs(DType.FLOAT64, 42);
    List<Tensor> complex =
        reals.stream().map(x -> x.dtype().isFloating() ? x.to(DType.COMPLEX128) : x).toList();
    if (complex.equals(reals)) {
      return;
    }
    List<Tensor> actual = results(sample.op(), complex);
    if (actual.isEmpty()) {
      return;
    }
    List<Tensor> expected = results(sample.op(), reals);
    for (int i = 0; i < expected.size(); i++) {
      Tensor y = actual.get(i);
      assertThat(y.shape()).isEqualTo(expected.get(i).shape());
      if (y.isComplex()) {
        Tensor e = expected.get(i);
        assertClose(y.imag(), e.isComplex() ? e.imag() : Tensor.zerosLike(y.imag()));
      }
      assertClose(y.real().to(DType.FLOAT64), expected.get(i).real().to(DType.FLOAT64));
    }
  }

  private static void assertClose(Tensor actual, Tensor expected) {
    double[] a = actual.toDoubleArray();
    double[] e = expected.toDoubleArray();
    for (int i = 0; i < e.length; i++) {
      assertThat(a[i]).isCloseTo(e[i], within(1e-12 * (1 + Math.abs(e[i]))));
    }
  }

  /** A sample with complex inputs that is not refused, and whose result has a gradient. */
  private static boolean hasGradient(Sample sample) {
    List<Tensor> inputs = inputs(sample, 42);
    return sample.op().gradient().exists()
        && inputs.stream().anyMatch(Tensor::isComplex)
        && !results(sample.op(), inputs).isEmpty();
  }

  /** Whether finite differences can tell: numbers of single precision hide small steps. */
  private static boolean isDouble(Sample sample) {
    DType dtype = results(sample.op(), inputs(sample, 42)).getFirst().dtype();
    return dtype.toReal() == DType.FLOAT64;
  }

  private static boolean isChecked(Sample sample) {
    return hasGradient(sample) && isDouble(sample);
  }

  /** These alone have no finite differences; their gradient is the given one, converted back. */
  @TestFactory
  Stream<DynamicTest> onlyConversionsToComplex64LeaveDoublePrecision() {
    return samples()
        .filter(s -> hasGradient(s) && !isDouble(s))
        .map(
            s ->
                dynamicTest(
                    s.name(),
                    () -> {
                      assertThat(s.op()).isInstanceOf(Cast.class);
                      Tensor z = inputs(s, 42).getFirst().requiresGrad(true);
                      Tensor y = Dispatch.run(s.op(), z);
                      assertThat(y.dtype()).isEqualTo(DType.COMPLEX64);
                      Tensor g = inputs(s, 43).getFirst().to(DType.COMPLEX64);
                      Tensor back =
                          Autograd.grad(y, List.of(z), Optional.of(g), false, false).getFirst();
                      assertThat(back.dtype()).isEqualTo(DType.COMPLEX128);
                      assertThat(back.equal(g.to(DType.COMPLEX128))).isTrue();
                    }));
  }

  private static double error(
      Sample sample, ToDoubleBiFunction<Function<List<Tensor>, Tensor>, List<Tensor>> check) {
    List<Tensor> inputs = inputs(sample, 42);
    var reached =
        IntStream.range(0, inputs.size()).filter(i -> sample.op().gradient().reaches(i)).toArray();
    Function<List<Tensor>, Tensor> call =
        variables -> {
          Iterator<Tensor> next = variables.iterator();
          Tensor[] all = inputs.toArray(Tensor[]::new);
          for (int i : reached) {
            all[i] = next.next();
          }
          return Dispatch.run(sample.op(), all);
        };
    return check.applyAsDouble(call, IntStream.of(reached).mapToObj(inputs::get).toList());
  }

  private static long size(Sample sample) {
    return sample.inputs().stream().mapToLong(i -> i.shape().numel()).sum();
  }

  @TestFactory
  Stream<DynamicTest> gradientsAgreeWithFiniteDifferences() {
    return samples()
        .filter(s -> size(s) < 60)
        .filter(ComplexContractTest::isChecked)
        .map(
            s ->
                dynamicTest(
                    s.name(),
                    () ->
                        assertThat(error(s, Gradcheck::worstError)).as(s.name()).isLessThan(1e-6)));
  }

  @TestFactory
  Stream<DynamicTest> gradientsOfGradientsAgreeWithFiniteDifferences() {
    return samples()
        .filter(s -> size(s) < 25)
        .filter(ComplexContractTest::isChecked)
        .map(
            s ->
                dynamicTest(
                    s.name(),
                    () ->
                        assertThat(error(s, Gradcheck::worstSecondError))
                            .as(s.name())
                            .isLessThan(1e-5)));
  }
}
