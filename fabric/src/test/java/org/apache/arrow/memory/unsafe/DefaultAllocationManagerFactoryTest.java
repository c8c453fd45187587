package org.apache.arrow.memory.unsafe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.Channels;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.OutOfMemoryException;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowStreamReader;
import org.apache.arrow.vector.ipc.ArrowStreamWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Arrow on memory of ours, reached by the name under which Arrow looks for an allocation manager.
 */
class DefaultAllocationManagerFactoryTest {

  @ParameterizedTest
  @ValueSource(longs = {1, 63, 64, 1000, 1 << 20})
  void buffersStartAtMultiplesOf64(long size) {
    try (var allocator = new RootAllocator();
        ArrowBuf buffer = allocator.buffer(size)) {
      assertThat(buffer.memoryAddress() % 64).isZero();
      assertThat(buffer.capacity()).isGreaterThanOrEqualTo(size);
    }
  }

  @Test
  void memoryIsCountedAndGivenBack() {
    try (var allocator = new RootAllocator()) {
      ArrowBuf buffer = allocator.buffer(4096);
      assertThat(allocator.getAllocatedMemory()).isEqualTo(4096);
      buffer.close();
      assertThat(allocator.getAllocatedMemory()).isZero();
    }
  }

  @Test
  void anAllocatorKeepsToItsLimit() {
    try (var allocator = new RootAllocator(1024)) {
      assertThatThrownBy(() -> allocator.buffer(4096)).isInstanceOf(OutOfMemoryException.class);
      assertThat(allocator.getAllocatedMemory()).isZero();
    }
  }

  @Test
  void theEmptyBufferHoldsNothing() {
    try (var allocator = new RootAllocator();
        ArrowBuf buffer = allocator.buffer(0)) {
      assertThat(buffer.capacity()).isZero();
      assertThat(allocator.getAllocatedMemory()).isZero();
    }
  }

  @Test
  void aColumnIsReadWhereItLies() {
    try (var allocator = new RootAllocator();
        var column = new Float4Vector("x", allocator)) {
      column.allocateNew(3);
      column.set(0, 1.5f);
      column.set(1, -2f);
      column.set(2, 0.25f);
      column.setValueCount(3);

      MemorySegment memory =
          MemorySegment.ofAddress(column.getDataBuffer().memoryAddress()).reinterpret(12);
      assertThat(memory.toArray(ValueLayout.JAVA_FLOAT)).containsExactly(1.5f, -2f, 0.25f);
    }
  }

  @Test
  void aTableSurvivesTheStreamFormat() throws IOException {
    var bytes = new ByteArrayOutputStream();
    try (var allocator = new RootAllocator()) {
      try (var column = new Float4Vector("x", allocator);
          var table = VectorSchemaRoot.of(column);
          var writer = new ArrowStreamWriter(table, null, Channels.newChannel(bytes))) {
        column.allocateNew(2);
        column.set(0, 1.5f);
        column.setNull(1);
        table.setRowCount(2);
        writer.start();
        writer.writeBatch();
        writer.end();
      }
      try (var reader =
          new ArrowStreamReader(new ByteArrayInputStream(bytes.toByteArray()), allocator)) {
        assertThat(reader.loadNextBatch()).isTrue();
        var column = (Float4Vector) reader.getVectorSchemaRoot().getVector("x");
        assertThat(column.getObject(0)).isEqualTo(1.5f);
        assertThat(column.isNull(1)).isTrue();
      }
      assertThat(allocator.getAllocatedMemory()).isZero();
    }
  }
}
