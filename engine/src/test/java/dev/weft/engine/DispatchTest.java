package dev.weft.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.engine.op.Binary;
import dev.weft.engine.op.Cast;
import dev.weft.engine.op.CopyInto;
import dev.weft.engine.op.Op;
import dev.weft.engine.op.Unary;
import dev.weft.engine.reference.ReferenceBackend;
import dev.weft.engine.spi.Backend;
import dev.weft.engine.spi.Block;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What happens to every op on its way: in place, autocast, devices, other backends. */
class DispatchTest {

  @BeforeEach
  void plainContext() {
    assertThat(Context.current().scope).isNull();
  }

  /** The reference, and a list of what it was asked for. */
  private static final class Witness implements Backend {
    final List<String> asked = new ArrayList<>();
    private final Backend reference = new ReferenceBackend();

    @Override
    public String deviceType() {
      return "cpu";
    }

    @Override
    public int deviceCount() {
      return 1;
    }

    @Override
    public Block allocate(int index, long bytes) {
      return HostMemory.allocate(bytes);
    }

    @Override
    public void compute(Op op, Tensor[] inputs, Tensor[] outputs) {
      asked.add(op + (inputs.length > 0 ? " " + inputs[0].dtype() : ""));
      if (op == Unary.EXP) {
        throw new IllegalStateException("broken on purpose");
      }
      reference.compute(op, inputs, outputs);
    }

    @Override
    public void copyIn(MemorySegment host, Storage target, long offset, long bytes) {
      reference.copyIn(host, target, offset, bytes);
    }

    @Override
    public void copyOut(Storage source, long offset, MemorySegment host, long bytes) {
      reference.copyOut(source, offset, host, bytes);
    }
  }

  // ------------------------------------------------------------------------------ in place

  @Test
  void inPlaceWritesThroughViews() {
    Tensor x = Tensor.zeros(2, 3);
    x.t().select(0, 1).addInPlace(Tensor.of(1f, 2f));
    x.narrow(1, 2, 1).fillInPlace(9);
    assertThat(x.toDoubleArray()).containsExactly(0, 1, 9, 0, 2, 9);
  }

  @Test
  void inPlaceConvertsAndBroadcastsTheOther() {
    Tensor x = Tensor.ones(2, 3);
    assertThat(x.addInPlace(Tensor.of(1L, 2L, 3L))).isSameAs(x);
    assertThat(x.mulInPlace(Tensor.of(2.0)).toDoubleArray()).containsExactly(4, 6, 8, 4, 6, 8);
    assertThat(x.dtype()).isEqualTo(DType.FLOAT32);
    assertThat(Tensor.of(7L, 8L).addInPlace(2).toLongArray()).containsExactly(9, 10);
    assertThat(x.subInPlace(x).divInPlace(2).toDoubleArray()).containsOnly(0);
  }

  @Test
  void inPlaceNeverChangesShapeOrCategory() {
    assertThatThrownBy(() -> Tensor.ones(3).addInPlace(Tensor.ones(2, 3)))
        .isInstanceOf(ShapeException.class);
    assertThatThrownBy(() -> Tensor.of(1L).addInPlace(Tensor.ones(1)))
        .isInstanceOf(DTypeException.class)
        .hasMessage("add in place: float32 does not fit into int64");
    assertThatThrownBy(() -> Tensor.of(1L).mulInPlace(0.5))
        .isInstanceOf(DTypeException.class)
        .hasMessage("mul in place: 0.5 does not fit into int64");
    assertThatThrownBy(() -> Tensor.of(7L).divInPlace(2))
        .isInstanceOf(DTypeException.class)
        .hasMessage("div in place: a quotient does not fit into int64; use floorDivideInPlace");
    assertThatThrownBy(() -> Tensor.of(7L).divInPlace(Tensor.of(2L)))
        .isInstanceOf(DTypeException.class);
    assertThatThrownBy(() -> Tensor.of(true).addInPlace(1)).isInstanceOf(DTypeException.class);
    assertThatThrownBy(() -> Dispatch.runInPlace(Binary.LT, Tensor.ones(2), Tensor.ones(2)))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("the result is bool (2), the target float32 (2)");
  }

