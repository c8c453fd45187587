package dev.weft.engine.golden;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.weft.engine.Context;
import dev.weft.engine.DType;
import dev.weft.engine.DTypeException;
import dev.weft.engine.Dispatch;
import dev.weft.engine.IndexException;
import dev.weft.engine.Shape;
import dev.weft.engine.ShapeException;
import dev.weft.engine.Tensor;
import dev.weft.engine.TensorScope;
import dev.weft.engine.op.CrossEntropy;
import dev.weft.engine.op.LayerNormOp;
import dev.weft.engine.op.LinearOp;
import dev.weft.engine.op.Reduction;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.opentest4j.TestAbortedException;

/** The engine's methods against what PyTorch computes for the same inputs. */
class GoldenTest {

  /** How a function of PyTorch is called here. */
  private interface Call {
    List<Tensor> apply(Arguments arguments);
  }

  private static final Map<String, Call> CALLS = new TreeMap<>();

  private static void one(String op, java.util.function.Function<Arguments, Tensor> call) {
    CALLS.put(op, a -> List.of(call.apply(a)));
  }

  private static void unary(String op, UnaryOperator<Tensor> call) {
    one(op, a -> call.apply(a.tensor("input")));
  }

  /** A function of two tensors, or of a tensor and a number. */
  private static void binary(
      String op,
      String second,
      BinaryOperator<Tensor> tensors,
      BiFunction<Tensor, Long, Tensor> withLong,
      BiFunction<Tensor, Double, Tensor> withDouble) {
    one(
        op,
        a -> {
          Tensor x = a.tensor("input");
          return switch (a.get(second)) {
            case Tensor y -> tensors.apply(x, a.scaled(y));
            case Long y -> withLong.apply(x, y);
            case Double y -> withDouble.apply(x, y);
            default -> throw new Unsupported(second);
          };
        });
  }

  private static void binary(String op, BinaryOperator<Tensor> tensors) {
    one(op, a -> tensors.apply(a.tensor("input"), a.tensor("other")));
  }

  private static void inPlace(String op, java.util.function.Consumer<Arguments> call) {
    one(
        op,
        a -> {
          call.accept(a);
          return a.tensor("input");
        });
  }

