package dev.weft.golden;

import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.weft.autograd.Autograd;
import dev.weft.engine.DType;
import dev.weft.engine.Shape;
import dev.weft.engine.Tensor;
import dev.weft.engine.io.Json;
import dev.weft.engine.op.Reduction;
import dev.weft.golden.Golden.Case;
import dev.weft.nn.AttentionMask;
import dev.weft.nn.Dropout;
import dev.weft.nn.Embedding;
import dev.weft.nn.Flatten;
import dev.weft.nn.Functional;
import dev.weft.nn.GELU;
import dev.weft.nn.Identity;
import dev.weft.nn.Init;
import dev.weft.nn.LayerNorm;
import dev.weft.nn.Linear;
import dev.weft.nn.LossOptions;
import dev.weft.nn.Module;
import dev.weft.nn.Parameter;
import dev.weft.nn.Softmax;
import dev.weft.optim.Clipping;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Functions and layers, with their first and second derivatives, against PyTorch. */
class FunctionGoldenTest {

  /** The arguments of a case by name. */
  private record Args(Map<String, Json> json, Map<String, Tensor> tensors) {

    static Args of(Case c, Map<String, Tensor> tensors) {
      var json = new LinkedHashMap<String, Json>();
      c.json().get("args").forEach(arg -> json.put(arg.get("name").text(), arg));
      return new Args(json, tensors);
    }

    boolean has(String name) {
      return json.containsKey(name)
          && !(json.get(name).has("value") && json.get(name).get("value").isNull());
    }

    private Json value(String name) {
      return json.get(name).get("value");
    }

    Tensor tensor(String name) {
      return tensors.get(json.get(name).get("tensor").text());
    }

    Optional<Tensor> optional(String name) {
      return has(name) ? Optional.of(tensor(name)) : Optional.empty();
    }

    List<Tensor> list(String name) {
      return json.get(name).get("tensors").items().stream()
          .map(item -> tensors.get(item.text()))
          .toList();
    }

    double number(String name, double otherwise) {
      return has(name) ? Golden.number(value(name)) : otherwise;
    }

    long whole(String name, long otherwise) {
      return has(name) ? value(name).longValue() : otherwise;
    }

    boolean flag(String name, boolean otherwise) {
      return has(name) ? value(name).booleanValue() : otherwise;
    }

    String text(String name, String otherwise) {
      return has(name) ? value(name).text() : otherwise;
    }

    Shape shape(String name) {
      Json value = value(name);
      return value instanceof Json.Num
          ? Shape.of(value.longValue())
          : Shape.of(value.items().stream().mapToLong(Json::longValue).toArray());
    }

    Tensor input() {
      return tensor("input");
    }

    Reduction reduction() {
      return Reduction.valueOf(text("reduction", "mean").toUpperCase(Locale.ROOT));
    }

    LossOptions lossOptions() {
      LossOptions options =
          LossOptions.DEFAULT
              .reduction(reduction())
              .ignoreIndex(whole("ignore_index", -100))
              .labelSmoothing(number("label_smoothing", 0));
      return has("weight") ? options.weight(tensor("weight")) : options;
    }
  }

  private static final Map<String, Function<Args, List<Tensor>>> FUNCTIONS = new TreeMap<>();
  private static final Map<String, Function<Args, Module<Tensor, Tensor>>> MODULES =
      new TreeMap<>();

  private static void function(String name, Function<Args, Tensor> call) {
    FUNCTIONS.put("torch.nn.functional." + name, args -> List.of(call.apply(args)));
  }

  private static void init(String name, BiConsumer<Tensor, Args> rule) {
    FUNCTIONS.put(
        "torch.nn.init." + name,
        a -> {
          Tensor tensor = a.tensor("tensor");
          rule.accept(tensor, a);
          return List.of(tensor);
        });
  }

