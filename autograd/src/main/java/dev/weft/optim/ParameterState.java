package dev.weft.optim;

import dev.weft.engine.DType;
import dev.weft.engine.Shape;
import dev.weft.engine.Tensor;
import dev.weft.engine.TensorScope;
import dev.weft.nn.Parameter;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What an optimizer remembers about one parameter between steps, in the parameter's dtype or in
 * float32 where that is narrower. No scope releases it.
 */
public final class ParameterState {

  private final Parameter parameter;
  private final Map<String, Tensor> tensors = new LinkedHashMap<>();
  private final Map<String, Double> numbers = new LinkedHashMap<>();
  private long step;

  ParameterState(Parameter parameter) {
    this.parameter = parameter;
  }

  /** How often the parameter was updated. */
  public long step() {
    return step;
  }

  /** Counts an update and returns its number, from 1 on. */
  public long nextStep() {
    return ++step;
  }

  void step(long step) {
    this.step = step;
  }

  /** Whether there is a tensor of this name yet. */
  public boolean has(String name) {
    return tensors.containsKey(name);
  }

  /** The dtype that is computed and remembered in, for parameters of {@code dtype}. */
  static DType wide(DType dtype) {
    return DType.promote(dtype, DType.FLOAT32);
  }

  /** The tensor of this name; at first, zeros of the parameter's shape and device. */
  public Tensor tensor(String name) {
    return tensor(name, 0);
  }

  /** The tensor of this name; at first, {@code initial} everywhere. */
  public Tensor tensor(String name, double initial) {
    return tensor(name, parameter.shape(), initial);
  }

  /** The tensor of this name; at first, zeros of {@code shape} on the parameter's device. */
  public Tensor tensor(String name, Shape shape) {
    return tensor(name, shape, 0);
  }

  private Tensor tensor(String name, Shape shape, double initial) {
    Tensor known = tensors.get(name);
    if (known != null) {
      return known;
    }
    try (var _ = TensorScope.open()) {
      Tensor made =
          Tensor.full(shape, initial, wide(parameter.dtype()), parameter.device()).alias();
      tensors.put(name, made);
      return made;
    }
  }

  /** The number of this name; at first, {@code initial}. */
  public double number(String name, double initial) {
    return numbers.getOrDefault(name, initial);
  }

  /** Remembers a number. */
  public void setNumber(String name, double value) {
    numbers.put(name, value);
  }

  /** Stores a copy of {@code values}, in the dtype and on the device of what is remembered. */
  void load(String name, Tensor values) {
    tensor(name, values.shape(), 0).copyFrom(values);
  }

  Map<String, Tensor> tensors() {
    return tensors;
  }

  Map<String, Double> numbers() {
    return numbers;
  }

  void release() {
    tensors.values().forEach(Tensor::release);
    tensors.clear();
    numbers.clear();
  }
}
