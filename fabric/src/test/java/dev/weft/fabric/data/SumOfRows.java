package dev.weft.fabric.data;

import dev.weft.engine.Tensor;
import dev.weft.engine.TensorScope;
import java.nio.file.Path;

/** A program that streams a table, and prints how many rows it has and what they add up to. */
public final class SumOfRows {

  private SumOfRows() {}

  /** Takes {@code arrow} or {@code csv}, and a file. */
  public static void main(String[] arguments) {
    Path file = Path.of(arguments[1]);
    var table =
        arguments[0].equals("csv")
            ? Datasets.fromCsv(file).columns("x")
            : Datasets.fromArrow(file).columns("x");
    long rows = 0;
    double sum = 0;
    for (var batch : DataLoader.of(table.stream()).batchSize(32).workers(1).build()) {
      try (var _ = TensorScope.open()) {
        Tensor x = batch.get("x");
        rows += x.size(0);
        sum += x.to(dev.weft.engine.DType.FLOAT64).sum().item();
      }
      batch.values().forEach(Tensor::release);
    }
    System.out.println(rows + " rows, sum " + (long) sum);
  }
}