  static {
    function("relu", a -> Functional.relu(a.input()));
    function("silu", a -> Functional.silu(a.input()));
    function("gelu", a -> Functional.gelu(a.input(), approximate(a)));
    function(
        "softmax",
        a -> {
          Tensor x = a.has("dtype") ? a.input().to(dtype(a)) : a.input();
          return Functional.softmax(x, (int) a.whole("dim", -1));
        });
    function("log_softmax", a -> Functional.logSoftmax(a.input(), (int) a.whole("dim", -1)));
    function(
        "layer_norm",
        a ->
            Functional.layerNorm(
                a.input(),
                a.shape("normalized_shape"),
                a.optional("weight"),
                a.optional("bias"),
                a.number("eps", 1e-5)));
    function(
        "normalize",
        a ->
            Functional.normalize(
                a.input(), a.number("p", 2), (int) a.whole("dim", 1), a.number("eps", 1e-12)));
    function(
        "cosine_similarity",
        a ->
            Functional.cosineSimilarity(
                a.tensor("x1"), a.tensor("x2"), (int) a.whole("dim", 1), a.number("eps", 1e-8)));
    function(
        "embedding",
        a ->
            a.has("padding_idx")
                ? Functional.embedding(a.input(), a.tensor("weight"), a.whole("padding_idx", 0))
                : Functional.embedding(a.input(), a.tensor("weight")));
    function("one_hot", a -> Functional.oneHot(a.tensor("tensor"), a.whole("num_classes", -1)));
    function(
        "dropout",
        a -> Functional.dropout(a.input(), a.number("p", 0.5), a.flag("training", true)));
    function(
        "cross_entropy",
        a -> Functional.crossEntropy(a.input(), a.tensor("target"), a.lossOptions()));
    function("nll_loss", a -> Functional.nllLoss(a.input(), a.tensor("target"), a.lossOptions()));
    function("mse_loss", a -> Functional.mseLoss(a.input(), a.tensor("target"), a.reduction()));
    function("l1_loss", a -> Functional.l1Loss(a.input(), a.tensor("target"), a.reduction()));
    function(
        "scaled_dot_product_attention",
        a ->
            Functional.scaledDotProductAttention(
                a.tensor("query"),
                a.tensor("key"),
                a.tensor("value"),
                a.has("attn_mask")
                    ? AttentionMask.of(a.tensor("attn_mask"))
                    : a.flag("is_causal", false) ? AttentionMask.CAUSAL : AttentionMask.NONE,
                a.number("dropout_p", 0),
                a.has("scale") ? OptionalDouble.of(a.number("scale", 1)) : OptionalDouble.empty()));
    init("constant_", (t, a) -> Init.constant(t, a.number("val", 0)));
    init("ones_", (t, _) -> Init.ones(t));
    init("zeros_", (t, _) -> Init.zeros(t));
    init("eye_", (t, _) -> Init.eye(t));
    FUNCTIONS.put(
        "torch.nn.init.calculate_gain",
        a -> {
          String name = a.text("nonlinearity", "").toUpperCase(Locale.ROOT);
          var rule = Init.Nonlinearity.valueOf(name.startsWith("CONV") ? "LINEAR" : name);
          return List.of(
              Tensor.of(a.has("param") ? rule.gain(a.number("param", 0)) : rule.gain())
                  .reshape(Shape.SCALAR));
        });
    FUNCTIONS.put(
        "torch.nn.utils.clip_grad_norm_",
        a -> {
          List<Tensor> holders = holders(a.list("gradients"));
          Tensor norm =
              Clipping.clipGradNorm(
                  holders, a.number("max_norm", 1), a.number("norm_type", 2), false);
          var results = new ArrayList<Tensor>(List.of(norm));
          holders.forEach(p -> results.add(p.grad().orElseThrow()));
          return results;
        });
    FUNCTIONS.put(
        "torch.nn.utils.clip_grad_value_",
        a -> {
          List<Tensor> holders = holders(a.list("gradients"));
          Clipping.clipGradValue(holders, a.number("clip_value", 1));
          return holders.stream().map(p -> p.grad().orElseThrow()).toList();
        });

    MODULES.put(
        "torch.nn.Linear",
        a ->
            new Linear(
                a.whole("in_features", 0), a.whole("out_features", 0), a.flag("bias", true)));
    MODULES.put(
        "torch.nn.Embedding",
        a -> new Embedding(a.whole("num_embeddings", 0), a.whole("embedding_dim", 0)));
    MODULES.put("torch.nn.LayerNorm", a -> new LayerNorm(a.shape("normalized_shape").sizes()));
    MODULES.put("torch.nn.Identity", _ -> new Identity());
    MODULES.put(
        "torch.nn.Flatten",
        a -> new Flatten((int) a.whole("start_dim", 1), (int) a.whole("end_dim", -1)));
    MODULES.put("torch.nn.Softmax", a -> new Softmax((int) a.whole("dim", -1)));
    MODULES.put("torch.nn.GELU", a -> new GELU(approximate(a)));
    MODULES.put("torch.nn.Dropout", a -> new Dropout(a.number("p", 0.5)));
  }

  private static GELU.Approximate approximate(Args a) {
    return GELU.Approximate.valueOf(a.text("approximate", "none").toUpperCase(Locale.ROOT));
  }

  private static DType dtype(Args a) {
    return DType.of(a.json().get("dtype").get("dtype").text());
  }

  /** Parameters that hold these gradients. */
  private static List<Tensor> holders(List<Tensor> gradients) {
    var holders = new ArrayList<Tensor>();
    for (Tensor gradient : gradients) {
      Parameter holder = Parameter.of(Tensor.zerosLike(gradient));
      holder.grad(Optional.of(gradient));
      holders.add(holder);
    }
    return holders;
  }

