package dev.weft.optim;

import dev.weft.engine.Tensor;
import dev.weft.nn.Parameter;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Checks a state dict against an optimizer before anything is changed. All that does not fit goes
 * into one message.
 */
final class StateReader {

  /** Switches of PyTorch's about how it computes; they do not change what is computed. */
  private static final Set<String> HINTS = Set.of("foreach", "fused", "capturable");

  /** What one parameter had. */
  record Entry(long step, Map<String, Tensor> tensors) {
    void restore(ParameterState state) {
      state.step(step);
      tensors.forEach(state::load);
    }
  }

  /** What one group had. */
  record Group(Map<String, Object> options, Map<String, Object> extras) {
    void restore(ParameterGroup group) {
      options.forEach(group::set);
      group.extras().clear();
      group.extras().putAll(extras);
    }
  }

  private final Optimizer optimizer;
  private final List<String> problems = new ArrayList<>();
  private final Map<Parameter, Entry> entries = new IdentityHashMap<>();
  private final List<Group> groups = new ArrayList<>();

  private StateReader(Optimizer optimizer) {
    this.optimizer = optimizer;
  }

  static StateReader read(Map<String, ?> dict, Optimizer optimizer) {
    var reader = new StateReader(optimizer);
    reader.readAll(dict);
    if (!reader.problems.isEmpty()) {
      throw new IllegalArgumentException(
          "loadStateDict: "
              + optimizer.options().optimizer()
              + ": nothing was loaded:\n  "
              + String.join("\n  ", reader.problems));
    }
    return reader;
  }

  Map<Parameter, Entry> entries() {
    return entries;
  }

  List<Group> groups() {
    return groups;
  }

  private void readAll(Map<String, ?> dict) {
    Object state = dict.get("state");
    Object packed = dict.get("param_groups");
    if (!(state instanceof Map<?, ?> byNumber) || !(packed instanceof List<?> saved)) {
      problems.add(
          "needs a map 'state' and a list 'param_groups', has "
              + dict.keySet()
              + "; is it the state dict of an optimizer?");
      return;
    }
    List<ParameterGroup> own = optimizer.groups();
    if (saved.size() != own.size()) {
      problems.add(
          "param_groups: " + own.size() + " in the optimizer, " + saved.size() + " in the state");
      return;
    }
    Map<Object, Integer> positions = new LinkedHashMap<>();
    for (int i = 0; i < own.size(); i++) {
      if (saved.get(i) instanceof Map<?, ?> group) {
        readGroup("param_groups[" + i + "]", group, own.get(i), positions);
      } else {
        problems.add("param_groups[" + i + "]: is no map");
      }
    }
    if (problems.isEmpty()) {
      readStates(byNumber, positions);
    }
  }

  private void readGroup(
      String where, Map<?, ?> saved, ParameterGroup own, Map<Object, Integer> positions) {
    if (!(saved.get("params") instanceof List<?> numbers)) {
      problems.add(where + ": 'params' is no list");
      return;
    }
    if (numbers.size() != own.parameters().size()) {
      problems.add(
          where
              + ": "
              + own.parameters().size()
              + " parameters in the optimizer, "
              + numbers.size()
              + " in the state");
      return;
    }
    for (Object number : numbers) {
      if (positions.put(key(number), positions.size()) != null) {
        problems.add(where + ": parameter " + number + " is listed twice");
      }
    }
    var options = new LinkedHashMap<String, Object>();
    var extras = new LinkedHashMap<String, Object>();
    saved.forEach(
        (key, value) -> {
          String name = String.valueOf(key);
          if (own.has(name)) {
            try {
              options.put(name, optimizer.options().checked(name, value == null ? "None" : value));
            } catch (IllegalArgumentException e) {
              problems.add(where + ": " + e.getMessage());
            }
          } else if (name.equals("differentiable") || name.equals("decoupled_weight_decay")) {
            boolean wanted = name.startsWith("decoupled") && optimizer instanceof AdamW;
            if (value instanceof Boolean on && on != wanted) {
              problems.add(where + ": " + name + " is " + on + ", here it is always " + wanted);
            }
          } else if (!HINTS.contains(name) && !name.equals("params") && value != null) {
            extras.put(name, value);
          }
        });
    if (!options.containsKey("lr")) {
      problems.add(where + ": lr is missing");
    }
    groups.add(new Group(options, extras));
  }

  /** Numbers of any width are the same key. */
  private static Object key(Object number) {
    return number instanceof Number n ? (Object) n.longValue() : number;
  }

  private void readStates(Map<?, ?> byNumber, Map<Object, Integer> positions) {
    List<Parameter> parameters = optimizer.parameters();
    var names = new ArrayList<List<String>>();
    for (int g = 0; g < groups.size(); g++) {
      // What is remembered depends on the options as they will be, such as amsgrad.
      ParameterGroup own = optimizer.groups().get(g);
      var planned = ParameterGroup.of(own.parameters());
      planned.join(optimizer.options());
      own.options().forEach(planned::set);
      groups.get(g).options().forEach(planned::set);
      own.parameters().forEach(_ -> names.add(optimizer.stateNames(planned)));
    }
    byNumber.forEach(
        (number, value) -> {
          Integer position = positions.get(key(number));
          String where = "state[" + number + "]";
          if (position == null) {
            problems.add(where + ": no group has this parameter");
          } else if (value instanceof Map<?, ?> entry) {
            readEntry(where, entry, parameters.get(position), names.get(position));
          } else {
            problems.add(where + ": is no map");
          }
        });
  }

  private void readEntry(String where, Map<?, ?> saved, Parameter parameter, List<String> names) {
    long step = 0;
    if (optimizer.countsSteps()) {
      step = readStep(where, saved.get("step"));
    }
    var tensors = new LinkedHashMap<String, Tensor>();
    for (String name : names) {
      switch (saved.get(name)) {
        case Tensor tensor -> {
          if (tensor.isReleased()) {
            problems.add(where + ": " + name + " was released");
          } else if (!tensor.shape().equals(parameter.shape())) {
            problems.add(
                where
                    + ": "
                    + name
                    + " has shape "
                    + tensor.shape()
                    + ", the parameter "
                    + parameter.shape());
          } else if (tensor.device().isMeta() || parameter.device().isMeta()) {
            problems.add(where + ": " + name + " or its parameter is on meta, without values");
          } else {
            tensors.put(name, tensor);
          }
        }
        case null -> {
          // PyTorch's SGD writes None while there is no momentum yet.
          if (optimizer.countsSteps()) {
            problems.add(where + ": " + name + " is missing");
          }
        }
        default -> problems.add(where + ": " + name + " is no tensor");
      }
    }
    for (Object key : saved.keySet()) {
      String name = String.valueOf(key);
      boolean expected = names.contains(name) || name.equals("step") && optimizer.countsSteps();
      if (!expected && saved.get(key) != null) {
        problems.add(where + ": unexpected " + name + "; expected are " + names);
      }
    }
    entries.put(parameter, new Entry(step, tensors));
  }

  private long readStep(String where, @Nullable Object value) {
    double step =
        switch (value) {
          case Number number -> number.doubleValue();
          case Tensor tensor when !tensor.isReleased() && tensor.numel() == 1 -> tensor.item();
          case null -> Double.NaN;
          default -> Double.NaN;
        };
    if (!(step >= 0 && step == Math.rint(step) && step < 0x1p53)) {
      problems.add(where + ": step must be a whole number of at least 0, is " + value);
      return 0;
    }
    return (long) step;
  }
}
