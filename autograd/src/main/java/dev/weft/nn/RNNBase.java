package dev.weft.nn;

import dev.weft.engine.Shape;
import dev.weft.engine.ShapeException;
import dev.weft.engine.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;

/**
 * What recurrent layers share: their weights, and how they go through sequences.
 *
 * <p>Shape: input (T, N, in), with {@code batchFirst} (N, T, in), or (T, in) for a single sequence
 * → output of the same form with (directions · out). States are (layers · directions, N, H), or
 * without N. Weights have PyTorch's names, such as {@code weight_ih_l0_reverse}; all start uniform
 * in ±1/√H.
 *
 * @param <S> the state: a tensor, or {@link LSTM.State}
 */
public abstract sealed class RNNBase<S> extends Module<RNNBase.Input<S>, RNNBase.Output<S>>
    permits GRU, LSTM, RNN {

  private final String name;
  private final long inputSize;
  private final long hiddenSize;
  private final long outputSize;
  private final RNNOptions options;
  private final Map<String, Parameter> parameters = new LinkedHashMap<>();

  /**
   * What goes in.
   *
   * @param input the sequences; the elements of packed ones
   * @param state to start from; zeros when empty
   * @param batchSizes of packed sequences; else empty
   */
  public record Input<S>(Tensor input, Optional<S> state, List<Long> batchSizes) {

    public Input {
      batchSizes = List.copyOf(batchSizes);
    }
  }

  /**
   * What comes out.
   *
   * @param output the last layer's output at each step
   * @param state of each layer behind the last step of each sequence
   */
  public record Output<S>(Tensor output, S state) {}

  /** {@link Output} for packed sequences. */
  public record PackedOutput<S>(PackedSequence output, S state) {}

  /** The weights of one layer in one direction. */
  record Weights(
      Tensor inputs,
      Tensor hidden,
      Optional<Tensor> inputBias,
      Optional<Tensor> hiddenBias,
      Optional<Tensor> projection) {}

  /**
   * @param gates how many values an element of the state needs
   * @param projSize the size of the output, if it is projected; else 0
   */
  RNNBase(long inputSize, long hiddenSize, int gates, long projSize, RNNOptions options) {
    this.name = typeName();
    this.inputSize = Args.nonNegative(name, "inputSize", inputSize);
    this.hiddenSize = hiddenSize;
    this.options = options;
    if (hiddenSize < 1) {
      throw new IllegalArgumentException(
          name + ": hiddenSize " + hiddenSize + ": must be at least 1");
    }
    if (projSize < 0 || projSize >= hiddenSize) {
      throw new IllegalArgumentException(
          name + ": projSize " + projSize + ": must be from 0 to below hiddenSize " + hiddenSize);
    }
    this.outputSize = projSize == 0 ? hiddenSize : projSize;
    for (int layer = 0; layer < options.numLayers(); layer++) {
      for (int direction = 0; direction < directions(); direction++) {
        String suffix = suffix(layer, direction);
        long in = layer == 0 ? inputSize : outputSize * directions();
        add("weight_ih" + suffix, gates * hiddenSize, in);
        add("weight_hh" + suffix, gates * hiddenSize, outputSize);
        if (options.bias()) {
          add("bias_ih" + suffix, gates * hiddenSize);
          add("bias_hh" + suffix, gates * hiddenSize);
        }
        if (projSize > 0) {
          add("weight_hr" + suffix, projSize, hiddenSize);
        }
      }
    }
  }

  private void add(String parameter, long... shape) {
    double bound = 1 / Math.sqrt(hiddenSize);
    parameters.put(parameter, Init.parameter(p -> Init.uniform(p, -bound, bound), shape));
  }

  private int directions() {
    return options.bidirectional() ? 2 : 1;
  }

  private static String suffix(int layer, int direction) {
    return "_l" + layer + (direction == 1 ? "_reverse" : "");
  }

  private Weights weights(int layer, int direction) {
    String suffix = suffix(layer, direction);
    return new Weights(
        parameter("weight_ih" + suffix).orElseThrow(),
        parameter("weight_hh" + suffix).orElseThrow(),
        parameter("bias_ih" + suffix),
        parameter("bias_hh" + suffix),
        parameter("weight_hr" + suffix));
  }

  private Optional<Tensor> parameter(String name) {
    return Optional.ofNullable(parameters.get(name));
  }

  @Override
  final void members(BiConsumer<String, Object> visitor) {
    parameters.forEach(visitor);
  }

  /** {@link #apply(Object)} from a state of zeros. */
  public final Output<S> apply(Tensor input) {
    return apply(new Input<>(input, Optional.empty(), List.of()));
  }

  /** {@link #apply(Object)} from a given state. */
  public final Output<S> apply(Tensor input, S state) {
    return apply(new Input<>(input, Optional.of(state), List.of()));
  }

  /** {@link #apply(Object)} of packed sequences, from a state of zeros. */
  public final PackedOutput<S> apply(PackedSequence input) {
    return packed(input, Optional.empty());
  }

  /** {@link #apply(Object)} of packed sequences; the state's samples are in their order. */
  public final PackedOutput<S> apply(PackedSequence input, S state) {
    return packed(input, Optional.of(state));
  }

  private PackedOutput<S> packed(PackedSequence input, Optional<S> state) {
    Optional<S> sorted = state.map(s -> state(reordered(tensors(s), input.sortedIndices())));
    Output<S> output = apply(new Input<>(input.data(), sorted, input.batchSizes()));
    return new PackedOutput<>(
        input.data(output.output),
        state(reordered(tensors(output.state), input.unsortedIndices())));
  }

  private static List<Tensor> reordered(List<Tensor> state, Optional<Tensor> order) {
    return order.isEmpty()
        ? state
        : state.stream().map(s -> s.indexSelect(1, order.get())).toList();
  }

  /** The tensors of a state; the first is what the layer above sees. */
  abstract List<Tensor> tensors(S state);

  /** The inverse of {@link #tensors}. */
  abstract S state(List<Tensor> tensors);

  /**
   * One step.
   *
   * @param fromInput the input's share of the gates
   */
  abstract List<Tensor> step(Tensor fromInput, List<Tensor> state, Weights weights);

  /** The sizes of an element of the state's tensors. */
  abstract long[] stateSizes(long hiddenSize, long outputSize);

  @Override
  protected final Output<S> forward(Input<S> in) {
    boolean packed = !in.batchSizes.isEmpty();
    int rank = in.input.rank();
    if (packed ? rank != 2 : rank != 2 && rank != 3) {
      throw new ShapeException(
          name + ": " + in.input.shape() + ": needs sequences in three dimensions, or one in two");
    }
    if (in.input.size(-1) != inputSize) {
      throw new ShapeException(
          name + ": " + in.input.shape() + ": elements must have " + inputSize + " numbers");
    }
    boolean single = !packed && rank == 2;
    boolean samplesFirst = !packed && !single && options.batchFirst();
    Tensor steps =
        single ? in.input.unsqueeze(1) : samplesFirst ? in.input.transpose(0, 1) : in.input;
    List<Long> sizes =
        packed ? in.batchSizes : Collections.nCopies(Math.toIntExact(steps.size(0)), steps.size(1));
    if (sizes.isEmpty()) {
      throw new ShapeException(name + ": " + in.input.shape() + ": the sequence is empty");
    }
    List<Tensor> state = start(in, sizes.getFirst(), single);
    Tensor flat = packed ? steps : steps.reshape(steps.size(0) * steps.size(1), inputSize);
    Result result = run(flat, state, sizes);
    Tensor output = result.output;
    if (!packed) {
      output = output.reshape(steps.size(0), steps.size(1), outputSize * directions());
      output = single ? output.squeeze(1) : samplesFirst ? output.transpose(0, 1) : output;
    }
    List<Tensor> last =
        single ? result.state.stream().map(s -> s.squeeze(1)).toList() : result.state;
    return new Output<>(output, state(last));
  }

  /** The state given, or zeros: (layers · directions, N, size) each. */
  private List<Tensor> start(Input<S> in, long samples, boolean single) {
    long layers = (long) options.numLayers() * directions();
    long[] widths = stateSizes(hiddenSize, outputSize);
    if (in.state.isEmpty()) {
      return Arrays.stream(widths)
          .mapToObj(
              width ->
                  Tensor.zeros(
                      Shape.of(layers, samples, width), in.input.dtype(), in.input.device()))
          .toList();
    }
    List<Tensor> given = tensors(in.state.get());
    var state = new ArrayList<Tensor>();
    for (int i = 0; i < widths.length; i++) {
      Shape wanted = single ? Shape.of(layers, widths[i]) : Shape.of(layers, samples, widths[i]);
      if (!given.get(i).shape().equals(wanted)) {
        throw new ShapeException(name + ": state " + given.get(i).shape() + ": needs " + wanted);
      }
      state.add(single ? given.get(i).unsqueeze(1) : given.get(i));
    }
    return state;
  }

  /** The output of every step, row by row, and the state behind the last one. */
  private record Result(Tensor output, List<Tensor> state) {}

  private Result run(Tensor flat, List<Tensor> start, List<Long> sizes) {
    Tensor x = flat;
    var finals = new ArrayList<List<Tensor>>();
    for (int layer = 0; layer < options.numLayers(); layer++) {
      if (layer > 0) {
        x = Functional.dropout(x, options.dropout(), isTraining());
      }
      var outputs = new ArrayList<Tensor>();
      for (int direction = 0; direction < directions(); direction++) {
        int index = layer * directions() + direction;
        List<Tensor> state = start.stream().map(s -> s.select(0, index)).toList();
        Weights weights = weights(layer, direction);
        Result result =
            direction == 0 ? onward(x, state, sizes, weights) : backward(x, state, sizes, weights);
        outputs.add(result.output);
        finals.add(result.state);
      }
      x = outputs.size() == 1 ? outputs.getFirst() : Tensor.cat(outputs, 1);
    }
    var state = new ArrayList<Tensor>();
    for (int i = 0; i < start.size(); i++) {
      int which = i;
      state.add(Tensor.stack(finals.stream().map(f -> f.get(which)).toList(), 0));
    }
    return new Result(x, state);
  }

  /** From the first step to the last; sequences end, the shortest first. */
  private Result onward(Tensor x, List<Tensor> start, List<Long> sizes, Weights weights) {
    Tensor gates = Functional.linear(x, weights.inputs, weights.inputBias);
    var outputs = new ArrayList<Tensor>();
    var ended = new ArrayList<List<Tensor>>(); // the shortest first
    List<Tensor> state = start;
    long from = 0;
    for (long size : sizes) {
      long before = state.getFirst().size(0);
      if (size < before) {
        ended.add(rows(state, size, before));
        state = rows(state, 0, size);
      }
      state = step(gates.narrow(0, from, size), state, weights);
      outputs.add(state.getFirst());
      from += size;
    }
    ended.add(state);
    return new Result(Tensor.cat(outputs, 0), joined(ended.reversed()));
  }

  /** From the last step to the first; sequences begin, the longest first. */
  private Result backward(Tensor x, List<Tensor> start, List<Long> sizes, Weights weights) {
    Tensor gates = Functional.linear(x, weights.inputs, weights.inputBias);
    var outputs = new ArrayList<Tensor>();
    List<Tensor> state = rows(start, 0, sizes.getLast());
    long end = x.size(0);
    for (long size : sizes.reversed()) {
      long before = state.getFirst().size(0);
      if (size > before) {
        state = joined(List.of(state, rows(start, before, size)));
      }
      state = step(gates.narrow(0, end - size, size), state, weights);
      outputs.add(state.getFirst());
      end -= size;
    }
    return new Result(Tensor.cat(outputs.reversed(), 0), state);
  }

  private static List<Tensor> rows(List<Tensor> state, long from, long to) {
    return state.stream()
        .map(s -> from == 0 && to == s.size(0) ? s : s.narrow(0, from, to - from))
        .toList();
  }

  private static List<Tensor> joined(List<List<Tensor>> states) {
    if (states.size() == 1) {
      return states.getFirst();
    }
    var joined = new ArrayList<Tensor>();
    for (int i = 0; i < states.getFirst().size(); i++) {
      int which = i;
      joined.add(Tensor.cat(states.stream().map(s -> s.get(which)).toList(), 0));
    }
    return joined;
  }

  /** The hidden state's share of the gates. */
  static Tensor fromHidden(Tensor hidden, Weights weights) {
    return Functional.linear(hidden, weights.hidden, weights.hiddenBias);
  }

  @Override
  protected String extraRepr() {
    var text = new StringBuilder().append(inputSize).append(", ").append(hiddenSize);
    if (outputSize != hiddenSize) {
      text.append(", proj_size=").append(outputSize);
    }
    if (options.numLayers() != 1) {
      text.append(", num_layers=").append(options.numLayers());
    }
    if (!options.bias()) {
      text.append(", bias=False");
    }
    if (options.batchFirst()) {
      text.append(", batch_first=True");
    }
    if (options.dropout() != 0) {
      text.append(", dropout=").append(Args.python(options.dropout()));
    }
    if (options.bidirectional()) {
      text.append(", bidirectional=True");
    }
    return text.toString();
  }
}