  @TestFactory
  Stream<DynamicTest> functions() {
    return Golden.cases("functional", "loss", "method")
        .map(c -> dynamicTest(c.id(), () -> runFunction(c)));
  }

  private static void runFunction(Case c) {
    var call = FUNCTIONS.get(c.op());
    for (String run : List.of("float64", "float32", "as_is")) {
      if (c.has(run)) {
        List<Tensor> got = call.apply(Args.of(c, c.tensors("inputs", run)));
        checkOutputs(c, got, run);
      }
    }
    if (c.json().has("grads")) {
      Map<String, Tensor> inputs = c.tensors("inputs", "float64");
      checkGradients(c, inputs, () -> call.apply(Args.of(c, inputs)));
    }
  }

  @TestFactory
  Stream<DynamicTest> modules() {
    return Golden.cases("module").map(c -> dynamicTest(c.id(), () -> runModule(c)));
  }

  private static void runModule(Case c) {
    for (String run : List.of("float64", "float32")) {
      var module = module(c, run);
      Tensor input = c.tensors("inputs", run).get("input");
      checkOutputs(c, List.of(module.apply(input)), run);
    }
    if (c.json().has("grads")) {
      var module = module(c, "float64");
      var inputs = new LinkedHashMap<String, Tensor>(c.tensors("inputs", "float64"));
      inputs.putAll(module.namedParameters());
      checkGradients(c, inputs, () -> List.of(module.apply(inputs.get("input"))));
    }
  }

  private static Module<Tensor, Tensor> module(Case c, String run) {
    var module = MODULES.get(c.op()).apply(Args.of(c, Map.of()));
    module.to(DType.of(run));
    module.loadStateDict(c.tensors("state", run));
    module.train(c.json().get("mode").text().equals("train"));
    return module;
  }

  private static void checkOutputs(Case c, List<Tensor> got, String run) {
    List<Json> outputs = c.json().get("outputs").items();
    for (int i = 0; i < outputs.size(); i++) {
      c.check(outputs.get(i).get("name").text(), got.get(i), c.expected(outputs.get(i), run), run);
    }
  }

  private interface Outputs {
    List<Tensor> get();
  }

  /** ∂/∂x Σ ⟨cotangent, output⟩, and the derivative of Σ ⟨v, that⟩. */
  private static void checkGradients(Case c, Map<String, Tensor> inputs, Outputs outputs) {
    List<Json> grads = c.json().get("grads").items();
    List<Tensor> leaves =
        grads.stream().map(g -> inputs.get(g.get("name").text()).requiresGrad(true)).toList();
    boolean second = c.json().has("hvp");
    List<Tensor> got = outputs.get();
    List<Json> cotangents = c.json().get("cotangents").items();
    Tensor sum = Tensor.full(Shape.SCALAR, 0.0, DType.FLOAT64);
    for (int i = 0; i < cotangents.size(); i++) {
      sum = sum.add(got.get(i).mul(c.stored(cotangents.get(i).get("key").text())).sum());
    }
    List<Tensor> first = Autograd.grad(sum, leaves, Optional.empty(), second, second);
    for (int i = 0; i < first.size(); i++) {
      String name = "gradient of " + grads.get(i).get("name").text();
      c.check(name, first.get(i), c.stored(grads.get(i).get("key").text()), "grad");
    }
    if (second) {
      checkSecond(c, inputs, grads, leaves, first);
    }
  }

  private static void checkSecond(
      Case c,
      Map<String, Tensor> inputs,
      List<Json> grads,
      List<Tensor> leaves,
      List<Tensor> first) {
    Tensor sum = Tensor.full(Shape.SCALAR, 0.0, DType.FLOAT64);
    for (Json entry : c.json().get("hvp")) {
      int index = leaves.indexOf(inputs.get(entry.get("name").text()));
      sum = sum.add(first.get(index).mul(c.stored(entry.get("v").text())).sum());
    }
    List<Json> wanted = c.json().get("hvp").items();
    List<Tensor> targets =
        wanted.stream().map(entry -> inputs.get(entry.get("name").text())).toList();
    List<Optional<Tensor>> got =
        sum.requiresGrad()
            ? Autograd.gradOrEmpty(sum, targets, Optional.empty(), false, false)
            : targets.stream().map(_ -> Optional.<Tensor>empty()).toList();
    for (int i = 0; i < wanted.size(); i++) {
      Tensor found = got.get(i).orElse(Tensor.zerosLike(targets.get(i)));
      String name = "second derivative of " + wanted.get(i).get("name").text();
      c.check(name, found, c.stored(wanted.get(i).get("key").text()), "hvp");
    }
  }
}
