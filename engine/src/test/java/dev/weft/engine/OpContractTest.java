package dev.weft.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.weft.engine.Arrangement.Placed;
import dev.weft.engine.cpu.Parallel;
import dev.weft.engine.op.Cast;
import dev.weft.engine.op.Copy;
import dev.weft.engine.op.DTypes;
import dev.weft.engine.op.Dft;
import dev.weft.engine.op.ErrorSample;
import dev.weft.engine.op.Fill;
import dev.weft.engine.op.Op;
import dev.weft.engine.op.OpFamily;
import dev.weft.engine.op.Sample;
import dev.weft.engine.op.Unary;
import dev.weft.engine.reference.ReferenceBackend;
import dev.weft.engine.spi.Backend;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Every op in the sealed family, on every sample it declares. No op is named here, but for those
 * that refuse nothing.
 */
class OpContractTest {

  private static final Backend REFERENCE = new ReferenceBackend();
  private static final int LEAST_SAMPLES = 8;
  private static final int LEAST_ERRORS = 2;

  /** One dtype of each family of kernels: plain and vector loops, widening, integers, pairs. */
  private static final Set<DType> DIFFERENT_KERNELS =
      Set.of(DType.FLOAT32, DType.BFLOAT16, DType.INT64, DType.COMPLEX64);

  private static final AtomicLong COMPARISONS = new AtomicLong();

  /** What arithmetic trips over. Large numbers that a float32 sum would lose are left out. */
  private static final double[] SPECIAL = {
    Double.NaN,
    Double.POSITIVE_INFINITY,
    Double.NEGATIVE_INFINITY,
    0.0,
    -0.0,
    1,
    -1,
    0.5,
    -2.5,
    30,
    -30,
    90,
    -105,
    1e-40,
    -1e-40
  };

  @AfterAll
  static void printCounts() {
    System.out.printf(
        "Op contract: %d classes of ops, %d samples, %d error samples, %d comparisons%n",
        OpFamily.classes().size(),
        OpFamily.samples().size(),
        OpFamily.errors().size(),
        COMPARISONS.get());
  }

