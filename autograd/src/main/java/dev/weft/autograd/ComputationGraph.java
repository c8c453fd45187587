package dev.weft.autograd;

import dev.weft.engine.Tensor;
import dev.weft.engine.TensorSpec;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a tensor was computed from, as text or as a drawing. A snapshot: it holds no tensors.
 *
 * {@snippet :
 * IO.println(ComputationGraph.of(loss, model.namedParameters()));
 * Files.writeString(path, ComputationGraph.of(loss).toDot());   // dot -Tsvg
 * }
 *
 * @param vertices leaves and ops, each behind those that it was made from; the last is the root
 */
public record ComputationGraph(List<Vertex> vertices) {

  /**
   * A leaf or an op.
   *
   * @param id its number, from 0 on
   * @param name the op's text, or the leaf's name
   * @param isLeaf whether it is a leaf, where gradients are kept
   * @param outputs what comes out of it
   * @param inputs where its inputs come from; empty for those that need no gradient
   */
  public record Vertex(
      int id,
      String name,
      boolean isLeaf,
      List<TensorSpec> outputs,
      List<Optional<Integer>> inputs) {}

  public ComputationGraph {
    vertices = List.copyOf(vertices);
  }

  /** The graph behind {@code root}. */
  public static ComputationGraph of(Tensor root) {
    return of(root, Map.of());
  }

  /** The graph behind {@code root}, in which leaves have names, such as a model's parameters. */
  public static ComputationGraph of(Tensor root, Map<String, ? extends Tensor> names) {
    return new Reader(names).read(GraphTape.entry(root, "graph"), root.spec());
  }

  private static final class Reader {
    private final Map<Entry, String> names = new IdentityHashMap<>();
    private final Map<Object, Integer> ids = new IdentityHashMap<>();
    private final List<Vertex> vertices = new ArrayList<>();

    Reader(Map<String, ? extends Tensor> names) {
      names.forEach(
          (name, tensor) ->
              tensor.tapeEntry().ifPresent(entry -> this.names.put((Entry) entry, name)));
    }

    ComputationGraph read(Entry root, TensorSpec spec) {
      if (root.node == null) {
        addLeaf(root, spec);
      } else {
        reachable(root.node).forEach(this::add);
      }
      return new ComputationGraph(vertices);
    }

    /** Producers first. */
    private static List<Node> reachable(Node root) {
      Set<Node> seen = Collections.newSetFromMap(new IdentityHashMap<>());
      var open = new ArrayDeque<Node>(List.of(root));
      seen.add(root);
      while (!open.isEmpty()) {
        for (Entry input : open.pop().inputs) {
          if (input != null && input.node != null && seen.add(input.node)) {
            open.push(input.node);
          }
        }
      }
      var nodes = new ArrayList<>(seen);
      nodes.sort(Comparator.comparingLong(node -> node.sequence));
      return nodes;
    }

    private void add(Node node) {
      var inputs = new ArrayList<Optional<Integer>>();
      for (int i = 0; i < node.inputs.length; i++) {
        inputs.add(source(node.inputs[i], node.inputSpecs[i]));
      }
      ids.put(node, vertices.size());
      vertices.add(
          new Vertex(vertices.size(), node.toString(), false, List.of(node.outputSpecs), inputs));
    }

    private Optional<Integer> source(@Nullable Entry entry, TensorSpec spec) {
      if (entry == null) {
        return Optional.empty();
      }
      if (entry.node == null && !ids.containsKey(entry)) {
        addLeaf(entry, spec);
      }
      return Optional.ofNullable(ids.get(entry.node == null ? entry : entry.node));
    }

    private void addLeaf(Entry entry, TensorSpec spec) {
      ids.put(entry, vertices.size());
      String name = names.getOrDefault(entry, "leaf");
      vertices.add(new Vertex(vertices.size(), name, true, List.of(spec), List.of()));
    }
  }

  /** How often each op occurs, by its text, the most frequent first. */
  public Map<String, Integer> counts() {
    var counts = new LinkedHashMap<String, Integer>();
    vertices.stream()
        .filter(vertex -> !vertex.isLeaf())
        .forEach(vertex -> counts.merge(vertex.name(), 1, Integer::sum));
    var sorted = new LinkedHashMap<String, Integer>();
    counts.entrySet().stream()
        .sorted(Map.Entry.<String, Integer>comparingByValue().reversed())
        .forEach(entry -> sorted.put(entry.getKey(), entry.getValue()));
    return sorted;
  }

  /** One line for each vertex: {@code %2 = matmul(%0, %1): float32 (8, 16)}. */
  @Override
  public String toString() {
    var text = new StringBuilder();
    for (Vertex vertex : vertices) {
      text.append('%').append(vertex.id()).append(" = ").append(vertex.name());
      if (!vertex.isLeaf()) {
        var inputs = vertex.inputs().stream().map(id -> id.map(i -> "%" + i).orElse("-")).toList();
        text.append('(').append(String.join(", ", inputs)).append(')');
      }
      text.append(": ").append(specs(vertex)).append('\n');
    }
    return text.toString();
  }

  private static String specs(Vertex vertex) {
    return String.join(", ", vertex.outputs().stream().map(TensorSpec::toString).toList());
  }

  /** The graph in the language of Graphviz. */
  public String toDot() {
    var text = new StringBuilder("digraph {\n  node [shape=box, fontname=\"sans-serif\"];\n");
    for (Vertex vertex : vertices) {
      text.append("  n")
          .append(vertex.id())
          .append(" [label=\"")
          .append(quoted(vertex.name()))
          .append("\\n")
          .append(quoted(specs(vertex)))
          .append(vertex.isLeaf() ? "\", style=filled];\n" : "\"];\n");
    }
    for (Vertex vertex : vertices) {
      for (Optional<Integer> input : vertex.inputs()) {
        input.ifPresent(
            id -> text.append("  n").append(id).append(" -> n").append(vertex.id()).append(";\n"));
      }
    }
    return text.append("}\n").toString();
  }

  private static String quoted(String text) {
    return text.replace("\\", "\\\\").replace("\"", "\\\"");
  }
}
