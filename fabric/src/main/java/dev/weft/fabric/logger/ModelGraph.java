package dev.weft.fabric.logger;

import dev.weft.engine.Context;
import dev.weft.engine.DType;
import dev.weft.engine.Generator;
import dev.weft.engine.Nested;
import dev.weft.engine.Scope;
import dev.weft.engine.Tensor;
import dev.weft.engine.op.Op;
import dev.weft.nn.Module;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The ops of one forward as a graph, for TensorBoard's graph page: nodes are named by the module
 * that runs them, {@code Classifier/hidden/linear}, so that modules can be folded and unfolded.
 *
 * <p>The forward runs in evaluation mode with a random generator of its own, so that it leaves the
 * model as it was. Field numbers are those of TensorFlow's {@code graph.proto}, {@code
 * node_def.proto} and {@code attr_value.proto}.
 */
final class ModelGraph {

  // GraphDef
  private static final int NODE = 1;
  private static final int VERSIONS = 4;
  private static final int PRODUCER = 22;

  // NodeDef
  private static final int NAME = 1;
  private static final int OP = 2;
  private static final int INPUT = 3;
  private static final int DEVICE = 4;
  private static final int ATTRIBUTE = 5;

  // AttrValue
  private static final int TEXT = 2;
  private static final int TYPE = 6;
  private static final int LIST = 1;
  private static final int LIST_SHAPE = 7;

  private final ProtoMessage graph = new ProtoMessage();
  private final Map<Tensor, String> names = new IdentityHashMap<>();
  private final Map<String, Integer> taken = new HashMap<>();
  private final Deque<String> path = new ArrayDeque<>();

  private ModelGraph() {}

  /** The graph of {@code model} for {@code input}. */
  static <I> ProtoMessage of(Module<I, ?> model, I input) {
    return new ModelGraph().traced(model, input);
  }

  private <I> ProtoMessage traced(Module<I, ?> model, I input) {
    String root = model.getClass().getSimpleName();
    Nested.forEachTensor(input, tensor -> leaf("input/" + root, "IO Node", tensor));
    model
        .namedParameters()
        .forEach((name, tensor) -> leaf(scoped(root, name), "Parameter", tensor));
    model.namedBuffers().forEach((name, tensor) -> leaf(scoped(root, name), "Buffer", tensor));
    Object output = run(model, root, input);
    for (Tensor tensor : Nested.tensors(output)) {
      node(unique("output/" + root), "IO Node", List.of(nameOf(tensor)), tensor, "");
    }
    return graph.message(VERSIONS, new ProtoMessage().integer(1, PRODUCER));
  }

  private static String scoped(String root, String name) {
    return root + "/" + name.replace('.', '/');
  }

  private <I> Object run(Module<I, ?> model, String root, I input) {
    var modes = new LinkedHashMap<Module<?, ?>, Boolean>();
    model.namedModules().values().forEach(module -> modes.put(module, module.isTraining()));
    List<Scope> hooks = new ArrayList<>();
    Context context = Context.current();
    model.eval();
    try (var _ = context.withGrad(false);
        var _ = context.withGenerator(new Generator(0));
        var _ = context.withWatcher(this::ran)) {
      model.namedModules().forEach((name, module) -> watch(hooks, module, scoped(root, name)));
      path.push(root);
      return model.apply(input);
    } finally {
      hooks.forEach(Scope::close);
      // From the outside in, because train() reaches the modules inside too.
      modes.forEach((module, training) -> module.train(training));
    }
  }

  private <I, O> void watch(List<Scope> hooks, Module<I, O> module, String name) {
    hooks.add(
        module.registerForwardPreHook(
            (_, given) -> {
              path.push(name.endsWith("/") ? name.substring(0, name.length() - 1) : name);
              return given;
            }));
    hooks.add(
        module.registerForwardHook(
            (_, _, output) -> {
              path.pop();
              return output;
            }));
  }

  private void ran(Op op, Tensor[] inputs, Tensor[] outputs) {
    String kind = op.toString();
    int bracket = settings(kind);
    String plain = bracket < 0 ? kind : kind.substring(0, bracket);
    String name = unique(path.element() + "/" + plain.toLowerCase(Locale.ROOT));
    var from = new ArrayList<String>();
    for (Tensor input : inputs) {
      from.add(nameOf(input));
    }
    String attributes = bracket < 0 ? "" : kind.substring(bracket);
    for (int i = 0; i < outputs.length; i++) {
      names.put(outputs[i], i == 0 ? name : name + ":" + i);
    }
    if (outputs.length > 0) {
      node(name, plain, from, outputs[0], attributes);
    }
  }

  /** Where the settings of an op begin in its text, or -1: {@code expand(3, 8)}. */
  private static int settings(String kind) {
    for (int i = 0; i < kind.length(); i++) {
      if ("[( ".indexOf(kind.charAt(i)) >= 0) {
        return i;
      }
    }
    return -1;
  }

  /** A tensor that no op of the graph made is a constant of it. */
  private String nameOf(Tensor tensor) {
    String known = names.get(tensor);
    return known != null ? known : leaf(path.element() + "/constant", "Constant", tensor);
  }

  private String leaf(String wanted, String kind, Tensor tensor) {
    String name = unique(wanted);
    names.put(tensor, name);
    node(name, kind, List.of(), tensor, "");
    return name;
  }

  private String unique(String name) {
    int count = taken.merge(name, 1, Integer::sum);
    return count == 1 ? name : unique(name + "_" + (count - 1));
  }

  private void node(String name, String op, List<String> from, Tensor output, String attributes) {
    var node = new ProtoMessage().text(NAME, name).text(OP, op);
    from.forEach(input -> node.text(INPUT, input));
    node.text(DEVICE, output.device().toString());
    node.message(ATTRIBUTE, entry("dtype", new ProtoMessage().integer(TYPE, type(output.dtype()))));
    node.message(
        ATTRIBUTE,
        entry(
            "_output_shapes",
            new ProtoMessage()
                .message(LIST, new ProtoMessage().message(LIST_SHAPE, shape(output)))));
    if (!attributes.isEmpty()) {
      node.message(ATTRIBUTE, entry("attr", new ProtoMessage().text(TEXT, attributes)));
    }
    graph.message(NODE, node);
  }

  private static ProtoMessage entry(String key, ProtoMessage value) {
    return new ProtoMessage().text(1, key).message(2, value);
  }

  private static ProtoMessage shape(Tensor tensor) {
    var shape = new ProtoMessage();
    for (int d = 0; d < tensor.rank(); d++) {
      shape.message(2, new ProtoMessage().integer(1, tensor.size(d)));
    }
    return shape;
  }

  /** TensorFlow's numbers of dtypes. */
  private static int type(DType dtype) {
    return switch (dtype) {
      case FLOAT32 -> 1;
      case FLOAT64 -> 2;
      case INT32 -> 3;
      case UINT8 -> 4;
      case INT16 -> 5;
      case INT8 -> 6;
      case COMPLEX64 -> 8;
      case INT64 -> 9;
      case BOOL -> 10;
      case BFLOAT16 -> 14;
      case COMPLEX128 -> 18;
      case FLOAT16 -> 19;
    };
  }
}