  /** What a sample is one of: an enum's constant, a kind of a record, or the record itself. */
  private static String kind(Op op) {
    String type = op.getClass().getSimpleName();
    if (op instanceof Enum<?> constant) {
      return type + "." + constant.name();
    }
    RecordComponent[] parts = op.getClass().getRecordComponents();
    if (parts.length == 0 || !parts[0].getType().isEnum() || parts[0].getType() == DType.class) {
      return type;
    }
    try {
      return type + "." + parts[0].getAccessor().invoke(op);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  @TestFactory
  Stream<DynamicTest> everyOpHasSamples() {
    Map<String, Long> counts =
        OpFamily.samples().stream()
            .collect(Collectors.groupingBy(s -> kind(s.op()), TreeMap::new, Collectors.counting()));
    return counts.entrySet().stream()
        .map(
            e ->
                dynamicTest(
                    e.getKey(),
                    () ->
                        assertThat(e.getValue())
                            .as("samples of %s", e.getKey())
                            .isGreaterThanOrEqualTo(LEAST_SAMPLES)));
  }

  /** Constants of an enum are ops of their own; a record's kinds share what they refuse. */
  @TestFactory
  Stream<DynamicTest> everyOpHasErrorSamples() {
    var ops = new TreeMap<String, List<Op>>();
    for (Sample sample : OpFamily.samples()) {
      Op op = sample.op();
      String name = op instanceof Enum<?> ? kind(op) : op.getClass().getSimpleName();
      ops.computeIfAbsent(name, _ -> new ArrayList<>()).add(op);
    }
    return ops.entrySet().stream()
        .filter(e -> !takesEverything(e.getValue().getFirst()))
        .map(
            e ->
                dynamicTest(
                    e.getKey(),
                    () -> {
                      Op first = e.getValue().getFirst();
                      long errors =
                          OpFamily.errors(first.getClass()).stream()
                              .filter(x -> !(first instanceof Enum<?>) || x.op() == first)
                              .count();
                      assertThat(errors)
                          .as("error samples of %s", e.getKey())
                          .isGreaterThanOrEqualTo(LEAST_ERRORS);
                    }));
  }

  /** One tensor of any real dtype and shape, or none: nothing can be wrong. */
  private static boolean takesEverything(Op op) {
    return op instanceof Copy
        || op instanceof Cast
        || op instanceof Fill
        || op instanceof Unary && op.dtypes().equals(DTypes.ALL);
  }

  @TestFactory
  Stream<DynamicNode> cpuAgreesWithReferenceInEveryLayout() {
    return forEachSample(
        sample -> {
          for (DType dtype : dtypes(sample)) {
            List<Tensor> values = sample.inputs(dtype, 42);
            compare(sample, values, Arrangement.CONTIGUOUS, -1);
            for (Arrangement arrangement : Arrangement.values()) {
              for (int which = values.size() > 1 ? -1 : 0; which < values.size(); which++) {
                compare(sample, values, arrangement, which);
              }
            }
          }
        });
  }

  @TestFactory
  Stream<DynamicNode> cpuAgreesWithReferenceOnSpecialValues() {
    return forEachSample(
        sample -> {
          for (DType dtype : dtypes(sample)) {
            List<Tensor> values = sample.inputs(dtype, 43);
            for (int i = 0; i < values.size(); i++) {
              if (sample.inputs().get(i).kind() == Sample.Kind.MAIN) {
                Tensor x = values.get(i);
                values.set(i, special(x, 1 + 6 * i));
              }
            }
            compareOutcomes(sample, values);
          }
        });
  }

  @TestFactory
  Stream<DynamicNode> inferSaysWhatIsComputed() {
    return forEachSample(
        sample -> {
          for (DType dtype : dtypes(sample)) {
            try (var _ = TensorScope.open()) {
              Tensor[] inputs = sample.inputs(dtype, 1).toArray(Tensor[]::new);
              List<TensorSpec> inferred =
                  sample.op().infer(Stream.of(inputs).map(Tensor::spec).toList());
              assertThat(specs(Dispatch.runAll(sample.op(), inputs))).isEqualTo(inferred);

              Tensor[] onMeta =
                  Stream.of(inputs).map(x -> x.to(Device.META)).toArray(Tensor[]::new);
              if (inputs.length > 0) {
                assertThat(specs(Dispatch.runAll(sample.op(), onMeta)))
                    .isEqualTo(inferred.stream().map(s -> s.withDevice(Device.META)).toList());
              }
            }
          }
        });
  }

  @TestFactory
  Stream<DynamicNode> pureOpsLeaveTheirInputsAlone() {
    return forEachSample(
        sample -> {
          for (DType dtype : dtypes(sample)) {
            try (var _ = TensorScope.open()) {
              Tensor[] inputs = sample.inputs(dtype, 1).toArray(Tensor[]::new);
              Tensor[] before = sample.inputs(dtype, 1).toArray(Tensor[]::new);
              Dispatch.runAll(sample.op(), inputs);
              for (int i = 0; i < inputs.length; i++) {
                boolean mutated = (sample.op().mutates() & 1 << i) != 0;
                assertThat(inputs[i].storage().version())
                    .isEqualTo(before[i].storage().version() + (mutated ? 1 : 0));
                if (!mutated) {
                  assertThat(numbers(inputs[i])).isEqualTo(numbers(before[i]));
                }
              }
            }
          }
        });
  }

  /**
   * Small inputs are cut into pieces of 5 elements, so that every kernel that splits does split.
   */
  @TestFactory
  Stream<DynamicNode> anyNumberOfThreadsGivesTheSameBits() {
    return forEachSample(
        sample -> {
          Set<DType> dtypes = new TreeSet<>(dtypes(sample));
          dtypes.retainAll(DIFFERENT_KERNELS);
          for (DType dtype : dtypes) {
            try (var _ = TensorScope.open();
                var _ = Parallel.withPiecesOf(5)) {
              List<Tensor> one = run(sample, dtype, 1);
              for (int threads : new int[] {2, 4}) {
                List<Tensor> many = run(sample, dtype, threads);
                for (int i = 0; i < one.size(); i++) {
                  assertThat(many.get(i).segment().mismatch(one.get(i).segment()))
                      .as("%s %s, output %d: a byte that differs", sample, dtype, i)
                      .isEqualTo(-1);
                  COMPARISONS.incrementAndGet();
                }
              }
            }
          }
        });
  }

  private static List<Tensor> run(Sample sample, DType dtype, int threads) {
    try (var _ = Parallel.withThreads(threads)) {
      Tensor[] inputs = sample.inputs(dtype, 44).toArray(Tensor[]::new);
      Tensor[] outputs = Dispatch.runAll(sample.op(), inputs);
      return sample.op().mutates() == 0
          ? Stream.of(outputs).map(Tensor::contiguous).toList()
          : List.of(inputs);
    }
  }

  @TestFactory
  Stream<DynamicNode> inputsOnTwoDevicesAreRefused() {
    return OpFamily.samples().stream()
        .filter(sample -> sample.inputs().size() > 1)
        .map(
            sample ->
                dynamicTest(
                    sample.name(),
                    () -> {
                      DType dtype = dtypes(sample).iterator().next();
                      for (int i = 1; i < sample.inputs().size(); i++) {
                        Tensor[] inputs = sample.inputs(dtype, 1).toArray(Tensor[]::new);
                        inputs[i] = inputs[i].to(Device.META);
                        assertThatThrownBy(() -> Dispatch.runAll(sample.op(), inputs))
                            .isInstanceOf(DeviceException.class)
                            .hasMessageStartingWith(name(sample.op()))
                            .hasMessageContaining("meta");
                      }
                    }));
  }

  @TestFactory
  Stream<DynamicNode> releasedInputsAreRefused() {
    return OpFamily.samples().stream()
        .filter(sample -> !sample.inputs().isEmpty())
        .map(
            sample ->
                dynamicTest(
                    sample.name(),
                    () -> {
                      Tensor[] inputs =
                          sample.inputs(dtypes(sample).iterator().next(), 1).toArray(Tensor[]::new);
                      inputs[inputs.length - 1].release();
                      assertThatThrownBy(() -> Dispatch.runAll(sample.op(), inputs))
                          .isInstanceOf(IllegalStateException.class)
                          .hasMessageStartingWith(sample.op().toString())
                          .hasMessageContaining("released");
                    }));
  }

  @TestFactory
  Stream<DynamicNode> wrongInputsAreRefusedBeforeMemoryIsTouched() {
    return OpFamily.errors().stream()
        .map(error -> dynamicTest(error.toString(), () -> assertRefused(error)));
  }

  private static void assertRefused(ErrorSample error) {
    Tensor[] inputs =
        error.inputs().stream()
            .map(spec -> Tensor.zeros(spec.shape(), spec.dtype(), spec.device()))
            .toArray(Tensor[]::new);
    long live = Tensor.liveBytes();
    assertThatThrownBy(() -> Dispatch.runAll(error.op(), inputs))
        .isExactlyInstanceOf(error.expected())
        .hasMessageStartingWith(name(error.op()))
        .hasMessageContaining(error.says());
    assertThat(Tensor.liveBytes()).isLessThanOrEqualTo(live);
  }

  // ------------------------------------------------------------------------------------------

  private static Stream<DynamicNode> forEachSample(Consumer<Sample> check) {
    return OpFamily.classes().stream()
        .map(
            type ->
                dynamicContainer(
                    type.getSimpleName(),
                    OpFamily.samples(type).stream()
                        .map(sample -> dynamicTest(sample.name(), () -> check.accept(sample)))));
  }

  /** Ops that make tensors say the dtype themselves: one run is enough. */
  private static Set<DType> dtypes(Sample sample) {
    return sample.inputs().isEmpty() ? Set.of(DType.FLOAT32) : sample.op().dtypes();
  }

  /** Input {@code which} in this arrangement, the others contiguous; −1 for all of them. */
  private static void compare(
      Sample sample, List<Tensor> values, Arrangement arrangement, int which) {
    Op op = sample.op();
    for (int i = 0; i < values.size(); i++) {
      boolean mutated = (op.mutates() & 1 << i) != 0;
      if ((which < 0 || which == i)
          && (!arrangement.fits(values.get(i)) || arrangement.repeats() && mutated)) {
        return;
      }
    }
    try (var _ = TensorScope.open()) {
      List<Placed> expectedInputs = place(values, arrangement, which);
      List<Placed> actualInputs = place(values, arrangement, which);
      List<Tensor> expected;
      try {
        expected = run(Optional.of(REFERENCE), op, expectedInputs);
      } catch (ArithmeticException refusal) { // a matrix of equal rows has no inverse
        assertThat(arrangement.repeats()).as("%s, %s", sample, arrangement).isTrue();
        assertRefusedAlike(refusal, op, actualInputs);
        return;
      }
      List<Tensor> actual = run(Optional.empty(), op, actualInputs);
      for (int i = 0; i < expected.size(); i++) {
        Agreement.assertClose(
            actual.get(i),
            expected.get(i),
            new Object() {
              @Override
              public String toString() {
                return sample + ", " + arrangement + " input " + which;
              }
            });
        COMPARISONS.incrementAndGet();
      }
      if (op.mutates() != 0) {
        actualInputs.forEach(OpContractTest::assertGapsUntouched);
      }
    }
  }

  private static List<Placed> place(List<Tensor> values, Arrangement arrangement, int which) {
    var placed = new ArrayList<Placed>();
    for (int i = 0; i < values.size(); i++) {
      boolean arranged = which < 0 || which == i;
      placed.add((arranged ? arrangement : Arrangement.CONTIGUOUS).place(values.get(i)));
    }
    return placed;
  }

  /** The outputs; for an op that changes its inputs in place, those inputs. */
  private static List<Tensor> run(Optional<Backend> backend, Op op, List<Placed> inputs) {
    Tensor[] tensors = inputs.stream().map(Placed::tensor).toArray(Tensor[]::new);
    Context context = Context.current();
    try (var _ = backend.isPresent() ? context.withBackend(backend.get()) : (Scope) () -> {}) {
      Tensor[] outputs = Dispatch.runAll(op, tensors);
      if (op.mutates() == 0) {
        return List.of(outputs);
      }
    }
    var mutated = new ArrayList<Tensor>();
    for (int i = 0; i < tensors.length; i++) {
      if ((op.mutates() & 1 << i) != 0) {
        mutated.add(tensors[i]);
      }
    }
    return mutated;
  }

  /** After the tensor itself is set to the gap value, nothing else is found in its buffer. */
  private static void assertGapsUntouched(Placed placed) {
    DType dtype = placed.tensor().dtype();
    if (placed.tensor().storage() == placed.buffer().storage() && !placed.tensor().isContiguous()
        || placed.tensor().layout().offset() > 0) {
      double gap = Arrangement.gap(dtype);
      if (hasRepeats(placed.tensor().layout())) {
        return;
      }
      placed.tensor().fillInPlace(gap);
      for (double value : placed.buffer().toDoubleArray()) {
        assertThat(Double.compare(value, gap)).isZero();
      }
    }
  }

  private static boolean hasRepeats(Layout layout) {
    for (int d = 0; d < layout.shape().rank(); d++) {
      if (layout.stride(d) == 0 && layout.shape().size(d) > 1) {
        return true;
      }
    }
    return false;
  }

  /** Both compute the same, or both refuse with the same class of exception. */
  private static void compareOutcomes(Sample sample, List<Tensor> values) {
    try (var _ = TensorScope.open()) {
      List<Tensor> expected;
      try {
        expected =
            run(Optional.of(REFERENCE), sample.op(), place(values, Arrangement.CONTIGUOUS, -1));
      } catch (RuntimeException refusal) {
        assertRefusedAlike(refusal, sample.op(), place(values, Arrangement.CONTIGUOUS, -1));
        return;
      }
      List<Tensor> actual =
          run(Optional.empty(), sample.op(), place(values, Arrangement.CONTIGUOUS, -1));
      for (int i = 0; i < expected.size(); i++) {
        String what = sample + " on special values, output " + i;
        if (sample.op() instanceof Dft) {
          assertFiniteAlike(actual.get(i), expected.get(i), what);
        } else {
          Agreement.assertClose(actual.get(i), expected.get(i), what);
        }
        COMPARISONS.incrementAndGet();
      }
    }
  }

  /** Which part of a complex sum is infinite or NaN depends on the algorithm; that one is, not. */
  private static void assertFiniteAlike(Tensor actual, Tensor expected, String what) {
    Tensor finite = expected.isfinite();
    assertThat(actual.isfinite().toLongArray()).as(what).isEqualTo(finite.toLongArray());
    Tensor zeros = Tensor.zerosLike(expected);
    Agreement.assertClose(finite.where(actual, zeros), finite.where(expected, zeros), what);
  }

  private static void assertRefusedAlike(RuntimeException refusal, Op op, List<Placed> inputs) {
    assertThatThrownBy(() -> run(Optional.empty(), op, inputs))
        .isExactlyInstanceOf(refusal.getClass())
        .hasMessage(refusal.getMessage());
  }

  private static double[] numbers(Tensor x) {
    return (x.isComplex() ? x.viewAsReal() : x).toDoubleArray();
  }

  private static Tensor special(Tensor like, int start) {
    if (like.isComplex()) {
      return special(like.viewAsReal(), start).viewAsComplex();
    }
    DType dtype = like.dtype();
    double[] cycle =
        dtype.isFloating()
            ? SPECIAL
            : new double[] {dtype.min(), dtype.max(), 0, 1, dtype == DType.UINT8 ? 2 : -1, 7};
    double[] values = new double[Math.toIntExact(like.numel())];
    for (int i = 0; i < values.length; i++) {
      values[i] = cycle[(start + i * (start % 3 + 1)) % cycle.length];
    }
    return Tensor.of(values).to(dtype).reshape(like.shape());
  }

  private static List<TensorSpec> specs(Tensor[] tensors) {
    return Stream.of(tensors).map(Tensor::spec).toList();
  }

  /** The op's text up to its parameters. */
  private static String name(Op op) {
    return op.toString().split("[\\[(]")[0];
  }
}
