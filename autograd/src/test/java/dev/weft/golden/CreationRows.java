package dev.weft.golden;

import dev.weft.engine.Context;
import dev.weft.engine.DType;
import dev.weft.engine.Shape;
import dev.weft.engine.Tensor;
import java.util.stream.Stream;

/** Tensors from numbers. */
final class CreationRows {

  /** A window of a length, periodic or not. */
  private interface Window {
    Tensor apply(int length, boolean periodic);
  }

  private CreationRows() {}

  static void addTo(Rows rows) {
    rows.one("torch.arange", CreationRows::arange);
    rows.one(
        "torch.linspace",
        a -> Tensor.linspace(a.number("start"), a.number("end"), a.dim("steps"), dtype(a)));
    rows.one(
        "torch.logspace",
        a ->
            Tensor.logspace(
                a.number("start"),
                a.number("end"),
                a.dim("steps"),
                a.number("base", 10),
                dtype(a)));
    rows.one("torch.eye", a -> Tensor.eye(a.whole("n"), a.whole("m", a.whole("n")), dtype(a)));
    rows.one(
        "torch.tril_indices",
        a -> Tensor.trilIndices(a.whole("row"), a.whole("col"), a.whole("offset", 0)));
    rows.one(
        "torch.triu_indices",
        a -> Tensor.triuIndices(a.whole("row"), a.whole("col"), a.whole("offset", 0)));
    addConstants(rows);
    window(rows, "bartlett_window", Tensor::bartlettWindow);
    window(rows, "blackman_window", Tensor::blackmanWindow);
    window(rows, "hamming_window", Tensor::hammingWindow);
    window(rows, "hann_window", Tensor::hannWindow);
  }

  private static void addConstants(Rows rows) {
    rows.one("torch.zeros", a -> Tensor.zeros(a.shape("size"), dtype(a)));
    rows.one("torch.ones", a -> Tensor.ones(a.shape("size"), dtype(a)));
    rows.one("torch.full", a -> full(a.shape("size"), a, "fill_value"));
    rows.one("torch.scalar_tensor", a -> Tensor.full(Shape.SCALAR, a.number("s"), dtype(a)));
    rows.one(
        "torch.zeros_like",
        a ->
            a.has("dtype")
                ? Tensor.zerosLike(a.input(), a.dtype("dtype"))
                : Tensor.zerosLike(a.input()));
    rows.one(
        "torch.ones_like",
        a ->
            a.has("dtype")
                ? Tensor.onesLike(a.input(), a.dtype("dtype"))
                : Tensor.onesLike(a.input()));
    rows.one(
        "torch.full_like",
        a ->
            a.has("dtype")
                ? Tensor.fullLike(a.input(), value(a, "fill_value"), a.dtype("dtype"))
                : Tensor.fullLike(a.input(), value(a, "fill_value")));
  }

  private static void window(Rows rows, String name, Window window) {
    rows.one("torch." + name, a -> window.apply(a.dim("window_length"), a.flag("periodic", true)));
  }

  private static DType dtype(Arguments a) {
    return a.has("dtype") ? a.dtype("dtype") : Context.current().defaultDtype();
  }

  /** Python's truth values are numbers. */
  private static Number value(Arguments a, String name) {
    return a.get(name) instanceof Boolean truth ? (truth ? 1L : 0L) : (Number) a.get(name);
  }

  /** PyTorch takes the dtype from the kind of the value, where none is given. */
  private static Tensor full(Shape shape, Arguments a, String name) {
    DType dtype =
        switch (a.get(name)) {
          case Boolean _ -> DType.BOOL;
          case Long _ -> DType.INT64;
          case Object _ -> Context.current().defaultDtype();
        };
    return Tensor.full(shape, value(a, name), a.has("dtype") ? a.dtype("dtype") : dtype);
  }

  /** One number is the end; whole numbers alone give int64. */
  private static Tensor arange(Arguments a) {
    Number first = value(a, "start");
    Number start = a.has("end") ? first : (Number) 0L;
    Number end = a.has("end") ? value(a, "end") : first;
    Number step = a.has("step") ? value(a, "step") : (Number) 1L;
    boolean whole = Stream.of(start, end, step).allMatch(n -> n instanceof Long);
    DType dtype = whole ? DType.INT64 : Context.current().defaultDtype();
    return Tensor.arange(start, end, step, a.has("dtype") ? a.dtype("dtype") : dtype);
  }
}