  static {
    unary("torch.abs", Tensor::abs);
    unary("torch.acos", Tensor::acos);
    unary("torch.asin", Tensor::asin);
    unary("torch.atan", Tensor::atan);
    unary("torch.ceil", Tensor::ceil);
    unary("torch.clone", Tensor::copy);
    unary("torch.cos", Tensor::cos);
    unary("torch.cosh", Tensor::cosh);
    unary("torch.erf", Tensor::erf);
    unary("torch.exp", Tensor::exp);
    unary("torch.exp2", Tensor::exp2);
    unary("torch.expm1", Tensor::expm1);
    unary("torch.floor", Tensor::floor);
    unary("torch.isfinite", Tensor::isfinite);
    unary("torch.isinf", Tensor::isinf);
    unary("torch.isnan", Tensor::isnan);
    unary("torch.log", Tensor::log);
    unary("torch.log10", Tensor::log10);
    unary("torch.log1p", Tensor::log1p);
    unary("torch.log2", Tensor::log2);
    unary("torch.logical_not", Tensor::logicalNot);
    unary("torch.neg", Tensor::neg);
    unary("torch.reciprocal", Tensor::reciprocal);
    unary("torch.round", Tensor::round);
    unary("torch.rsqrt", Tensor::rsqrt);
    unary("torch.sigmoid", Tensor::sigmoid);
    unary("torch.sign", Tensor::sign);
    unary("torch.sin", Tensor::sin);
    unary("torch.sinh", Tensor::sinh);
    unary("torch.sqrt", Tensor::sqrt);
    unary("torch.square", Tensor::square);
    unary("torch.t", Tensor::t);
    unary("torch.tan", Tensor::tan);
    unary("torch.tanh", Tensor::tanh);
    unary("torch.trunc", Tensor::trunc);
    unary("torch.ravel", Tensor::flatten);
    unary("torch.Tensor.contiguous", Tensor::contiguous);
    unary("torch.nn.functional.relu", Tensor::relu);
    unary("torch.nn.functional.silu", Tensor::silu);
    one(
        "torch.nn.functional.gelu",
        a ->
            a.has("approximate") && a.get("approximate").equals("tanh")
                ? a.tensor("input").geluTanh()
                : a.tensor("input").gelu());

    binary("torch.add", "other", Tensor::add, Tensor::add, Tensor::add);
    binary("torch.sub", "other", Tensor::sub, Tensor::sub, Tensor::sub);
    binary("torch.mul", "other", Tensor::mul, Tensor::mul, Tensor::mul);
    binary("torch.div", "other", Tensor::div, Tensor::div, Tensor::div);
    binary("torch.true_divide", "other", Tensor::div, Tensor::div, Tensor::div);
    binary("torch.eq", "other", Tensor::eq, Tensor::eq, Tensor::eq);
    binary("torch.ne", "other", Tensor::ne, Tensor::ne, Tensor::ne);
    binary("torch.lt", "other", Tensor::lt, Tensor::lt, Tensor::lt);
    binary("torch.le", "other", Tensor::le, Tensor::le, Tensor::le);
    binary("torch.gt", "other", Tensor::gt, Tensor::gt, Tensor::gt);
    binary("torch.ge", "other", Tensor::ge, Tensor::ge, Tensor::ge);
    binary("torch.fmod", "other", Tensor::fmod, Tensor::fmod, Tensor::fmod);
    binary("torch.remainder", "other", Tensor::remainder, Tensor::remainder, Tensor::remainder);
    binary(
        "torch.floor_divide",
        "other",
        Tensor::floorDivide,
        Tensor::floorDivide,
        Tensor::floorDivide);
    one(
        "torch.pow",
        a ->
            switch (a.get("input")) {
              case Tensor x ->
                  switch (a.get("exponent")) {
                    case Tensor y -> x.pow(y);
                    case Long y -> x.pow(y);
                    case Double y -> x.pow(y);
                    default -> throw new Unsupported("exponent");
                  };
              case Number x -> a.tensor("exponent").rpow(x.doubleValue());
              default -> throw new Unsupported("input");
            });
    binary("torch.atan2", Tensor::atan2);
    binary("torch.maximum", Tensor::maximum);
    binary("torch.minimum", Tensor::minimum);
    binary("torch.bitwise_and", Tensor::bitwiseAnd);
    binary("torch.bitwise_or", Tensor::bitwiseOr);
    binary("torch.bitwise_xor", Tensor::bitwiseXor);
    binary("torch.logical_and", Tensor::logicalAnd);
    binary("torch.logical_or", Tensor::logicalOr);
    binary("torch.logical_xor", Tensor::logicalXor);
    binary("torch.matmul", Tensor::matmul);
    one("torch.mm", a -> a.tensor("input").mm(a.tensor("mat2")));
    one("torch.bmm", a -> a.tensor("input").matmul(a.tensor("mat2")));
    one("torch.mv", a -> a.tensor("input").matmul(a.tensor("vec")));
    one("torch.dot", a -> a.tensor("input").matmul(a.tensor("tensor")));
    one(
        "torch.clamp",
        a ->
            a.tensor("input")
                .clamp(
                    a.number("min", Double.NEGATIVE_INFINITY),
                    a.number("max", Double.POSITIVE_INFINITY)));
    one("torch.where", a -> a.tensor("condition").where(a.tensor("input"), a.tensor("other")));

    one("torch.sum", a -> a.converted().reduce(Tensor::sum, Tensor::sum));
    one("torch.mean", a -> a.converted().reduce(Tensor::mean, Tensor::mean));
    one("torch.amax", a -> a.reduce(Tensor::max, Tensor::amax));
    one("torch.amin", a -> a.reduce(Tensor::min, Tensor::amin));
    one("torch.any", a -> a.reduce(Tensor::any, (x, d, k) -> x.any(d[0], k)));
    one("torch.all", a -> a.reduce(Tensor::all, (x, d, k) -> x.all(d[0], k)));
    one("torch.argmax", a -> a.reduce(Tensor::argmax, (x, d, k) -> x.argmax(d[0], k)));
    one("torch.argmin", a -> a.reduce(Tensor::argmin, (x, d, k) -> x.argmin(d[0], k)));
    CALLS.put("torch.max", a -> extremes(a, true));
    CALLS.put("torch.min", a -> extremes(a, false));
    one(
        "torch.nn.functional.softmax",
        a -> a.as(a.tensor("input")).softmax(Math.toIntExact(a.whole("dim"))));
    one(
        "torch.nn.functional.log_softmax",
        a -> a.as(a.tensor("input")).logSoftmax(Math.toIntExact(a.whole("dim"))));

    one("torch.reshape", a -> a.tensor("input").reshape(a.wholes("shape")));
    one("torch.Tensor.view", a -> a.tensor("input").view(a.wholes("size")));
    one("torch.Tensor.expand", a -> a.tensor("input").expand(a.wholes("size")));
    one("torch.broadcast_to", a -> a.tensor("input").expand(a.wholes("size")));
    one("torch.permute", a -> a.tensor("input").permute(ints(a.wholes("dims"))));
    one("torch.transpose", a -> a.tensor("input").transpose(a.dim("dim0"), a.dim("dim1")));
    one("torch.swapaxes", a -> a.tensor("input").transpose(a.dim("axis0"), a.dim("axis1")));
    one("torch.unsqueeze", a -> a.tensor("input").unsqueeze(a.dim("dim")));
    one(
        "torch.squeeze",
        a -> a.has("dim") ? a.tensor("input").squeeze(a.dim("dim")) : a.tensor("input").squeeze());
    one(
        "torch.flatten",
        a ->
            a.tensor("input")
                .flatten(
                    a.has("start_dim") ? a.dim("start_dim") : 0,
                    a.has("end_dim") ? a.dim("end_dim") : -1));
    one(
        "torch.narrow",
        a -> a.tensor("input").narrow(a.dim("dim"), a.whole("start"), a.whole("length")));
    one("torch.select", a -> a.tensor("input").select(a.dim("dim"), a.whole("index")));
    one(
        "torch.as_strided",
        a ->
            a.tensor("input")
                .asStrided(
                    a.wholes("size"),
                    a.wholes("stride"),
                    a.has("storage_offset") ? a.whole("storage_offset") : 0));
    CALLS.put(
        "torch.chunk",
        a -> a.tensor("input").chunk(a.dim("chunks"), a.has("dim") ? a.dim("dim") : 0));
    CALLS.put("torch.unbind", a -> a.tensor("input").unbind(a.has("dim") ? a.dim("dim") : 0));
    CALLS.put(
        "torch.split",
        a -> {
          if (a.get("split_size_or_sections") instanceof Long size) {
            return a.tensor("tensor").split(size, a.has("dim") ? a.dim("dim") : 0);
          }
          throw new Unsupported("sections");
        });
    one("torch.cat", a -> Tensor.cat(a.tensors("tensors"), a.has("dim") ? a.dim("dim") : 0));
    one("torch.stack", a -> Tensor.stack(a.tensors("tensors"), a.has("dim") ? a.dim("dim") : 0));

    one("torch.gather", a -> a.tensor("input").gather(a.dim("dim"), a.tensor("index")));
    one("torch.index_select", a -> a.tensor("input").indexSelect(a.dim("dim"), a.tensor("index")));
    one(
        "torch.index_add",
        a -> {
          return a.tensor("input")
              .indexAdd(a.dim("dim"), a.tensor("index"), a.scaled(a.tensor("source")));
        });
    one(
        "torch.scatter",
        a ->
            a.get("src") instanceof Tensor source
                ? a.tensor("input").scatter(a.dim("dim"), a.tensor("index"), source)
                : a.tensor("input").scatter(a.dim("dim"), a.tensor("index"), a.number("src", 0)));
    one(
        "torch.scatter_add",
        a -> a.tensor("input").scatterAdd(a.dim("dim"), a.tensor("index"), a.tensor("src")));
    one("torch.take", a -> a.tensor("input").take(a.tensor("index")));
    one("torch.nn.functional.embedding", GoldenTest::embedding);
    one(
        "torch.nn.functional.linear",
        a ->
            a.has("bias")
                ? Dispatch.run(
                    new LinearOp(true), a.tensor("input"), a.tensor("weight"), a.tensor("bias"))
                : Dispatch.run(new LinearOp(false), a.tensor("input"), a.tensor("weight")));
    one("torch.nn.functional.layer_norm", GoldenTest::layerNorm);
    one("torch.nn.functional.cross_entropy", GoldenTest::crossEntropy);
    one("torch.Tensor.to", a -> a.tensor("input").to(a.dtype("dtype")));
    one(
        "torch.linspace",
        a -> {
          DType dtype = a.has("dtype") ? a.dtype("dtype") : DType.FLOAT32;
          try (var _ = Context.current().withDefaultDtype(dtype)) {
            return Tensor.linspace(a.number("start", 0), a.number("end", 0), a.dim("steps"));
          }
        });
    one(
        "torch.arange",
        a -> {
          if (a.has("dtype")
              || !(a.get("end") instanceof Long)
              || a.has("step") && !(a.get("step") instanceof Long)) {
            throw new Unsupported("floating arange");
          }
          return Tensor.arange(
              a.has("start") ? a.whole("start") : 0,
              a.whole("end"),
              a.has("step") ? a.whole("step") : 1);
        });

    inPlace("torch.Tensor.add_", a -> addInPlace(a));
    inPlace(
        "torch.Tensor.sub_",
        a -> a.tensor("input").subInPlace(Tensor.scalar(a.number("other", 0))));
    inPlace("torch.Tensor.mul_", a -> a.tensor("input").mulInPlace(a.tensor("other")));
    inPlace("torch.Tensor.div_", a -> a.tensor("input").divInPlace(a.tensor("other")));
    inPlace("torch.Tensor.copy_", a -> a.tensor("input").copyFrom(a.tensor("src")));
    inPlace("torch.Tensor.fill_", a -> a.tensor("input").fillInPlace(a.number("value", 0)));
    inPlace("torch.Tensor.zero_", a -> a.tensor("input").zeroInPlace());
  }

