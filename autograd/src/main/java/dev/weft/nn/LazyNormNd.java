package dev.weft.nn;

import dev.weft.engine.Tensor;
import java.util.function.BiFunction;

/** What lazy normalisations share. */
abstract class LazyNormNd<M extends Module<Tensor, Tensor>> extends LazyLayer<M> {

  private final transient BiFunction<Long, NormOptions, M> constructor;
  private final NormOptions options;

  LazyNormNd(BiFunction<Long, NormOptions, M> constructor, NormOptions options) {
    this.constructor = constructor;
    this.options = options;
  }

  @Override
  final M build(long inputs) {
    return constructor.apply(inputs, options);
  }

  @Override
  final long inputsOf(Tensor state) {
    return state.numel();
  }
}
