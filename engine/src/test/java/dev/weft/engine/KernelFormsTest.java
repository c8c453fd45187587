package dev.weft.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.weft.engine.cpu.Tier;
import dev.weft.engine.op.OpFamily;
import dev.weft.engine.op.Sample;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.TestFactory;

/** A program must not see by its results when a kernel changes from its plain to its fast form. */
class KernelFormsTest {

  @TestFactory
  Stream<DynamicContainer> plainAndVectorFormsGiveTheSameBits() {
    return OpFamily.classes().stream()
        .map(
            type ->
                dynamicContainer(
                    type.getSimpleName(),
                    OpFamily.samples(type).stream()
                        .filter(sample -> !sample.inputs().isEmpty())
                        .map(sample -> dynamicTest(sample.name(), () -> compare(sample)))));
  }

  private static void compare(Sample sample) {
    for (DType dtype : sample.op().dtypes()) {
      try (var _ = TensorScope.open()) {
        List<Tensor> plain = run(sample, dtype, Tier.PLAIN);
        List<Tensor> vector = run(sample, dtype, Tier.VECTOR);
        for (int i = 0; i < plain.size(); i++) {
          assertThat(bits(vector.get(i))).as("%s %s", sample, dtype).isEqualTo(bits(plain.get(i)));
        }
      }
    }
  }

  /** The outputs, or the inputs that were changed in place. */
  private static List<Tensor> run(Sample sample, DType dtype, Tier tier) {
    try (var _ = Tier.force(tier)) {
      Tensor[] inputs = sample.inputs(dtype, 44).toArray(Tensor[]::new);
      Tensor[] outputs = Dispatch.runAll(sample.op(), inputs);
      return sample.op().mutates() == 0 ? List.of(outputs) : List.of(inputs);
    }
  }

  private static byte[] bits(Tensor x) {
    return x.contiguous().segment().toArray(Native.BYTE);
  }
}