  private static void addInPlace(Arguments a) {
    if (a.get("other") instanceof Tensor other) {
      a.tensor("input").addInPlace(other);
    } else {
      a.tensor("input").addInPlace(a.number("other", 0));
    }
  }

  private static List<Tensor> extremes(Arguments a, boolean largest) {
    Tensor x = a.tensor("input");
    if (!a.has("dim")) {
      return List.of(largest ? x.max() : x.min());
    }
    var found =
        largest ? x.max(a.dim("dim"), a.truth("keepdim")) : x.min(a.dim("dim"), a.truth("keepdim"));
    return List.of(found.values(), found.indices());
  }

  private static Tensor embedding(Arguments a) {
    a.only("input", "weight");
    Tensor index = a.tensor("input");
    Tensor weight = a.tensor("weight");
    return weight
        .indexSelect(0, index.reshape(-1))
        .reshape(index.shape().concat(Shape.of(weight.size(1))));
  }

  private static Tensor layerNorm(Arguments a) {
    var inputs = new ArrayList<Tensor>(List.of(a.tensor("input")));
    for (String name : List.of("weight", "bias")) {
      if (a.has(name)) {
        inputs.add(a.tensor(name));
      }
    }
    var op =
        new LayerNormOp(
            a.wholes("normalized_shape").length,
            a.number("eps", 1e-5),
            a.has("weight"),
            a.has("bias"));
    return Dispatch.run(op, inputs.toArray(Tensor[]::new));
  }

