package dev.weft.golden;

import dev.weft.engine.Tensor;
import dev.weft.nn.Module;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/** How PyTorch's functions and layers are called here, by its names. Each family adds its own. */
final class Rows {

  static final Rows ALL = new Rows();

  static {
    LayerRows.addTo(ALL);
    LossRows.addTo(ALL);
    InitRows.addTo(ALL);
    ClippingRows.addTo(ALL);
  }

  /** From arguments to outputs. */
  final Map<String, Function<Arguments, List<Tensor>>> functions = new TreeMap<>();

  /** From arguments to a layer of one input. */
  final Map<String, Function<Arguments, Module<Tensor, Tensor>>> modules = new TreeMap<>();

  private Rows() {}

  /** A row for a function of one output in {@code torch.nn.functional}. */
  void function(String name, Function<Arguments, Tensor> call) {
    functions.put("torch.nn.functional." + name, a -> List.of(call.apply(a)));
  }
}
