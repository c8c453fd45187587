package dev.weft.fabric.data.table;

import dev.weft.engine.DType;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * What is read of a table.
 *
 * @param columns their names; empty for all
 * @param dtypes what columns are converted to; others keep the dtype that the file suggests
 * @param nullValue what stands for a missing value; without it, missing values are refused
 * @param memoryLimit how many bytes of native memory one part of the table may take
 */
public record TableOptions(
    List<String> columns,
    Map<String, DType> dtypes,
    OptionalDouble nullValue,
    OptionalLong memoryLimit) {

  /** All columns, none of which may lack values. */
  public static final TableOptions ALL =
      new TableOptions(List.of(), Map.of(), OptionalDouble.empty(), OptionalLong.empty());

  public TableOptions {
    columns = List.copyOf(columns);
    dtypes = Map.copyOf(dtypes);
  }

  /** With other columns. */
  public TableOptions columns(List<String> replacement) {
    return new TableOptions(replacement, dtypes, nullValue, memoryLimit);
  }

  /** With a dtype for one column more. */
  public TableOptions dtype(String column, DType dtype) {
    var more = new LinkedHashMap<>(dtypes);
    more.put(column, dtype);
    return new TableOptions(columns, more, nullValue, memoryLimit);
  }

  /** With something that stands for missing values. */
  public TableOptions nullValue(double value) {
    return new TableOptions(columns, dtypes, OptionalDouble.of(value), memoryLimit);
  }

  /** With a limit of memory. */
  public TableOptions memoryLimit(long bytes) {
    if (bytes < 1) {
      throw new IllegalArgumentException("memoryLimit: " + bytes + " bytes: it must be positive");
    }
    return new TableOptions(columns, dtypes, nullValue, OptionalLong.of(bytes));
  }

  /**
   * The columns to read of those in a table.
   *
   * @throws IllegalArgumentException when one that is wanted is not there or there twice
   */
  public List<String> selection(List<String> present) {
    for (String name : dtypes.keySet()) {
      requireOnce(name, present);
    }
    List<String> wanted = columns.isEmpty() ? present : columns;
    for (String name : wanted) {
      requireOnce(name, present);
    }
    if (wanted.isEmpty()) {
      throw new IllegalArgumentException("there are no columns");
    }
    return wanted;
  }

  private static void requireOnce(String name, List<String> present) {
    if (!present.contains(name)) {
      throw new IllegalArgumentException("there is no column '" + name + "'; there are " + present);
    }
    if (present.indexOf(name) != present.lastIndexOf(name)) {
      throw new IllegalArgumentException("there are several columns '" + name + "'");
    }
  }
}
