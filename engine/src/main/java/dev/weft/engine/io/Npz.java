package dev.weft.engine.io;

import dev.weft.engine.Device;
import dev.weft.engine.Native;
import dev.weft.engine.Shape;
import dev.weft.engine.Tensor;
import dev.weft.engine.TensorScope;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.zip.CRC32;

/**
 * Named tensors in a file of NumPy's format {@code .npz}: a zip archive of {@link Npy} files,
 * stored or, for reading, compressed.
 *
 * <p>Compressed arrays may become 64 MiB large whatever they were compressed to, and beyond that
 * 100 times as large as they are in the file; {@link #read(Path, long)} raises the first number.
 */
public final class Npz {

  private static final long TRUSTED_BYTES = 64L << 20;
  private static final long MOST_RATIO = 100;
  private static final String SUFFIX = ".npy";

  private Npz() {}

  /** Reads all arrays, in the order of the archive. */
  public static SequencedMap<String, Tensor> read(Path file) throws TensorFileException {
    return read(file, TRUSTED_BYTES);
  }

  /**
   * Reads all arrays, in the order of the archive.
   *
   * @param mostBytes what compressed arrays may take together, however small they are in the file
   */
  public static SequencedMap<String, Tensor> read(Path file, long mostBytes)
      throws TensorFileException {
    try (var in = FileInput.open(file)) {
      byte[] head = in.head(2);
      if (head.length < 2 || head[0] != 'P' || head[1] != 'K') {
        throw in.wrong(
            "is no .npz file" + FileKind.other(in).map(kind -> " but " + kind).orElse(""));
      }
      ZipArchive archive = ZipArchive.open(in);
      requireSane(in, archive, mostBytes);
      var tensors = new LinkedHashMap<String, Tensor>();
      try {
        for (ZipArchive.Entry entry : archive.entries().values()) {
          String name = entry.name().substring(0, entry.name().length() - SUFFIX.length());
          tensors.put(name, read(in, archive, entry));
        }
        return tensors;
      } catch (TensorFileException | RuntimeException | Error e) {
        tensors.values().forEach(Tensor::release);
        throw e;
      }
    }
  }

  private static void requireSane(FileInput in, ZipArchive archive, long mostBytes)
      throws TensorFileException {
    long packed = 0;
    long unpacked = 0;
    for (ZipArchive.Entry entry : archive.entries().values()) {
      if (!entry.name().endsWith(SUFFIX)) {
        throw in.wrong(
            "is no .npz file: the record '" + Excerpt.of(entry.name()) + "' is no .npy file");
      }
      if (entry.method() == ZipArchive.DEFLATED) {
        packed += entry.packed();
        unpacked = Math.addExact(unpacked, Math.min(entry.size(), Long.MAX_VALUE >> 20));
      }
    }
    if (unpacked > mostBytes && unpacked / MOST_RATIO > packed) {
      throw in.wrong(
          packed
              + " compressed bytes should give "
              + unpacked
              + "; if you trust the file, use Npz.read(file, "
              + unpacked
              + "L)");
    }
  }

  private static Tensor read(FileInput in, ZipArchive archive, ZipArchive.Entry entry)
      throws TensorFileException {
    String record = "record " + Excerpt.of(entry.name());
    if (entry.method() == ZipArchive.STORED) {
      var data = new PickleInput(in, record, entry.start(), entry.packed());
      Npy.Header header = Npy.readHeader(data);
      Npy.requireSize(header, data.left(), data);
      requireChecksum(in, record, archive.checksum(entry), entry);
      Tensor flat =
          TensorData.read(in, data.position(), Shape.of(header.shape().numel()), header.dtype());
      return Npy.shaped(flat, header);
    }
    return inflate(in, archive, entry, record);
  }

