package dev.weft.fabric.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.engine.DType;
import dev.weft.engine.Tensor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tables in text files. */
class CsvTableTest {

  @TempDir Path folder;

  record Flower(Tensor width, Tensor kind) {}

  private Path file(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }

  private static Map<String, Tensor> all(Dataset<Map<String, Tensor>> rows) {
    return DataLoader.of(rows).batchSize((int) rows.size()).build().iterator().next();
  }

  @Test
  void columnsTakeTheDtypeOfTheirCells() throws IOException {
    var table =
        Datasets.fromCsv(
            file("t.csv", "n, x ,flag,\"a, b\"\n1,0.5,true,-3\n-2,1e3,FALSE,+4\n3,nan,True,5\n"));
    var columns = all(table.dataset());
    assertThat(columns.keySet()).containsExactly("n", "x", "flag", "a, b");
    assertThat(columns.get("n").toLongArray()).containsExactly(1, -2, 3);
    assertThat(columns.get("x").dtype()).isEqualTo(DType.FLOAT32);
    assertThat(columns.get("x").toFloatArray()).containsExactly(0.5f, 1000, Float.NaN);
    assertThat(columns.get("flag").dtype()).isEqualTo(DType.BOOL);
    assertThat(columns.get("flag").to(DType.INT64).toLongArray()).containsExactly(1, 0, 1);
    assertThat(columns.get("a, b").toLongArray()).containsExactly(-3, 4, 5);
  }

  @Test
  void rowsBecomeRecords() throws IOException {
    var rows =
        Datasets.fromCsv(file("t.csv", "kind,length,width\n0,9,0.25\n2,9,0.75\n"))
            .dtype("kind", DType.UINT8)
            .dataset(Flower.class);
    assertThat(rows.size()).isEqualTo(2);
    assertThat(rows.get(1).width().item()).isEqualTo(0.75);
    assertThat(rows.get(1).kind().dtype()).isEqualTo(DType.UINT8);
  }

  @Test
  void lineEndsQuotesAndAByteOrderMarkAreUnderstood() throws IOException {
    var table =
        Datasets.fromCsv(';', file("t.csv", "\uFEFFa;\"b\"\"c\"\r\n1;\"2\"\r\n\r\n\"3\";4"));
    var columns = all(table.dataset());
    assertThat(columns.get("a").toLongArray()).containsExactly(1, 3);
    assertThat(columns.get("b\"c").toLongArray()).containsExactly(2, 4);
  }

  @Test
  void largeTablesAreReadInParts() throws IOException {
    int rows = 10_000;
    Path file =
        file(
            "t.csv",
            IntStream.range(0, rows)
                .mapToObj(i -> i + "," + i / 4.0)
                .collect(Collectors.joining("\n", "i,quarter\n", "\n")));
    var columns = all(Datasets.fromCsv(file).dataset());
    assertThat(columns.get("i").toLongArray())
        .isEqualTo(IntStream.range(0, rows).asLongStream().toArray());
    assertThat(columns.get("quarter").select(0, 9_999).item()).isEqualTo(9_999 / 4.0);
    long sum = 0;
    for (var row : Datasets.fromCsv(file).stream()) {
      sum += row.get("i").itemLong();
    }
    assertThat(sum).isEqualTo(rows * (rows - 1L) / 2);
  }

  @Test
  void severalFilesAreOneTable() throws IOException {
    Path first = file("a.csv", "x,y\n1,2\n");
    Path second = file("b.csv", "y,x\n4,3\n");
    var seen = new ArrayList<Long>();
    for (var row : Datasets.fromCsv(first, second).columns("x").stream()) {
      seen.add(row.get("x").itemLong());
    }
    assertThat(seen).containsExactly(1L, 3L);
  }

  @Test
  void filesThatSuggestDifferentDtypesAreRefused() throws IOException {
    var table = Datasets.fromCsv(file("a.csv", "x\n1\n"), file("b.csv", "x\n1.5\n"));
    assertThatThrownBy(table::dataset)
        .isInstanceOf(DataException.class)
        .hasMessageContaining("b.csv: its columns are {x=float32 ()}")
        .hasMessageContaining("a.csv are {x=int64 ()}");
    var columns = all(table.dtype("x", DType.FLOAT64).dataset());
    assertThat(columns.get("x").toDoubleArray()).containsExactly(1, 1.5);
  }

