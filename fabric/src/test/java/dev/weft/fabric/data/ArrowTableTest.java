package dev.weft.fabric.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.engine.DType;
import dev.weft.engine.Shape;
import dev.weft.engine.Tensor;
import dev.weft.engine.TensorScope;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tables that pyarrow wrote; what is in them is in the README beside them. */
class ArrowTableTest {

  private static final int ROWS = 10;

  record Column(DType dtype, Shape row, IntToDoubleFunction value) {}

  record Labelled(Tensor f32, Tensor i64) {}

  record Wrong(Tensor f32, long i64) {}

  /** The columns of "numbers". {@code value} is that of the k-th number, through all rows. */
  private static final Map<String, Column> NUMBERS =
      Map.ofEntries(
          column("i8", DType.INT8, Shape.SCALAR, k -> k - 5),
          column("i16", DType.INT16, Shape.SCALAR, k -> k * 1000 - 5000),
          column("i32", DType.INT32, Shape.SCALAR, k -> k * 100_000 - 500_000),
          column("i64", DType.INT64, Shape.SCALAR, k -> k * 10_000_000_000L - 5),
          column("u8", DType.UINT8, Shape.SCALAR, k -> k + 246),
          column("u16", DType.INT32, Shape.SCALAR, k -> k + 65526),
          column("u32", DType.INT64, Shape.SCALAR, k -> k + 4294967286L),
          column("f16", DType.FLOAT16, Shape.SCALAR, k -> k / 4.0),
          column("f32", DType.FLOAT32, Shape.SCALAR, k -> k / 8.0),
          column("f64", DType.FLOAT64, Shape.SCALAR, k -> k / 10.0),
          column("flag", DType.BOOL, Shape.SCALAR, k -> k % 3 == 0 ? 1 : 0),
          column("day", DType.INT32, Shape.SCALAR, k -> k),
          column("time", DType.INT64, Shape.SCALAR, k -> k * 1000),
          column("pair", DType.FLOAT32, Shape.of(2), k -> k),
          column("grid", DType.INT16, Shape.of(2, 3), k -> k),
          column("bytes", DType.UINT8, Shape.of(3), k -> k % 3 < 2 ? k / 3 + k % 3 : 255 - k / 3));

  private static Map.Entry<String, Column> column(
      String name, DType dtype, Shape row, IntToDoubleFunction value) {
    return Map.entry(name, new Column(dtype, row, value));
  }

  private static Path file(String name) {
    return Path.of("src/test/resources/data/arrow", name);
  }

