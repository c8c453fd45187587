package dev.weft.fabric.launch;

import dev.weft.engine.Scope;
import dev.weft.fabric.ConfigurationException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The environment variables that a job sees: those of the process, with changes laid over them. A
 * JVM cannot change its own variables, so whatever would write {@code MASTER_PORT} or {@code
 * PL_GLOBAL_SEED} elsewhere writes here, and ranks that are started get the result.
 *
 * <p>{@link #current} is what a {@code Fabric} uses when it is given none: what {@link #enter} has
 * put in place for this thread and the threads it starts, else a fresh layer over the process's
 * variables. Thread-safe.
 */
public final class Environment {

  /** Inherited, so that threads which a script starts see the options of its command line. */
  private static final InheritableThreadLocal<@Nullable Environment> ENTERED =
      new InheritableThreadLocal<>();

  private final Map<String, String> base;

  /** Empty marks a variable that was removed. Guarded by this. */
  private final Map<String, Optional<String>> changes;

  private final Optional<List<String>> program;

  private Environment(
      Map<String, String> base,
      Map<String, Optional<String>> changes,
      Optional<List<String>> program) {
    this.base = base;
    this.changes = changes;
    this.program = program;
  }

  /** The variables of this process, and no changes yet. */
  public static Environment system() {
    return new Environment(System.getenv(), new TreeMap<>(), Optional.empty());
  }

  /** These variables and no others. */
  public static Environment of(Map<String, String> variables) {
    return new Environment(Map.copyOf(variables), new TreeMap<>(), Optional.empty());
  }

  /** What was entered on this thread, or {@link #system()}. */
  public static Environment current() {
    Environment entered = ENTERED.get();
    return entered == null ? system() : entered;
  }

  /** Makes it the {@link #current} one until the scope is closed. */
  public Scope enter() {
    Environment before = ENTERED.get();
    ENTERED.set(this);
    return () -> ENTERED.set(before);
  }

  /** A layer of its own over what this one says now. */
  public synchronized Environment copy() {
    return new Environment(base, new TreeMap<>(changes), program);
  }

  /** The same, with the command that starts this program again. */
  public synchronized Environment withProgram(List<String> command) {
    return new Environment(base, new TreeMap<>(changes), Optional.of(List.copyOf(command)));
  }

  /** The command that starts this program again, where somebody knows it better than the system. */
  public Optional<List<String>> program() {
    return program;
  }

  /** The value of a variable. */
  public synchronized Optional<String> get(String name) {
    Optional<String> changed = changes.get(name);
    return changed != null ? changed : Optional.ofNullable(base.get(name));
  }

  /** Whether a variable is there, with whatever value. */
  public boolean has(String name) {
    return get(name).isPresent();
  }

  /**
   * The value of a variable as a whole number.
   *
   * @throws ConfigurationException naming the variable and its value when it is something else
   */
  public OptionalInt getInt(String name) {
    Optional<String> value = get(name);
    if (value.isEmpty()) {
      return OptionalInt.empty();
    }
    try {
      return OptionalInt.of(Integer.parseInt(value.get().strip()));
    } catch (NumberFormatException e) {
      throw new ConfigurationException(
          "environment variable " + name + "='" + value.get() + "' is no whole number", e);
    }
  }

  /** The value of a variable that must be there, as a whole number. */
  public int requireInt(String name) {
    return getInt(name).orElseThrow(() -> missing(name));
  }

  /** The value of a variable that must be there. */
  public String require(String name) {
    return get(name).orElseThrow(() -> missing(name));
  }

  private static ConfigurationException missing(String name) {
    return new ConfigurationException(
        "environment variable " + name + " is not set, though the others of its launcher are");
  }

  /** Sets a variable, for this layer and the processes started from it. */
  public synchronized Environment set(String name, String value) {
    changes.put(name, Optional.of(value));
    return this;
  }

  /** Sets a variable to a number. */
  public Environment set(String name, long value) {
    return set(name, Long.toString(value));
  }

  /** Removes a variable, for this layer and the processes started from it. */
  public synchronized Environment remove(String name) {
    changes.put(name, Optional.empty());
    return this;
  }

  /** Makes {@code variables}, those of a process to be started, what this environment says. */
  public synchronized void applyTo(Map<String, String> variables) {
    variables.keySet().retainAll(base.keySet());
    variables.putAll(base);
    changes.forEach(
        (name, value) -> {
          if (value.isPresent()) {
            variables.put(name, value.get());
          } else {
            variables.remove(name);
          }
        });
  }

  /** What was changed, for messages; secrets are not shown. */
  @Override
  public synchronized String toString() {
    var shown = new LinkedHashMap<String, Object>();
    changes.forEach((name, value) -> shown.put(name, name.contains("SECRET") ? "(hidden)" : value));
    return "Environment" + shown;
  }
}
