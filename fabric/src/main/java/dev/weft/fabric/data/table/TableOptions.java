package dev.weft.fabric.data.table;

import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * What is read of a table.
 *
 * @param columns their names; empty for all
 * @param nullValue what stands for a missing value; without it, missing values are refused
 * @param memoryLimit how many bytes of native memory one part of the table may take
 */
public record TableOptions(
    List<String> columns, OptionalDouble nullValue, OptionalLong memoryLimit) {

  /** All columns, none of which may lack values. */
  public static final TableOptions ALL =
      new TableOptions(List.of(), OptionalDouble.empty(), OptionalLong.empty());

  public TableOptions {
    columns = List.copyOf(columns);
  }
}