  /** Unpacks the header, takes the memory that it and the directory agree on, unpacks into it. */
  private static Tensor inflate(
      FileInput in, ZipArchive archive, ZipArchive.Entry entry, String record)
      throws TensorFileException {
    try (InputStream stream = archive.stream(entry)) {
      byte[] start = stream.readNBytes((int) Math.min(entry.size(), Npy.LONGEST_START));
      var data =
          new PickleInput(
              in.path(),
              (at, count) -> ByteBuffer.wrap(start, (int) at, count).slice(),
              record,
              0,
              start.length);
      Npy.Header header = Npy.readHeader(data);
      int headerBytes = (int) data.position();
      Npy.requireSize(header, entry.size() - headerBytes, data);
      Tensor flat = Tensor.empty(Shape.of(header.shape().numel()), header.dtype(), Device.CPU);
      try {
        var crc = new CRC32();
        crc.update(start);
        MemorySegment elements = flat.segment();
        int filledByStart = start.length - headerBytes;
        MemorySegment.copy(start, headerBytes, elements, Native.BYTE, 0, filledByStart);
        long filled = filledByStart;
        byte[] buffer = new byte[1 << 16];
        for (int got = stream.read(buffer); got >= 0; got = stream.read(buffer)) {
          if (got > elements.byteSize() - filled) {
            throw in.wrong(record + ": gives more than the " + entry.size() + " bytes it should");
          }
          crc.update(buffer, 0, got);
          MemorySegment.copy(buffer, 0, elements, Native.BYTE, filled, got);
          filled += got;
        }
        if (filled != elements.byteSize()) {
          throw in.wrong(record + ": gives fewer than the " + entry.size() + " bytes it should");
        }
        requireChecksum(in, record, crc.getValue(), entry);
        TensorData.normalise(elements, header.dtype());
        return Npy.shaped(flat, header);
      } catch (IOException | RuntimeException | Error e) {
        flat.release();
        throw e;
      }
    } catch (TensorFileException e) {
      throw e;
    } catch (IOException e) {
      throw new TensorFileException(
          in.path(), record + ": the compressed data are damaged: " + e.getMessage(), e);
    }
  }

  private static void requireChecksum(
      FileInput in, String record, long checksum, ZipArchive.Entry entry)
      throws TensorFileException {
    if (checksum != entry.crc()) {
      throw in.wrong(
          String.format(
              java.util.Locale.ROOT,
              "%s: is damaged: its checksum is %08x and should be %08x",
              record,
              checksum,
              entry.crc()));
    }
  }

  /**
   * Writes tensors, uncompressed, in the order of the map, or of the names where it has none. The
   * file is replaced as a whole or not at all.
   */
  public static void write(Path file, Map<String, Tensor> tensors) throws TensorFileException {
    List<String> names = new ArrayList<>(tensors.keySet());
    if (!(tensors instanceof SequencedMap)) {
      Collections.sort(names);
    }
    var headers = new LinkedHashMap<String, byte[]>();
    for (String name : names) {
      Tensor tensor = tensor(tensors, name);
      if (!ZipArchive.isRecordName(name + SUFFIX)) {
        throw new IllegalArgumentException(
            "write " + file + ": '" + Excerpt.of(name) + "' cannot name a record of an archive");
      }
      TensorData.requireElements("write " + file + ", array '" + name + "'", tensor);
      headers.put(name, Npy.header(tensor));
    }
    AtomicFile.write(
        file,
        out -> {
          var zip = new ZipOutput(out);
          for (var header : headers.entrySet()) {
            try (var _ = TensorScope.open()) {
              zip.add(
                  header.getKey() + SUFFIX,
                  MemorySegment.ofArray(header.getValue()),
                  TensorData.rowMajor(tensor(tensors, header.getKey())));
            }
          }
          zip.finish();
        });
  }

  private static Tensor tensor(Map<String, Tensor> tensors, String name) {
    Tensor tensor = tensors.get(name);
    if (tensor == null) {
      throw new IllegalArgumentException("write: '" + name + "' is null");
    }
    return tensor;
  }
}