  @Test
  void repeatedElementsCannotBeWritten() {
    Tensor x = Tensor.ones(1, 3).expand(2, 3);
    assertThatThrownBy(() -> x.addInPlace(1))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("repeats elements along dimension 0")
        .hasMessageContaining("contiguous()");
    assertThatThrownBy(() -> Dispatch.runAll(new CopyInto(), x, Tensor.ones(2, 3)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith("copy_");
    assertThat(Tensor.ones(1).expand(1, 1).addInPlace(1).item()).isEqualTo(2);
  }

  @Test
  void overlappingSourceAndTargetAreSafe() {
    Tensor x = Tensor.arange(6);
    x.narrow(0, 1, 5).copyFrom(x.narrow(0, 0, 5));
    assertThat(x.toLongArray()).containsExactly(0, 0, 1, 2, 3, 4);
    Tensor m = Tensor.arange(4).reshape(2, 2);
    m.copyFrom(m.t());
    assertThat(m.toLongArray()).containsExactly(0, 2, 1, 3);
    m.addInPlace(m.t());
    assertThat(m.toLongArray()).containsExactly(0, 3, 3, 6);
    Tensor f = Tensor.of(1.0, 2.0, 3.0, 4.0).reshape(2, 2);
    f.mulInPlace(f.t());
    assertThat(f.toDoubleArray()).containsExactly(1, 6, 6, 16);
    f.addInPlace(f.select(0, 1)); // a row of itself
    assertThat(f.toDoubleArray()).containsExactly(7, 22, 12, 32);
  }

  @Test
  void inPlaceOnLongInputsAgreesWithTheOpThatMakesANewTensor() {
    Tensor x = Tensor.randn(new Generator(1), 300, 1001);
    Tensor row = Tensor.randn(new Generator(2), 1001);
    Tensor column = Tensor.randn(new Generator(3), 300, 1);
    for (DType dtype : new DType[] {DType.FLOAT32, DType.FLOAT64, DType.BFLOAT16}) {
      Tensor y = x.to(dtype).copy();
      Tensor expected = y.mul(y).add(row.to(dtype)).sub(column.to(dtype)).mul(0.5);
      y.mulInPlace(y).addInPlace(row.to(dtype)).subInPlace(column.to(dtype)).mulInPlace(0.5);
      assertThat(y.toDoubleArray()).isEqualTo(expected.toDoubleArray());
      assertThat(y.storage().version()).isEqualTo(4);
    }
  }

  @Test
  void anIntegerDivisionByZeroInPlaceChangesNothing() {
    Tensor x = Tensor.arange(5000).add(1);
    Tensor divisor = Tensor.ones(5000).to(DType.INT64);
    divisor.narrow(0, 4000, 1).zeroInPlace();
    assertThatThrownBy(() -> Dispatch.runInPlace(Binary.FLOOR_DIVIDE, x, divisor))
        .isInstanceOf(ArithmeticException.class);
    assertThat(x.toLongArray()).isEqualTo(Tensor.arange(5000).add(1).toLongArray());
  }

  // ------------------------------------------------------------------------------ autocast

  @Test
  void autocastComputesProductsLowAndSumsInFloat32() {
    Tensor x = Tensor.ones(2, 2);
    try (var _ = Context.current().withAutocast(Optional.of(DType.BFLOAT16))) {
      Tensor y = x.matmul(x);
      assertThat(y.dtype()).isEqualTo(DType.BFLOAT16);
      assertThat(y.sum().dtype()).isEqualTo(DType.FLOAT32);
      assertThat(y.softmax(0).dtype()).isEqualTo(DType.FLOAT32);
      assertThat(y.exp().dtype()).isEqualTo(DType.FLOAT32);
      assertThat(y.add(1).dtype()).isEqualTo(DType.BFLOAT16);
      assertThat(y.relu().dtype()).isEqualTo(DType.BFLOAT16);
      assertThat(Tensor.cat(List.of(x, y), 0).dtype()).isEqualTo(DType.FLOAT32);
      Tensor wide = x.to(DType.FLOAT64);
      assertThat(wide.matmul(wide).dtype()).isEqualTo(DType.FLOAT64);
      Tensor ints = Tensor.arange(4).reshape(2, 2);
      assertThat(ints.matmul(ints).dtype()).isEqualTo(DType.INT64);
    }
    assertThat(x.matmul(x).dtype()).isEqualTo(DType.FLOAT32);
  }

  // ------------------------------------------------------------------------------ devices

  @Test
  void metaTensorsRunThroughWithoutMemory() {
    long live = Tensor.liveBytes();
    Tensor x = Tensor.zeros(Shape.of(1 << 20, 1 << 20), DType.FLOAT32, Device.META);
    Tensor y = x.matmul(x).add(1).softmax(1).sum(0).reshape(1 << 10, -1).t();
    assertThat(y.shape()).isEqualTo(Shape.of(1 << 10, 1 << 10));
    assertThat(y.device()).isEqualTo(Device.META);
    y.addInPlace(1).fillInPlace(3);
    assertThat(Tensor.liveBytes()).isLessThanOrEqualTo(live);
    assertThatThrownBy(y.sum()::item)
        .isInstanceOf(DeviceException.class)
        .hasMessage("item: a tensor on meta has no elements");
    assertThatThrownBy(() -> y.to(Device.CPU)).isInstanceOf(DeviceException.class);
    assertThatThrownBy(y::toDoubleArray).isInstanceOf(DeviceException.class);
    assertThatThrownBy(() -> y.contiguous().segment()).isInstanceOf(DeviceException.class);
  }

  @Test
  void aDeviceWithoutBackendSaysWhatIsMissing() {
    assertThatThrownBy(() -> Tensor.zeros(Shape.of(1), DType.FLOAT32, new Device("tpu", 0)))
        .isInstanceOf(DeviceException.class)
        .hasMessageContaining("device tpu: no backend")
        .hasMessageContaining("weft-tpu-kernels");
    assertThatThrownBy(() -> Device.of("gpu"))
        .isInstanceOf(DeviceException.class)
        .hasMessageContaining("'gpu' is unknown");
    assertThatThrownBy(() -> Device.of("cuda:x")).hasMessageContaining("no number");
    assertThatThrownBy(() -> Device.of("cuda:-1")).hasMessageContaining("negative");
    assertThat(Device.of("cuda:1")).hasToString("cuda:1");
    assertThat(Device.of("cuda")).isEqualTo(new Device("cuda", 0));
    assertThat(Backends.count("cpu")).isEqualTo(1);
  }

  @Test
  void withoutATapeGradientsNameTheModule() {
    assertThatThrownBy(() -> Tensor.ones(1).requiresGrad(true))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("dev.weft.autograd");
    assertThatThrownBy(() -> Tensor.ones(1).backward())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("needs no gradient");
  }

  // ------------------------------------------------------------------------------ backends

  @Test
  void anotherBackendSeesEveryOpThatComputes() {
    var witness = new Witness();
    try (var _ = Context.current().withBackend(witness)) {
      Tensor x = Tensor.ones(2, 3);
      x.t().reshape(6).add(1L).to(DType.FLOAT64);
    }
    assertThat(witness.asked)
        .containsExactly(
            "full[1.0, float32 (2, 3)]",
            "clone float32",
            "add(x, 1.0) float32",
            "to(float64) float32");
    Tensor.ones(2);
    assertThat(witness.asked).hasSize(4);
  }

  @Test
  void aKernelThatFailsLeavesNoMemoryBehind() {
    try (var _ = Context.current().withBackend(new Witness())) {
      Tensor x = Tensor.ones(1000);
      Tensor.collectGarbage();
      long live = Tensor.liveBytes();
      assertThatThrownBy(x::exp).hasMessage("broken on purpose");
      assertThat(Tensor.liveBytes()).isEqualTo(live);
      assertThat(x.sum().item()).isEqualTo(1000);
    }
  }

  @Test
  void aCastToTheSameDtypeIsTheTensorItself() {
    Tensor x = Tensor.ones(2);
    assertThat(x.to(DType.FLOAT32)).isSameAs(x);
    assertThat(x.to(Device.CPU)).isSameAs(x);
    assertThat(x.contiguous()).isSameAs(x);
    assertThat(Dispatch.run(new Cast(DType.FLOAT32), x)).isNotSameAs(x);
  }

  @Test
  void contextSettingsNestAndEnd() {
    Context context = Context.current();
    try (var _ = context.withDefaultDtype(DType.FLOAT64);
        var _ = context.withDefaultDevice(Device.META)) {
      assertThat(Tensor.zeros(2).spec())
          .isEqualTo(new TensorSpec(Shape.of(2), DType.FLOAT64, Device.META));
      try (var _ = context.withDefaultDevice(Device.CPU)) {
        assertThat(Tensor.rand(2).spec()).isEqualTo(TensorSpec.of(Shape.of(2), DType.FLOAT64));
      }
      assertThat(Tensor.of(1f).device()).isEqualTo(Device.META);
    }
    assertThat(Tensor.zeros(2).spec()).isEqualTo(TensorSpec.of(Shape.of(2), DType.FLOAT32));
    assertThatThrownBy(() -> context.withDefaultDtype(DType.INT64))
        .isInstanceOf(DTypeException.class);

    assertThat(context.gradEnabled()).isTrue();
    try (var _ = context.withInferenceMode(true)) {
      assertThat(context.gradEnabled()).isFalse();
      assertThat(context.inferenceMode()).isTrue();
    }
    assertThat(context.gradEnabled()).isTrue();
    assertThat(context.inferenceMode()).isFalse();
  }
}
