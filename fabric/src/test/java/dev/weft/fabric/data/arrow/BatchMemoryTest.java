package dev.weft.fabric.data.arrow;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.engine.Tensor;
import dev.weft.fabric.data.table.TableOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.arrow.flatbuf.RecordBatch;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.junit.jupiter.api.Test;

/** Who holds the memory of a record batch, and for how long. */
class BatchMemoryTest {

  private static byte[] numbers() throws IOException {
    return Files.readAllBytes(Path.of("src/test/resources/data/arrow/numbers.arrow"));
  }

  private static Field column(IpcFile file, String name) {
    return file.fields().stream().filter(f -> f.getName().equals(name)).findAny().orElseThrow();
  }

  /** Columns before the first list lie in two buffers each. */
  private static long offset(IpcFile file, RecordBatch batch, String name) {
    return batch.buffers(2 * file.fields().indexOf(column(file, name)) + 1).offset();
  }

  @Test
  void wideColumnsLieWhereTheyWereRead() throws IOException {
    long apart;
    try (var file = IpcFile.open(ByteSource.of(numbers()));
        var memory = new BatchMemory(1 << 20)) {
      var batch = file.next(memory.allocator()).orElseThrow();
      var header = (RecordBatch) batch.message().header(new RecordBatch());
      apart = offset(file, header, "f64") - offset(file, header, "i64");
      assertThat(column(file, "f64").getType()).isInstanceOf(ArrowType.FloatingPoint.class);
    }
    var all = TableOptions.ALL.columns(List.of("i64", "f64", "i32", "i16", "pair", "grid", "f32"));
    try (var chunks = ArrowChunks.open("numbers.arrow", numbers(), all)) {
      var columns = chunks.next().orElseThrow();
      assertThat(address(columns.get("f64")) - address(columns.get("i64"))).isEqualTo(apart);
      columns.values().forEach(Tensor::release);
    }
  }

  private static long address(Tensor tensor) {
    return tensor.segment().address();
  }

  @Test
  void memoryGoesBackWithTheLastTensor() throws IOException {
    var memory = new BatchMemory(1 << 20);
    Tensor first;
    Tensor second;
    try (memory;
        var file = IpcFile.open(ByteSource.of(numbers()))) {
      var batch = new BatchReader(file.next(memory.allocator()).orElseThrow(), memory.allocator());
      var columns = batch.columns(file.fields(), field -> field.getName().matches("[if]64"));
      var tensors = new Columns(memory, true, TableOptions.ALL);
      first = tensors.tensor(columns.getFirst(), batch.rows());
      second = tensors.tensor(columns.getLast(), batch.rows());
    }
    assertThat(memory.isReturned()).isFalse();
    first.release();
    assertThat(memory.isReturned()).isFalse();
    assertThat(second.select(0, 3).item()).isEqualTo(3 / 10.0);
    second.release();
    assertThat(memory.isReturned()).isFalse(); // the view of row 3 is still there
  }

  @Test
  void memoryGoesBackAtOnceWhenNoTensorSharesIt() throws IOException {
    var memory = new BatchMemory(1 << 20);
    try (memory;
        var file = IpcFile.open(ByteSource.of(numbers()))) {
      var batch = new BatchReader(file.next(memory.allocator()).orElseThrow(), memory.allocator());
      var columns = batch.columns(file.fields(), field -> field.getName().equals("i64"));
      new Columns(memory, false, TableOptions.ALL).tensor(columns.getFirst(), batch.rows());
    }
    assertThat(memory.isReturned()).isTrue();
  }
}
