package dev.weft.optim;

import dev.weft.engine.Shape;
import dev.weft.engine.Tensor;
import dev.weft.nn.Parameter;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
  record Entry(long step, Map<String, Double> numbers, Map<String, Tensor> tensors) {
    void restore(ParameterState state) {
      state.step(step);
      numbers.forEach(state::setNumber);
      tensors.forEach(state::load);
    }
  }

  /** What one group had. */
  record Group(Map<String, Object> options, Map<String, Object> extras) {
    void restore(ParameterGroup group) {
      options.forEach(group::scheduled);
      group.extras().clear();
      group.extras().putAll(extras);
    }
  }

  private final Optimizer optimizer;
  private final List<String> problems = new ArrayList<>();
  private final Map<Parameter, Entry> entries = new IdentityHashMap<>();
  private final List<Group> groups = new ArrayList<>();
  private final List<Map<String, Object>> whole = new ArrayList<>();

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

  /** The one entry of an optimizer that remembers things together, if there is one. */
  List<Map<String, Object>> whole() {
    return whole;
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
        (key, found) -> {
          String name = String.valueOf(key);
          Object value = found == null ? Optional.empty() : found;
          if (own.has(name)) {
            try {
              options.put(name, optimizer.options().scheduled(name, value));
            } catch (IllegalArgumentException e) {
              problems.add(where + ": " + e.getMessage());
            }
          } else if (name.equals("differentiable") || name.equals("decoupled_weight_decay")) {
            boolean wanted = name.startsWith("decoupled") && optimizer instanceof AdamW;
            if (value instanceof Boolean on && on != wanted) {
              problems.add(where + ": " + name + " is " + on + ", here it is always " + wanted);
            }
          } else if (!HINTS.contains(name) && !name.equals("params") && !isNone(value)) {
            extras.put(name, value);
          }
        });
    if (!options.containsKey("lr")) {
      problems.add(where + ": lr is missing");
    }
    groups.add(new Group(options, extras));
  }

  /** Python's None. */
  private static boolean isNone(@Nullable Object value) {
    return value == null || value instanceof Optional<?> option && option.isEmpty();
  }

  /** Numbers of any width are the same key. */
  private static Object key(Object number) {
    return number instanceof Number n ? (Object) n.longValue() : number;
  }

  private void readStates(Map<?, ?> byNumber, Map<Object, Integer> positions) {
    List<Parameter> parameters = optimizer.parameters();
    var planned = new ArrayList<ParameterGroup>();
    for (int g = 0; g < groups.size(); g++) {
      // What is remembered depends on the options as they will be, such as amsgrad.
      ParameterGroup own = optimizer.groups().get(g);
      var group = ParameterGroup.of(own.parameters());
      group.join(optimizer.options());
      own.options().forEach(group::scheduled);
      groups.get(g).options().forEach(group::scheduled);
      own.parameters().forEach(_ -> planned.add(group));
    }
    byNumber.forEach(
        (number, value) -> {
          Integer position = positions.get(key(number));
          String where = "state[" + number + "]";
          if (position == null) {
            problems.add(where + ": no group has this parameter");
          } else if (!(value instanceof Map<?, ?> entry)) {
            problems.add(where + ": is no map");
          } else if (optimizer.remembersTogether()) {
            readTogether(where, position, entry);
          } else {
            readEntry(where, entry, parameters.get(position), planned.get(position));
          }
        });
  }

  private void readTogether(String where, int position, Map<?, ?> saved) {
    var entry = new LinkedHashMap<String, Object>();
    saved.forEach(
        (key, value) -> {
          if (!isNone(value)) {
            entry.put(String.valueOf(key), value);
          }
        });
    if (position != 0) {
      problems.add(where + ": only the first parameter may have an entry");
    }
    var inner = new ArrayList<String>();
    optimizer.check(entry, inner);
    inner.forEach(problem -> problems.add(where + ": " + problem));
    whole.add(entry);
  }

  private void readEntry(String where, Map<?, ?> saved, Parameter parameter, ParameterGroup group) {
    List<String> names = optimizer.stateNames(group, parameter);
    List<String> numberNames = optimizer.stateNumbers(group);
    long step = optimizer.countsSteps() ? readStep(where, saved.get("step")) : 0;
    var numbers = new LinkedHashMap<String, Double>();
    for (String name : numberNames) {
      double number = number(saved.get(name));
      if (Double.isNaN(number)) {
        problems.add(where + ": " + name + " must be a number, is " + saved.get(name));
      }
      numbers.put(name, number);
    }
    var tensors = new LinkedHashMap<String, Tensor>();
    for (String name : names) {
      Object value = saved.get(name);
      if (value instanceof Tensor tensor) {
        readTensor(where + ": " + name, tensor, optimizer.stateShape(name, parameter), parameter)
            .ifPresent(read -> tensors.put(name, read));
      } else if (!isNone(value)) {
        problems.add(where + ": " + name + " is no tensor");
      } else if (optimizer.countsSteps()) { // SGD of PyTorch has None before the first step
        problems.add(where + ": " + name + " is missing");
      }
    }
    for (Object key : saved.keySet()) {
      String name = String.valueOf(key);
      boolean expected =
          names.contains(name)
              || numberNames.contains(name)
              || name.equals("step") && optimizer.countsSteps();
      if (!expected && !isNone(saved.get(key))) {
        problems.add(where + ": unexpected " + name + "; expected are " + names);
      }
    }
    entries.put(parameter, new Entry(step, numbers, tensors));
  }

  private Optional<Tensor> readTensor(
      String where, Tensor tensor, Shape wanted, Parameter parameter) {
    if (tensor.isReleased()) {
      problems.add(where + " was released");
    } else if (!tensor.shape().equals(wanted)) {
      problems.add(
          where
              + " has shape "
              + tensor.shape()
              + (wanted.equals(parameter.shape()) ? ", the parameter " : ", needs ")
              + wanted);
    } else if (tensor.device().isMeta() || parameter.device().isMeta()) {
      problems.add(where + " or its parameter is on meta, without values");
    } else {
      return Optional.of(tensor);
    }
    return Optional.empty();
  }

  private static double number(@Nullable Object value) {
    return switch (value) {
      case Number number -> number.doubleValue();
      case Tensor tensor when !tensor.isReleased() && tensor.numel() == 1 -> tensor.item();
      case null -> Double.NaN;
      default -> Double.NaN;
    };
  }

  private long readStep(String where, @Nullable Object value) {
    double step = number(value);
    if (!(step >= 0 && step == Math.rint(step) && step < 0x1p53)) {
      problems.add(where + ": step must be a whole number of at least 0, is " + value);
      return 0;
    }
    return (long) step;
  }
}
