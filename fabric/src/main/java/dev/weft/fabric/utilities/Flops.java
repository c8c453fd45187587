package dev.weft.fabric.utilities;

import dev.weft.autograd.Autograd;
import dev.weft.engine.Context;
import dev.weft.engine.Tensor;
import dev.weft.engine.TensorSpec;
import dev.weft.engine.op.Op;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Counts the floating-point operations of matrix products, convolutions and attention, two for each
 * multiply-add, from what ops declare about themselves ({@code Op.flops}). Elementwise ops, biases
 * and optimizers are not counted, as usual: they cost little beside those.
 *
 * <p>On the device {@code meta} nothing is computed, so that models of any size can be measured:
 *
 * {@snippet :
 * try (var _ = Context.current().withDefaultDevice(Device.META)) {
 *   var model = new Gpt(config);
 *   Tensor ids = Tensor.zeros(Shape.of(1, 1024), DType.INT64, Device.META);
 *   long perSample = Flops.measure(() -> model.apply(ids), logits -> logits.mean());
 * }
 * }
 */
public final class Flops {

  private Flops() {}

  /** Of a forward. */
  public static long measure(Supplier<?> forward) {
    try (var _ = Autograd.noGrad()) {
      return count(forward);
    }
  }

  /** Of a forward and the backward of its loss; gradients are added to those of the parameters. */
  public static <T> long measure(Supplier<T> forward, Function<? super T, Tensor> loss) {
    return count(
        () -> {
          loss.apply(forward.get()).backward();
          return true;
        });
  }

  private static long count(Supplier<?> work) {
    var total = new AtomicLong();
    try (var _ =
        Context.current()
            .withWatcher((op, inputs, outputs) -> total.addAndGet(of(op, inputs, outputs)))) {
      var _ = work.get();
    }
    return total.get();
  }

  private static long of(Op op, Tensor[] inputs, Tensor[] outputs) {
    if (outputs.length == 0) {
      return 0;
    }
    List<TensorSpec> specs = Arrays.stream(inputs).map(Tensor::spec).toList();
    return op.flops(specs, outputs[0].spec());
  }
}