  private static double[] doubles(Tensor tensor) {
    return tensor.to(DType.FLOAT64).toDoubleArray();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "numbers.arrow",
        "numbers.arrows",
        "numbers-lz4.arrow",
        "numbers-lz4.arrows",
        "numbers-v4.arrow",
        "numbers-legacy.arrows"
      })
  void everyColumnIsReadAsItWasWritten(String name) {
    var rows = Datasets.fromArrow(file(name)).dataset();
    assertThat(rows.size()).isEqualTo(ROWS);
    var batch = DataLoader.of(rows).batchSize(ROWS).build().iterator().next();
    assertThat(batch).containsOnlyKeys(NUMBERS.keySet());
    NUMBERS.forEach(
        (key, column) -> {
          Tensor found = batch.get(key);
          assertThat(found.dtype()).as(key).isEqualTo(column.dtype());
          assertThat(found.shape()).as(key).isEqualTo(Shape.of(ROWS).concat(column.row()));
          double[] expected =
              IntStream.range(0, (int) found.numel())
                  .mapToDouble(column.value()::applyAsDouble)
                  .toArray();
          assertThat(doubles(found)).as(key).containsExactly(expected);
        });
  }

  @Test
  void defaultFeatherFilesAreRead() {
    var rows = Datasets.fromArrow(file("feather2.feather")).dataset(Labelled.class);
    assertThat(rows.get(9).f32().item()).isEqualTo(9 / 8.0);
    assertThat(rows.get(9).i64().itemLong()).isEqualTo(89_999_999_995L);
  }

  @Test
  void packedBlocksHoldTheirRunsAndTheirNoise() {
    var batch =
        DataLoader.of(Datasets.fromArrow(file("packed.arrow")).dataset())
            .batchSize(12_000)
            .build()
            .iterator()
            .next();
    long[] run = batch.get("run").toLongArray();
    long[] wave = batch.get("wave").to(DType.INT64).toLongArray();
    long[] noise = batch.get("noise").toLongArray();
    for (int i = 0; i < run.length; i++) {
      assertThat(run[i]).isEqualTo(i / 1000);
      assertThat(wave[i]).isEqualTo(i % 97);
      // the noise repeats every 1,000 rows, but for the row's number
      assertThat(noise[i] ^ i).isEqualTo(noise[i % 1000] ^ (i % 1000));
    }
    assertThat(Arrays.stream(noise).distinct().count()).isGreaterThan(900);
  }

  @Test
  void streamsDeliverTheRowsInOrder() {
    var seen = new ArrayList<Long>();
    for (var row : Datasets.fromArrow(file("numbers.arrows"), file("numbers.arrow")).stream()) {
      seen.add(row.get("i8").itemLong());
    }
    assertThat(seen)
        .containsExactly(
            -5L, -4L, -3L, -2L, -1L, 0L, 1L, 2L, 3L, 4L, -5L, -4L, -3L, -2L, -1L, 0L, 1L, 2L, 3L,
            4L);
  }

  @Test
  void aStreamFeedsALoaderWithWorkers() {
    var stream = Datasets.fromArrow(file("numbers.arrow")).stream(Labelled.class);
    var sizes = new ArrayList<Long>();
    for (Labelled batch : DataLoader.of(stream).batchSize(3).workers(2).build()) {
      sizes.add(batch.i64().size(0));
    }
    assertThat(sizes).containsExactly(3L, 3L, 3L, 1L);
  }

  @Test
  void columnsCanBeChosenAndConverted() {
    var rows =
        Datasets.fromArrow(file("numbers.arrow"))
            .columns("f64", "i8")
            .dtype("i8", DType.FLOAT32)
            .dataset();
    assertThat(rows.get(0).keySet()).containsExactly("f64", "i8");
    assertThat(rows.get(7).get("i8").dtype()).isEqualTo(DType.FLOAT32);
    assertThat(rows.get(7).get("i8").item()).isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"between.arrow", "between.arrows"})
  void columnsThatCannotBeTensorsCanBeLeftOut(String name) {
    var rows = Datasets.fromArrow(file(name)).columns("last", "word", "first").dataset();
    assertThat(rows.get(3).get("first").itemLong()).isEqualTo(3);
    assertThat(rows.get(3).get("last").itemLong()).isEqualTo(6);
    assertThat(rows.get(3).get("word").itemLong()).as("the number of 'b'").isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "text", "large", "view", "list", "map", "struct", "union", "null", "u64", "decimal", "ends"
      })
  void columnsThatCannotBeTensorsAreNamed(String column) {
    var reader = Datasets.fromArrow(file("between.arrow")).columns("first", column);
    assertThatThrownBy(reader::dataset)
        .isInstanceOf(DataException.class)
        .hasMessageContaining("between.arrow: column '" + column + "' of type ")
        .hasMessageContaining("columns(…)");
  }

  @Test
  void columnsOfTensorsKeepTheirShape() {
    Tensor row = Datasets.fromArrow(file("tensors.arrow")).dataset().get(4).get("t");
    assertThat(row.shape()).isEqualTo(Shape.of(2, 3));
    assertThat(doubles(row)).containsExactly(24, 25, 26, 27, 28, 29);
    assertThatThrownBy(() -> Datasets.fromArrow(file("turned.arrow")).dataset())
        .isInstanceOf(DataException.class)
        .hasMessageContaining("turned.arrow")
        .hasMessageContaining("permutation");
  }

  @Test
  void missingValuesAreRefusedUnlessSomethingStandsForThem() {
    var reader = Datasets.fromArrow(file("gaps.arrow"));
    assertThatThrownBy(reader::dataset)
        .isInstanceOf(DataException.class)
        .hasMessageContaining("gaps.arrow: record batch 0: column 'f32' lacks 1 of 4 values")
        .hasMessageContaining("nullValue(…)");
    assertThat(reader.columns("full").dataset().size()).isEqualTo(ROWS);
    var batch =
        DataLoader.of(reader.nullValue(-1).dataset()).batchSize(ROWS).build().iterator().next();
    assertThat(doubles(batch.get("f32"))).containsExactly(0, -1, 1, 1.5, 2, -1, 3, 3.5, 4, -1);
    assertThat(doubles(batch.get("i32"))).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, -1);
    assertThat(batch.get("flag").to(DType.INT64).sum().itemLong()).isEqualTo(ROWS);
    assertThat(doubles(batch.get("pair")))
        .containsExactly(0, 0, 1, -1, -1, -1, 3, -1, 4, -4, 5, -5, 6, -6, 7, -7, 8, -8, 9, -9);
  }

  @Test
  void aFractionCannotStandForAWholeNumber() {
    var reader = Datasets.fromArrow(file("gaps.arrow")).columns("i32").nullValue(0.5);
    assertThatThrownBy(reader::dataset)
        .isInstanceOf(DataException.class)
        .hasMessageContaining("0.5 cannot stand for them in int32");
  }

  @ParameterizedTest
  @ValueSource(strings = {"no-rows.arrow", "no-batches.arrow"})
  void emptyTablesHaveNoRows(String name) {
    assertThat(Datasets.fromArrow(file(name)).dataset().size()).isZero();
    assertThat(Datasets.fromArrow(file(name)).stream().iterator().hasNext()).isFalse();
  }

  @Test
  void columnsAreNotCopiedWhereTheyFillTheBatch() {
    var reader = Datasets.fromArrow(file("numbers.arrow")).columns("f64", "i64", "grid", "pair");
    Tensor row = reader.dataset().get(0).get("f64");
    Tensor other = reader.dataset().get(0).get("i64");
    assertThat(row.item()).isZero();
    assertThat(other.itemLong()).isEqualTo(-5);
  }

  @Test
  void rowsOutliveTheScopeThatTheyWereReadIn() {
    Dataset<Labelled> rows;
    try (var _ = TensorScope.open()) {
      rows = Datasets.fromArrow(file("numbers-lz4.arrow")).dataset(Labelled.class);
    }
    assertThat(rows.get(5).f32().item()).isEqualTo(5 / 8.0);
  }

  @Test
  void filesMustHaveTheSameColumns() {
    var reader = Datasets.fromArrow(file("numbers.arrow"), file("feather2.feather"));
    assertThatThrownBy(reader::dataset)
        .isInstanceOf(DataException.class)
        .hasMessageContaining("feather2.feather: its columns are {i64=int64 (), f32=float32 ()}");
    assertThat(reader.columns("i64").dataset().size()).isEqualTo(2 * ROWS);
  }

  @Test
  void whatIsAskedForMustBeThere() {
    var reader = Datasets.fromArrow(file("twice.arrow"));
    assertThatThrownBy(reader::dataset).hasMessageContaining("there are several columns 'x'");
    assertThatThrownBy(reader.columns("y")::dataset)
        .hasMessageContaining("there is no column 'y'; there are [x, x]");
    assertThatThrownBy(Datasets.fromArrow(file("numbers.arrow")).dtype("y", DType.INT8)::dataset)
        .hasMessageContaining("there is no column 'y'");
    assertThatThrownBy(() -> Datasets.fromArrow(file("numbers.arrow")).dataset(Wrong.class))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("component 'i64' of record Wrong is a long");
    assertThatThrownBy(Datasets::fromArrow).hasMessageContaining("no files");
  }

  @Test
  void otherFormatsAreCalledByTheirNames() {
    for (var wrong :
        List.of(
            List.of("feather1.feather", "Feather file of version 1"),
            List.of("table.parquet", "Parquet"),
            List.of("numbers-zstd.arrow", "ZSTD"),
            List.of("README.md", "no Arrow file"),
            List.of("absent.arrow", "there is no such file"),
            List.of("", "arrow: "))) {
      assertThatThrownBy(() -> Datasets.fromArrow(file(wrong.getFirst())).dataset())
          .as(wrong.getFirst())
          .isInstanceOf(DataException.class)
          .hasMessageContaining(wrong.getFirst())
          .hasMessageContaining(wrong.getLast());
    }
  }
}
