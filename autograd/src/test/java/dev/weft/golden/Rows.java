package dev.weft.golden;

import dev.weft.engine.Tensor;
import dev.weft.nn.Module;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** How PyTorch's functions and layers are called here, by its names. Each family adds its own. */
final class Rows {

  static final Rows ALL = new Rows();

  static {
    ActivationRows.addTo(ALL);
    AttentionRows.addTo(ALL);
    BinaryRows.addTo(ALL);
    ClippingRows.addTo(ALL);
    CompareRows.addTo(ALL);
    ConvRows.addTo(ALL);
    CreationRows.addTo(ALL);
    EmbedRows.addTo(ALL);
    ImageLayerRows.addTo(ALL);
    IndexRows.addTo(ALL);
    InitRows.addTo(ALL);
    InPlaceRows.addTo(ALL);
    LayerRows.addTo(ALL);
    LinalgRows.addTo(ALL);
    LossRows.addTo(ALL);
    MatrixRows.addTo(ALL);
    NormRows.addTo(ALL);
    PoolRows.addTo(ALL);
    ReduceRows.addTo(ALL);
    RnnRows.addTo(ALL);
    ScanRows.addTo(ALL);
    ShapeRows.addTo(ALL);
    SortRows.addTo(ALL);
    SpecialRows.addTo(ALL);
    UnaryRows.addTo(ALL);
    VisionRows.addTo(ALL);
  }

  /** From arguments to outputs. */
  final Map<String, Function<Arguments, List<Tensor>>> functions = new TreeMap<>();

  /** From arguments to a layer of one input. */
  final Map<String, Function<Arguments, Module<Tensor, Tensor>>> modules = new TreeMap<>();

  /** From arguments to any other layer. */
  final Map<String, Function<Arguments, Layer>> layers = new TreeMap<>();

  private Rows() {}

  /** Whether there is a row for a layer. */
  boolean hasLayer(String op) {
    return modules.containsKey(op) || layers.containsKey(op);
  }

  /** The layer of a row. */
  Layer layer(String op, Arguments arguments) {
    return modules.containsKey(op)
        ? Layer.of(modules.get(op).apply(arguments))
        : layers.get(op).apply(arguments);
  }

  /** A row for a function of one output in {@code torch.nn.functional}. */
  void function(String name, Function<Arguments, Tensor> call) {
    one("torch.nn.functional." + name, call);
  }

  /** A function of several outputs, under its full name. */
  void many(String op, Function<Arguments, List<Tensor>> call) {
    if (functions.put(op, call) != null) {
      throw new IllegalStateException(op + " has two rows");
    }
  }

  /** A function of one output, under its full name. */
  void one(String op, Function<Arguments, Tensor> call) {
    many(op, a -> List.of(call.apply(a)));
  }

  /** A function of {@code input} alone. */
  void unary(String op, UnaryOperator<Tensor> call) {
    one(op, a -> call.apply(a.input()));
  }

  /** A function of {@code input} and {@code other}, both tensors. */
  void binary(String op, BinaryOperator<Tensor> call) {
    one(op, a -> call.apply(a.input(), a.other()));
  }

  /**
   * A function of {@code input} and {@code other}, which is a tensor (times {@code alpha}) or a
   * number.
   */
  void binary(
      String op,
      BinaryOperator<Tensor> tensors,
      BiFunction<Tensor, Long, Tensor> withLong,
      BiFunction<Tensor, Double, Tensor> withDouble) {
    one(
        op,
        a -> {
          return switch (a.get("other")) {
            case Tensor y -> tensors.apply(a.input(), a.scaled(y));
            case Long y when a.isWhole("alpha") ->
                withLong.apply(a.input(), y * a.whole("alpha", 1));
            case Object y ->
                withDouble.apply(a.input(), ((Number) y).doubleValue() * a.number("alpha", 1));
          };
        });
  }

  /**
   * A method that changes its receiver, {@code input}, which is the result. A leaf that requires a
   * gradient is copied first, because it cannot be changed.
   */
  void inPlace(String op, BiConsumer<Tensor, Arguments> call) {
    one(
        op,
        a -> {
          Tensor x = a.input().requiresGrad() ? a.input().copy() : a.input();
          call.accept(x, a);
          return x;
        });
  }
}