  private static Tensor crossEntropy(Arguments a) {
    a.only("input", "target", "ignore_index", "reduction", "label_smoothing");
    if (a.tensor("input").rank() != 2 || a.tensor("target").dtype() != DType.INT64) {
      throw new Unsupported("other shapes than (N, C)");
    }
    String reduction = a.has("reduction") ? (String) a.get("reduction") : "mean";
    var op =
        new CrossEntropy(
            Reduction.valueOf(reduction.toUpperCase(Locale.ROOT)),
            a.has("ignore_index") ? a.whole("ignore_index") : CrossEntropy.IGNORE,
            a.number("label_smoothing", 0));
    return Dispatch.run(op, a.tensor("input"), a.tensor("target"));
  }

  private static int[] ints(long[] values) {
    return java.util.Arrays.stream(values).mapToInt(Math::toIntExact).toArray();
  }

  /** This way to call a function has no counterpart in the engine. */
  private static final class Unsupported extends RuntimeException {
    private static final long serialVersionUID = 1;

    Unsupported(String what) {
      super(what);
    }
  }

  private interface Reducer {
    Tensor apply(Tensor x, int[] dims, boolean keepdim);
  }

  /** The arguments of one call: tensors, numbers, lists, truth values, dtypes and text. */
  private record Arguments(Map<String, Object> values) {

