package dev.weft.fabric.strategy;

import dev.weft.engine.Tensor;
import dev.weft.fabric.comm.Communicator;
import dev.weft.nn.Module;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Checks that all ranks have the same model before they mix its gradients. */
final class SameModel {

  private static final int MOST_BYTES = 64 << 20;

  private SameModel() {}

  /**
   * @throws IllegalStateException on a rank that differs from rank 0, naming the first difference
   */
  static void require(Communicator communicator, Module<?, ?> module) {
    List<String> own = lines(module);
    byte[] bytes = String.join("\n", own).getBytes(StandardCharsets.UTF_8);
    byte[] first = communicator.broadcastBytes(bytes, 0, MOST_BYTES);
    List<String> expected = List.of(new String(first, StandardCharsets.UTF_8).split("\n", -1));
    if (own.equals(expected)) {
      return;
    }
    int at = 0;
    while (at < own.size() && at < expected.size() && own.get(at).equals(expected.get(at))) {
      at++;
    }
    throw new IllegalStateException(
        "setup: ranks have different models: rank 0 has "
            + line(expected, at)
            + ", rank "
            + communicator.rank()
            + " has "
            + line(own, at));
  }

  private static String line(List<String> lines, int at) {
    return at < lines.size() ? lines.get(at) : "no further tensor";
  }

  private static List<String> lines(Module<?, ?> module) {
    List<String> lines = new ArrayList<>();
    module
        .namedParameters()
        .forEach(
            (name, tensor) ->
                lines.add(
                    "parameter "
                        + describe(name, tensor)
                        + (tensor.requiresGrad() ? "" : " (frozen)")));
    module.namedBuffers().forEach((name, tensor) -> lines.add("buffer " + describe(name, tensor)));
    return lines;
  }

  private static String describe(String name, Tensor tensor) {
    return "'" + name + "' " + tensor.dtype() + " " + tensor.shape();
  }
}
