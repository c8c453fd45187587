package dev.weft.autograd;

import dev.weft.engine.Nested;
import dev.weft.engine.ShapeException;
import dev.weft.engine.Tensor;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Calls a function once for each example of a batch and stacks what it returns. */
final class Vmap {

  private final List<Tensor> inputs;
  private final List<Optional<Integer>> dims;
  private final long count;

  private Vmap(List<Tensor> inputs, List<Optional<Integer>> dims) {
    if (dims.size() != inputs.size()) {
      throw new IllegalArgumentException(
          "vmap: " + dims.size() + " dimensions for " + inputs.size() + " inputs");
    }
    this.inputs = inputs;
    this.dims = dims;
    this.count = count();
  }

  /** See {@link Autograd#vmap(Function, List, List, int)}. */
  static <O> O run(
      Function<List<Tensor>, ? extends O> function,
      List<Tensor> inputs,
      List<Optional<Integer>> dims,
      int outDim) {
    var vmap = new Vmap(inputs, dims);
    var results = new ArrayList<O>();
    for (long i = 0; i < vmap.count; i++) {
      results.add(function.apply(vmap.example(i)));
    }
    return stacked(results, outDim);
  }

  /** The size that all mapped dimensions have. */
  private long count() {
    long size = -1;
    for (int i = 0; i < inputs.size(); i++) {
      if (dims.get(i).isPresent()) {
        long here = inputs.get(i).size(dim(i));
        if (size >= 0 && here != size) {
          throw new ShapeException(
              "vmap: input "
                  + i
                  + " "
                  + inputs.get(i).shape()
                  + " has "
                  + here
                  + " examples along dimension "
                  + dims.get(i).get()
                  + ", the inputs before it "
                  + size);
        }
        size = here;
      }
    }
    if (size < 0) {
      throw new IllegalArgumentException(
          "vmap: none of the " + inputs.size() + " inputs has a dimension to map over");
    }
    if (size == 0) {
      throw new ShapeException(
          "vmap: no examples, so the function's result is unknown; handle the empty batch before");
    }
    return size;
  }

  private int dim(int input) {
    Tensor x = inputs.get(input);
    if (x.rank() == 0) {
      throw new ShapeException(
          "vmap: input "
              + input
              + " is a scalar, which has no dimension to map over; give it an empty dimension");
    }
    return x.shape().dim(dims.get(input).orElseThrow());
  }

  private List<Tensor> example(long index) {
    var example = new ArrayList<Tensor>();
    for (int i = 0; i < inputs.size(); i++) {
      Tensor x = inputs.get(i);
      example.add(dims.get(i).isPresent() ? x.select(dim(i), index) : x);
    }
    return example;
  }

  private static <O> O stacked(List<O> results, int outDim) {
    List<Tensor> first = Nested.tensors(results.getFirst());
    var columns = new ArrayList<List<Tensor>>();
    first.forEach(_ -> columns.add(new ArrayList<>()));
    for (int example = 0; example < results.size(); example++) {
      List<Tensor> tensors = Nested.tensors(results.get(example));
      if (!specs(tensors).equals(specs(first))) {
        throw new ShapeException(
            "vmap: the function returned "
                + specs(tensors)
                + " for example "
                + example
                + " and "
                + specs(first)
                + " for example 0; results must be alike to be stacked");
      }
      for (int i = 0; i < tensors.size(); i++) {
        columns.get(i).add(tensors.get(i));
      }
    }
    Iterator<List<Tensor>> next = columns.iterator();
    return Nested.mapTensors(results.getFirst(), _ -> Tensor.stack(next.next(), outDim));
  }

  private static List<String> specs(List<Tensor> tensors) {
    return tensors.stream().map(tensor -> tensor.spec().toString()).toList();
  }
}
