package dev.weft.fabric.precision;

import dev.weft.engine.Context;
import dev.weft.engine.DType;
import dev.weft.engine.Scope;
import dev.weft.nn.Module;

/**
 * {@code 64-true}, {@code 16-true} and {@code bf16-true}: parameters, inputs and everything in
 * between have one dtype; outputs come back in the default dtype of the thread. Immutable.
 */
public final class TruePrecision implements Precision {

  private final String name;
  private final DType dtype;

  TruePrecision(String name, DType dtype) {
    this.name = name;
    this.dtype = dtype;
  }

  @Override
  public String name() {
    return name;
  }

  /** The dtype of the model. */
  public DType dtype() {
    return dtype;
  }

  @Override
  public void convertModule(Module<?, ?> module) {
    module.to(dtype);
  }

  @Override
  public Scope initContext() {
    return Context.current().withDefaultDtype(dtype);
  }

  @Override
  public Scope forwardContext() {
    return Context.current().withDefaultDtype(dtype);
  }

  @Override
  public <T> T convertInput(T input) {
    return Floats.to(dtype, input);
  }

  @Override
  public <T> T convertOutput(T output) {
    return Floats.to(Context.current().defaultDtype(), output);
  }

  @Override
  public boolean touchesForward() {
    return true;
  }

  @Override
  public String toString() {
    return name;
  }
}