    boolean has(String name) {
      return values.containsKey(name) && values.get(name) != Json.NULL;
    }

    Object get(String name) {
      if (!has(name)) {
        throw new Unsupported("without " + name);
      }
      return values.get(name);
    }

    /** These arguments and no others. */
    void only(String... names) {
      for (String name : values.keySet()) {
        if (!List.of(names).contains(name)) {
          throw new Unsupported(name);
        }
      }
    }

    Tensor tensor(String name) {
      if (get(name) instanceof Tensor tensor) {
        return tensor;
      }
      throw new Unsupported(name + " is no tensor");
    }

    @SuppressWarnings("unchecked")
    List<Tensor> tensors(String name) {
      return (List<Tensor>) get(name);
    }

    double number(String name, double otherwise) {
      if (!has(name)) {
        return otherwise;
      }
      return switch (get(name)) {
        case Number n -> n.doubleValue();
        case String text -> Double.parseDouble(text);
        default -> throw new Unsupported(name + " is no number");
      };
    }

    long whole(String name) {
      return (Long) get(name);
    }

    int dim(String name) {
      return Math.toIntExact(whole(name));
    }

    /** {@code y} times the argument {@code alpha}, where there is one. */
    Tensor scaled(Tensor y) {
      if (!has("alpha")) {
        return y;
      }
      return get("alpha") instanceof Long whole ? y.mul(whole) : y.mul(number("alpha", 1));
    }

    boolean truth(String name) {
      return has(name) && (Boolean) get(name);
    }

    DType dtype(String name) {
      return DType.of((String) get(name));
    }

    long[] wholes(String name) {
      return get(name) instanceof List<?> list
          ? list.stream().mapToLong(n -> (Long) n).toArray()
          : new long[] {whole(name)};
    }

    /** Converted where a {@code dtype} is given. */
    Tensor as(Tensor x) {
      return has("dtype") ? x.to(dtype("dtype")) : x;
    }

    /** With the input converted first, where a {@code dtype} is given. */
    Arguments converted() {
      var changed = new HashMap<>(values);
      changed.put("input", as(tensor("input")));
      return new Arguments(changed);
    }

    Tensor reduce(UnaryOperator<Tensor> all, Reducer along) {
      return has("dim")
          ? along.apply(tensor("input"), ints(wholes("dim")), truth("keepdim"))
          : all.apply(tensor("input"));
    }
  }

