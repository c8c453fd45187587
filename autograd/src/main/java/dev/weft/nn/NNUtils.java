package dev.weft.nn;

import dev.weft.engine.Context;
import dev.weft.engine.Shape;
import dev.weft.engine.ShapeException;
import dev.weft.engine.Tensor;
import dev.weft.engine.TensorScope;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** What is done to whole models: parameters as one row, fused layers, fresh statistics. */
public final class NNUtils {

  private NNUtils() {}

  // ---------------------------------------------------------------------------------- vectors

  /** All elements of all parameters as one row, in order. Gradients flow back to them. */
  public static Tensor parametersToVector(Collection<? extends Tensor> parameters) {
    if (parameters.isEmpty()) {
      throw new IllegalArgumentException("parametersToVector: there are no parameters");
    }
    return Tensor.cat(parameters.stream().map(p -> p.reshape(-1)).toList(), 0);
  }

  /**
   * Writes a row of {@link #parametersToVector} back into parameters.
   *
   * @throws ShapeException if it has another number of elements; nothing is written then
   */
  public static void vectorToParameters(Tensor vector, Collection<? extends Tensor> parameters) {
    long wanted = parameters.stream().mapToLong(Tensor::numel).sum();
    if (!vector.shape().equals(Shape.of(wanted))) {
      throw new ShapeException(
          "vectorToParameters: "
              + vector.shape()
              + ": the parameters have "
              + wanted
              + " elements");
    }
    try (var _ = Context.current().withGrad(false)) {
      long from = 0;
      for (Tensor p : parameters) {
        p.copyFrom(vector.narrow(0, from, p.numel()).reshape(p.shape()));
        from += p.numel();
      }
    }
  }

  /**
   * The parameters and buffers of models of one kind, as {@link Module#stateDict} names them, each
   * stacked along a new first dimension: an ensemble for {@link
   * dev.weft.autograd.Autograd#vmap(java.util.function.Function, List)} and {@link
   * Module#functionalCall}. They are new leaves, which ask for gradients where the first model's
   * parameters do.
   */
  public static Map<String, Tensor> stackModuleState(List<? extends Module<?, ?>> models) {
    if (models.isEmpty()) {
      throw new IllegalArgumentException("stackModuleState: there are no models");
    }
    Map<String, Tensor> first = tensors(models.getFirst());
    for (int i = 1; i < models.size(); i++) {
      var names = tensors(models.get(i)).keySet();
      if (!names.equals(first.keySet())) {
        throw new IllegalArgumentException(
            "stackModuleState: model "
                + i
                + " has "
                + names
                + ", model 0 has "
                + first.keySet()
                + ": models must be alike");
      }
    }
    var stacked = new LinkedHashMap<String, Tensor>();
    try (var _ = Context.current().withGrad(false)) {
      first.forEach(
          (name, tensor) -> {
            var members = new ArrayList<Tensor>();
            for (Module<?, ?> model : models) {
              members.add(Objects.requireNonNull(tensors(model).get(name)));
            }
            stacked.put(name, Tensor.stack(members, 0).requiresGrad(tensor.requiresGrad()));
          });
    }
    return stacked;
  }

  private static Map<String, Tensor> tensors(Module<?, ?> model) {
    var tensors = new LinkedHashMap<String, Tensor>(model.namedParameters());
    tensors.putAll(model.namedBuffers());
    tensors.keySet().retainAll(model.stateDict().keySet());
    return tensors;
  }

  // ---------------------------------------------------------------------------------- fusing

  /**
   * A convolution that does what {@code conv} and then {@code norm} do in evaluation: the running
   * statistics and the affine map of the norm go into the weight and the bias.
   *
   * @param conv of any dimension, transposed or not; stays as it is
   * @param norm a batch normalisation of its channels with running statistics
   */
  public static Module<Tensor, Tensor> fuseConvBnEval(
      Module<Tensor, Tensor> conv, Module<Tensor, Tensor> norm) {
    ConvNd fused =
        switch (conv) {
          case ConvNd given -> given.likeWithBias();
          default ->
              throw new IllegalArgumentException(
                  "fuseConvBnEval: " + conv.typeName() + ": is no convolution");
        };
    var from = (ConvNd) conv;
    var affine = Affine.of("fuseConvBnEval", conv, norm, fused.bias.orElseThrow().size(0));
    try (var _ = Context.current().withGrad(false)) {
      Tensor scale = from.scalePerOutput(affine.scale);
      fused.weight.copyFrom(from.weight.mul(scale.to(from.weight.dtype())));
      fused.bias.orElseThrow().copyFrom(affine.bias(from.bias));
    }
    fused.eval();
    return fused;
  }

