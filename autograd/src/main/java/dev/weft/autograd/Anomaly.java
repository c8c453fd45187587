package dev.weft.autograd;

import dev.weft.engine.Scope;
import dev.weft.engine.Tensor;
import dev.weft.engine.spi.UserCode;
import java.util.Optional;

/** Whether ops on this thread note where they were called, and backward looks for NaN. */
final class Anomaly {

  private static final ThreadLocal<Boolean> ON = ThreadLocal.withInitial(() -> false);

  private Anomaly() {}

  static Scope on() {
    boolean before = ON.get();
    ON.set(true);
    return () -> ON.set(before);
  }

  static boolean isOn() {
    return ON.get();
  }

  /** Where an op was called: the user's line, and below it the whole stack. */
  static final class CallPlace extends RuntimeException {
    private static final long serialVersionUID = 1;

    CallPlace(Object op) {
      super(op + " was called at " + UserCode.line());
    }
  }

  /** The place of an op that is recorded now, if it is to be noted. */
  static Optional<CallPlace> place(Object op) {
    return isOn() ? Optional.of(new CallPlace(op)) : Optional.empty();
  }

  /** Throws when a gradient that an op gives holds NaN. */
  static void check(Node node, int input, Tensor gradient) {
    if (!isOn() || !gradient.dtype().isInexact() || gradient.detach().isnan().any().item() == 0) {
      return;
    }
    String message =
        "backward of "
            + node.name
            + " gave NaN as the gradient of input "
            + input
            + " ("
            + node.inputSpecs[input]
            + "); ";
    throw node.place.isPresent()
        ? new IllegalStateException(message + node.place.get().getMessage(), node.place.get())
        : new IllegalStateException(
            message + "to see where it was called, compute it inside Autograd.detectAnomaly() too");
  }
}