  @Test
  void missingValuesAreRefusedUnlessSomethingStandsForThem() throws IOException {
    var table = Datasets.fromCsv(file("t.csv", "x,n\n1.5,1\n,\n2.5,3\n"));
    assertThatThrownBy(table::dataset)
        .isInstanceOf(DataException.class)
        .hasMessageContaining("t.csv: line 3, column 'x' is empty")
        .hasMessageContaining("nullValue(…)");
    var columns = all(table.nullValue(-1).dataset());
    assertThat(columns.get("x").toFloatArray()).containsExactly(1.5f, -1, 2.5f);
    assertThat(columns.get("n").toLongArray()).containsExactly(1, -1, 3);
    assertThat(all(table.nullValue(0.5).dataset()).get("n").toFloatArray())
        .as("whole numbers are not whole any more")
        .containsExactly(1, 0.5f, 3);
  }

  @Test
  void largeWholeNumbersAreExact() throws IOException {
    var table = Datasets.fromCsv(file("t.csv", "id\n9223372036854775807\n-9223372036854775808\n"));
    assertThat(all(table.dataset()).get("id").toLongArray())
        .containsExactly(Long.MAX_VALUE, Long.MIN_VALUE);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "x,y\\n1,2\\n3\\n|line 3 has 1 fields, but the first line names 2",
        "x\\n1\\nred\\n|line 3, column 'x': 'red' is not a number",
        "x\\n1.0f\\n|'1.0f' is not a number",
        "x\\n0x1p3\\n|'0x1p3' is not a number",
        "x\\ntrue\\nfalse\\nperhaps\\n|line 2, column 'x': 'true' is not a number",
        "x\\n\"1\\n|quotation mark opened in the record of line 2 is not closed",
        "x,x\\n1,2\\n|several columns 'x'",
        "a,b\\n1,2\\n|there is no column 'x'; there are [a, b]",
        "version https://git-lfs.github.com/spec/v1\\noid sha256:00\\n|Git LFS pointer",
        "<!doctype html>\\n<html>|HTML page",
        "``|the file is empty",
      })
  void whatIsWrongIsNamedWithItsPlace(String text, String cause) throws IOException {
    Path file = file("t.csv", text.replace("\\n", "\n"));
    assertThatThrownBy(() -> Datasets.fromCsv(file).columns("x").dataset())
        .isInstanceOf(DataException.class)
        .hasMessageStartingWith(file + ": ")
        .hasMessageContaining(cause);
  }

  @Test
  void aColumnThatChangesItsMindIsRefused() throws IOException {
    Path file = file("t.csv", "x\n" + "1\n".repeat(5000) + "2.5\n");
    assertThatThrownBy(() -> Datasets.fromCsv(file).dataset())
        .isInstanceOf(DataException.class)
        .hasMessageContaining("line 5002, column 'x': '2.5' is not")
        .hasMessageContaining("int64")
        .hasMessageContaining("dtype(…)");
    var columns = all(Datasets.fromCsv(file).dtype("x", DType.FLOAT32).dataset());
    assertThat(columns.get("x").select(0, 5000).item()).isEqualTo(2.5);
  }

  @Test
  void numbersMustFitTheirDtype() throws IOException {
    Path file = file("t.csv", "x\n255\n256\n");
    assertThatThrownBy(() -> Datasets.fromCsv(file).dtype("x", DType.UINT8).dataset())
        .isInstanceOf(DataException.class)
        .hasMessageContaining("line 3, column 'x': '256' is not")
        .hasMessageContaining("uint8");
  }

  @Test
  void filesThatCannotBeReadAreNamed() throws IOException {
    Path binary = Files.write(folder.resolve("b.csv"), new byte[] {'x', '\n', (byte) 0xFF, '\n'});
    assertThatThrownBy(() -> Datasets.fromCsv(binary).dataset())
        .isInstanceOf(DataException.class)
        .hasMessage(binary + ": it is not text in UTF-8");
    Path absent = folder.resolve("absent.csv");
    assertThatThrownBy(() -> Datasets.fromCsv(absent).dataset())
        .isInstanceOf(DataException.class)
        .hasMessage(absent + ": there is no such file");
    assertThatThrownBy(() -> Datasets.fromCsv(folder).dataset()).isInstanceOf(DataException.class);
  }

  @Test
  void namesMayBeInAnyScript() throws IOException {
    var columns = all(Datasets.fromCsv(file("t.csv", "Größe,重さ\n1,2\n")).dataset());
    assertThat(columns.keySet()).containsExactly("Größe", "重さ");
    assertThat("重さ".getBytes(StandardCharsets.UTF_8)).hasSize(6);
  }
}