  /** As {@link #fuseConvBnEval}, of a linear layer and a {@link BatchNorm1d}. */
  public static Linear fuseLinearBnEval(Linear linear, Module<Tensor, Tensor> norm) {
    var affine = Affine.of("fuseLinearBnEval", linear, norm, linear.outFeatures());
    Linear fused;
    try (var _ = Init.skipped();
        var _ = Context.current().withDefaultDtype(linear.weight.dtype());
        var _ = Context.current().withDefaultDevice(linear.weight.device())) {
      fused = new Linear(linear.inFeatures(), linear.outFeatures());
    }
    try (var _ = Context.current().withGrad(false)) {
      Tensor scale = affine.scale.unsqueeze(1).to(linear.weight.dtype());
      fused.weight.copyFrom(linear.weight.mul(scale));
      fused.bias.orElseThrow().copyFrom(affine.bias(linear.bias));
    }
    fused.eval();
    return fused;
  }

  /** What a batch normalisation does in evaluation: y = scale x + shift per channel. */
  private record Affine(Tensor scale, Tensor shift) {

    static Affine of(String op, Module<?, ?> layer, Module<Tensor, Tensor> module, long channels) {
      if (!(module instanceof BatchNormNd norm) || norm.runningMean.isEmpty()) {
        throw new IllegalArgumentException(
            op + ": " + module.typeName() + ": is no batch normalisation with running statistics");
      }
      Tensor mean = norm.runningMean.get();
      if (mean.size(0) != channels) {
        throw new ShapeException(
            op + ": " + mean.size(0) + " channels behind a layer of " + channels + " outputs");
      }
      if (layer.isTraining() || norm.isTraining()) {
        throw new IllegalStateException(
            op
                + ": in training a norm uses the statistics of its batch; call eval() on both"
                + " first");
      }
      try (var _ = Context.current().withGrad(false)) {
        Tensor scale = norm.runningVar.orElseThrow().add(norm.options().eps()).rsqrt();
        scale = norm.weight.isPresent() ? scale.mul(norm.weight.get()) : scale;
        Tensor shift = mean.neg().mul(scale);
        return new Affine(scale, norm.bias.isPresent() ? shift.add(norm.bias.get()) : shift);
      }
    }

    Tensor bias(Optional<? extends Tensor> before) {
      return before.isPresent() ? before.get().mul(scale).add(shift) : shift;
    }
  }

  // ---------------------------------------------------------------------------------- statistics

  /**
   * Computes the running statistics of all batch normalisations anew, as plain averages over these
   * batches: after averaging weights, those that training has left belong to other weights.
   *
   * @param batches what {@code model} is called with, in training mode and without gradients
   */
  public static <I> void updateBn(Iterable<? extends I> batches, Module<I, ?> model) {
    var norms = new LinkedHashMap<BatchNormNd, NormOptions>();
    for (Module<?, ?> module : model.modules()) {
      if (module instanceof BatchNormNd norm && norm.runningMean.isPresent()) {
        norms.put(norm, norm.options());
      }
    }
    if (norms.isEmpty()) {
      return;
    }
    boolean training = model.isTraining();
    norms.forEach(
        (norm, options) -> {
          norm.resetRunningStats();
          norm.options(options.cumulative());
        });
    try (var _ = Context.current().withGrad(false)) {
      model.train();
      for (I batch : batches) {
        try (var _ = TensorScope.open()) {
          model.apply(batch);
        }
      }
    } finally {
      norms.forEach(BatchNormNd::options);
      model.train(training);
    }
  }
}
