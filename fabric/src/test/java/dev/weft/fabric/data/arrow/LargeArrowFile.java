package dev.weft.fabric.data.arrow;

import com.google.flatbuffers.FlatBufferBuilder;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.flatbuf.Block;
import org.apache.arrow.flatbuf.BodyCompression;
import org.apache.arrow.flatbuf.BodyCompressionMethod;
import org.apache.arrow.flatbuf.Buffer;
import org.apache.arrow.flatbuf.CompressionType;
import org.apache.arrow.flatbuf.Field;
import org.apache.arrow.flatbuf.FieldNode;
import org.apache.arrow.flatbuf.FixedSizeList;
import org.apache.arrow.flatbuf.FloatingPoint;
import org.apache.arrow.flatbuf.Footer;
import org.apache.arrow.flatbuf.Message;
import org.apache.arrow.flatbuf.MessageHeader;
import org.apache.arrow.flatbuf.MetadataVersion;
import org.apache.arrow.flatbuf.Precision;
import org.apache.arrow.flatbuf.RecordBatch;
import org.apache.arrow.flatbuf.Schema;
import org.apache.arrow.flatbuf.Type;

/**
 * Writes Arrow files of any size with little memory: a column {@code x} of {@link #WIDTH} float32
 * numbers, of which the first is the number of the row and the others are 1.
 */
public final class LargeArrowFile {

  /** Numbers in a row, and rows in a record batch: 512 KiB. */
  public static final int WIDTH = 1024;

  private static final int BATCH_ROWS = 128;

  /** How the record batches are put into a file. */
  public enum Kind {
    /** An IPC stream. */
    STREAM,
    /** An IPC file. */
    FILE,
    /** An IPC file with LZ4 frames in it, as Feather files are by default. */
    FEATHER
  }

  private final FileChannel channel;
  private final Kind kind;
  private final List<long[]> blocks = new ArrayList<>();

  private LargeArrowFile(FileChannel channel, Kind kind) {
    this.channel = channel;
    this.kind = kind;
  }

  /** Writes a file of {@code batches} times half a MiB. */
  public static void write(Path path, Kind kind, int batches) throws IOException {
    try (var channel =
        FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      new LargeArrowFile(channel, kind).write(batches);
    }
  }

  /** How many rows so many batches have. */
  public static long rows(int batches) {
    return (long) batches * BATCH_ROWS;
  }

  private void write(int batches) throws IOException {
    byte[] magic = "ARROW1".getBytes(StandardCharsets.US_ASCII);
    if (kind != Kind.STREAM) {
      channel.write(ByteBuffer.allocate(8).put(magic).rewind());
    }
    var builder = new FlatBufferBuilder();
    message(builder, MessageHeader.Schema, schema(builder), 0);
    for (int batch = 0; batch < batches; batch++) {
      ByteBuffer body = body(batch);
      var header = new FlatBufferBuilder();
      long at = channel.position();
      int described = message(header, MessageHeader.RecordBatch, batch(header, body), body.limit());
      blocks.add(new long[] {at, described, body.limit()});
      channel.write(body);
    }
    channel.write(little(8).putInt(-1).putInt(0).flip());
    if (kind != Kind.STREAM) {
      ByteBuffer footer = footer();
      int length = footer.remaining();
      channel.write(footer);
      channel.write(little(10).putInt(length).put(magic).flip());
    }
  }

  private static ByteBuffer little(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Returns how many bytes describe the body that follows. */
  private int message(FlatBufferBuilder builder, byte type, int header, long body)
      throws IOException {
    builder.finish(Message.createMessage(builder, MetadataVersion.V5, type, header, body, 0));
    byte[] bytes = builder.sizedByteArray();
    int padded = (bytes.length + 7) / 8 * 8;
    channel.write(little(8 + padded).putInt(-1).putInt(padded).put(bytes).rewind());
    return 8 + padded;
  }

  private static int schema(FlatBufferBuilder builder) {
    int number = FloatingPoint.createFloatingPoint(builder, Precision.SINGLE);
    int item = field(builder, "item", Type.FloatingPoint, number, new int[0]);
    int list = FixedSizeList.createFixedSizeList(builder, WIDTH);
    int x = field(builder, "x", Type.FixedSizeList, list, new int[] {item});
    int fields = Schema.createFieldsVector(builder, new int[] {x});
    return Schema.createSchema(builder, (short) 0, fields, 0, 0);
  }

  private static int field(
      FlatBufferBuilder builder, String name, byte kind, int type, int[] children) {
    int text = builder.createString(name);
    int inner = Field.createChildrenVector(builder, children);
    return Field.createField(builder, text, false, kind, type, 0, inner, 0);
  }

  private int batch(FlatBufferBuilder builder, ByteBuffer body) {
    int compression =
        kind == Kind.FEATHER
            ? BodyCompression.createBodyCompression(
                builder, CompressionType.LZ4_FRAME, BodyCompressionMethod.BUFFER)
            : 0;
    RecordBatch.startNodesVector(builder, 2); // vectors are filled from their end
    FieldNode.createFieldNode(builder, (long) BATCH_ROWS * WIDTH, 0);
    FieldNode.createFieldNode(builder, BATCH_ROWS, 0);
    int nodes = builder.endVector();
    RecordBatch.startBuffersVector(builder, 3);
    Buffer.createBuffer(builder, 0, body.limit());
    Buffer.createBuffer(builder, 0, 0); // no row is missing
    Buffer.createBuffer(builder, 0, 0);
    int buffers = builder.endVector();
    return RecordBatch.createRecordBatch(builder, BATCH_ROWS, nodes, buffers, compression, 0);
  }

  private ByteBuffer body(int batch) {
    int bytes = BATCH_ROWS * WIDTH * Float.BYTES;
    ByteBuffer body = little(bytes + 64);
    if (kind == Kind.FEATHER) {
      byte[] descriptor = {0x60, 0x70}; // version 1, independent blocks of up to 4 MiB
      int checksum = XxHash32.of(MemorySegment.ofArray(descriptor)) >>> 8 & 0xFF;
      body.putLong(bytes).putInt(0x184D2204).put(descriptor).put((byte) checksum);
      body.putInt(bytes | 0x80000000); // one block, stored as it is
    }
    for (int row = 0; row < BATCH_ROWS; row++) {
      body.putFloat((float) batch * BATCH_ROWS + row);
      for (int i = 1; i < WIDTH; i++) {
        body.putFloat(1);
      }
    }
    if (kind == Kind.FEATHER) {
      body.putInt(0); // the end of the frame
    }
    return body.flip();
  }

  private ByteBuffer footer() {
    var builder = new FlatBufferBuilder();
    int schema = schema(builder);
    Footer.startRecordBatchesVector(builder, blocks.size());
    for (long[] block : blocks.reversed()) {
      Block.createBlock(builder, block[0], (int) block[1], block[2]);
    }
    int batches = builder.endVector();
    Footer.startDictionariesVector(builder, 0);
    int dictionaries = builder.endVector();
    builder.finish(
        Footer.createFooter(builder, MetadataVersion.V5, schema, dictionaries, batches, 0));
    return ByteBuffer.wrap(builder.sizedByteArray());
  }
}