  // ------------------------------------------------------------------------------------------

  /** Where we decided otherwise. */
  private static final Set<String> DIFFERENT =
      Set.of(
          // PyTorch converts float64 to half types by way of float32, and so rounds twice.
          "Tensor.to/float64_to_float16_twice_rounded",
          "Tensor.to/float64_to_bfloat16_twice_rounded",
          // There is no bmm here that insists on three dimensions, and no clamp without bounds.
          "error/bmm_rank",
          "error/clamp_no_bounds",
          // PyTorch gives uint8 for uint8, from a time when it had no bool; we always give bool.
          "any/dtypes",
          "all/dtypes");

  @TestFactory
  Stream<DynamicTest> valuesAreThoseOfPyTorch() {
    Golden golden = find();
    return supported(golden)
        .filter(c -> c.containsKey("outputs"))
        .map(c -> dynamicTest((String) c.get("id"), () -> compare(golden, c)));
  }

  @TestFactory
  Stream<DynamicTest> whatPyTorchRefusesIsRefused() {
    Golden golden = find();
    return supported(golden)
        .filter(c -> c.get("kind").equals("error"))
        .map(c -> dynamicTest((String) c.get("id"), () -> assertRefused(golden, c)));
  }

  @TestFactory
  Stream<DynamicTest> dtypesAreThoseOfPyTorch() {
    return supported(find())
        .filter(c -> c.get("kind").equals("promotion"))
        .map(c -> dynamicTest((String) c.get("id"), () -> compareDtypes(c)));
  }

  private static Golden find() {
    Optional<Golden> golden = Golden.find();
    assumeTrue(golden.isPresent(), "no golden files beside the project");
    return golden.get();
  }

  private static Stream<Map<String, Object>> supported(Golden golden) {
    return golden.cases().stream()
        .filter(c -> CALLS.containsKey((String) c.get("op")))
        .filter(c -> !DIFFERENT.contains((String) c.get("id")));
  }

  private static void compare(Golden golden, Map<String, Object> c) {
    var tolerances = (Map<?, ?>) c.get("tolerance");
    for (String run : List.of("float64", "float32", "as_is")) {
      if (!tolerances.containsKey(run)) {
        continue;
      }
      try (var _ = TensorScope.open()) {
        List<Tensor> results = call(c, arguments(golden, c, run));
        var outputs = (List<?>) c.get("outputs");
        for (int i = 0; i < outputs.size(); i++) {
          var output = (Map<?, ?>) outputs.get(i);
          if (output.get("name").equals("bits")) {
            continue; // the same values once more, as integers
          }
          Tensor expected = golden.tensor((String) c.get("file"), (String) output.get(run));
          String what = c.get("id") + ", " + run + ", " + output.get("name");
          assertThat(results).as(what).hasSizeGreaterThan(i);
          assertClose(results.get(i), expected, (List<?>) tolerances.get(run), what);
        }
      }
    }
  }

  private static List<Tensor> call(Map<String, Object> c, Arguments arguments) {
    try {
      return CALLS.get((String) c.get("op")).apply(arguments);
    } catch (Unsupported e) {
      assumeTrue(false, () -> "the engine has no " + c.get("op") + " with " + e.getMessage());
      throw e;
    }
  }

  private static Arguments arguments(Golden golden, Map<String, Object> c, String run) {
    var tensors = new HashMap<String, Tensor>();
    for (Object each : (List<?>) c.get("inputs")) {
      var input = (Map<?, ?>) each;
      Tensor x = golden.tensor((String) c.get("file"), (String) input.get("key"));
      if (input.get("dtype").equals("float")) {
        x = x.to(DType.of(run.equals("as_is") ? "float32" : run));
      }
      Object layout = input.get("layout");
      tensors.put((String) input.get("name"), layout == null ? x : Golden.lay(x, (String) layout));
    }
    var values = new HashMap<String, Object>();
    for (Object each : (List<?>) c.get("args")) {
      var argument = (Map<?, ?>) each;
      String name = (String) argument.get("name");
      if (argument.get("tensor") instanceof String key) {
        values.put(name, tensors.get(key));
      } else if (argument.get("tensors") instanceof List<?> keys) {
        values.put(name, keys.stream().map(tensors::get).toList());
      } else if (argument.containsKey("dtype")) {
        values.put(name, argument.get("dtype"));
      } else {
        values.put(name, argument.get("value"));
      }
    }
    return withoutExtras(values);
  }

  /** Arguments that the engine's methods do not have. */
  private static Arguments withoutExtras(Map<String, Object> values) {
    for (String extra : List.of("rounding_mode", "sparse_grad")) {
      assumeTrue(!values.containsKey(extra), () -> "the engine has no argument " + extra);
    }
    return new Arguments(values);
  }

  private static void assertClose(Tensor actual, Tensor expected, List<?> tolerance, String what) {
    assertThat(actual.spec()).as(what).isEqualTo(expected.spec());
    if (!expected.dtype().isFloating()) {
      assertThat(actual.toLongArray()).as(what).isEqualTo(expected.toLongArray());
      return;
    }
    double relative = ((Number) tolerance.get(0)).doubleValue();
    double absolute = ((Number) tolerance.get(1)).doubleValue();
    double[] a = actual.toDoubleArray();
    double[] e = expected.toDoubleArray();
    for (int i = 0; i < e.length; i++) {
      boolean equal = a[i] == e[i] || Double.isNaN(a[i]) && Double.isNaN(e[i]);
      if (!equal && !(Math.abs(a[i] - e[i]) <= absolute + relative * Math.abs(e[i]))) {
        throw new AssertionError(what + ": element " + i + " is " + a[i] + ", PyTorch has " + e[i]);
      }
    }
  }

  private static void assertRefused(Golden golden, Map<String, Object> c) {
    String reason = (String) ((Map<?, ?>) c.get("expect")).get("error");
    Arguments arguments = arguments(golden, c, "float32");
    Throwable refusal = catchThrowable(() -> call(c, arguments));
    assumeFalse(refusal instanceof TestAbortedException, "no counterpart");
    var thrown = assertThat(refusal).as((String) c.get("id")).isNotNull();
    switch (reason) {
      case "shape", "dim_range" ->
          thrown.isInstanceOfAny(ShapeException.class, IndexException.class);
      case "index_range" -> thrown.isInstanceOfAny(IndexException.class, ShapeException.class);
      case "dtype" -> thrown.isInstanceOf(DTypeException.class);
      default ->
          thrown.isInstanceOfAny(
              IllegalArgumentException.class,
              IllegalStateException.class,
              IndexException.class,
              ArithmeticException.class);
    }
  }

  private static void compareDtypes(Map<String, Object> c) {
    var table = (Map<?, ?>) ((Map<?, ?>) c.get("expect")).get("table");
    var wrong = new ArrayList<String>();
    for (Map.Entry<?, ?> row : table.entrySet()) {
      DType dtype = DType.of((String) row.getKey());
      var values = new HashMap<String, Object>();
      for (Object each : (List<?>) c.get("args")) {
        var argument = (Map<?, ?>) each;
        if (argument.get("shape") instanceof List<?> sizes) {
          long[] shape = sizes.stream().mapToLong(n -> (Long) n).toArray();
          values.put((String) argument.get("name"), Tensor.ones(shape).to(dtype));
        } else {
          values.put((String) argument.get("name"), argument.get("value"));
        }
      }
      String result;
      try {
        result = call(c, withoutExtras(values)).getFirst().dtype().toString();
      } catch (DTypeException e) {
        result = "error";
      }
      if (!result.equals(row.getValue())) {
        wrong.add(dtype + " gives " + result + ", in PyTorch " + row.getValue());
      }
    }
    assertThat(wrong).as((String) c.get("id")).isEmpty();
  }
}
