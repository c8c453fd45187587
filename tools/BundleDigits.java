import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.complex.FixedSizeListVector;
import org.apache.arrow.vector.ipc.ArrowFileWriter;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.types.pojo.Schema;

/**
 * Makes the bundled {@code digits.arrow} of the UCI digits in two NPY files: images uint8 (1797,
 * 64) with values from 0 to 16, labels uint8 (1797). They are stored as they are trained on, so
 * that reading needs no arithmetic: image float32 (64), divided by 16, and label int64. The same
 * input gives the same bytes.
 *
 * <pre>
 * java --add-opens=java.base/java.nio=ALL-UNNAMED -Dslf4j.internal.verbosity=ERROR \
 *     -cp 'fabric/target/lib/*' tools/BundleDigits.java \
 *     images.npy labels.npy fabric/src/main/resources/dev/weft/fabric/data/digits.arrow
 * </pre>
 */
public final class BundleDigits {

  private static final int PIXELS = 64;

  /** The darkest grey value; dividing by it is exact. */
  private static final float DARKEST = 16;

  private BundleDigits() {}

  public static void main(String[] args) throws IOException {
    byte[] images = npy(Path.of(args[0]));
    byte[] labels = npy(Path.of(args[1]));
    if (images.length != labels.length * PIXELS) {
      throw new IllegalArgumentException(images.length + " pixels, " + labels.length + " labels");
    }
    var grey = new ArrowType.FloatingPoint(FloatingPointPrecision.SINGLE);
    var pixel = new Field("pixel", FieldType.notNullable(grey), List.of());
    var row = FieldType.notNullable(new ArrowType.FixedSizeList(PIXELS));
    var image = new Field("image", row, List.of(pixel));
    var label = new Field("label", FieldType.notNullable(new ArrowType.Int(64, true)), List.of());
    var about = new TreeMap<String, String>();
    about.put("title", "Optical Recognition of Handwritten Digits (test part)");
    about.put("author", "E. Alpaydin, C. Kaynak, 1998");
    about.put("source", "UCI Machine Learning Repository, https://doi.org/10.24432/C50P49");
    about.put("licence", "CC BY 4.0, https://creativecommons.org/licenses/by/4.0/");
    try (var allocator = new RootAllocator();
        var root = VectorSchemaRoot.create(new Schema(List.of(image, label), about), allocator)) {
      var lists = (FixedSizeListVector) root.getVector("image");
      var pixels = (Float4Vector) lists.getDataVector();
      var digits = (BigIntVector) root.getVector("label");
      for (int i = 0; i < labels.length; i++) {
        lists.setNotNull(i);
        digits.setSafe(i, labels[i]);
      }
      for (int i = 0; i < images.length; i++) {
        pixels.setSafe(i, images[i] / DARKEST);
      }
      root.setRowCount(labels.length);
      write(root, Path.of(args[2]));
    }
  }

  private static void write(VectorSchemaRoot root, Path target) throws IOException {
    try (var channel =
            FileChannel.open(
                target,
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.WRITE);
        var writer = new ArrowFileWriter(root, null, channel)) {
      writer.start();
      writer.writeBatch();
      writer.end();
    }
  }

  /** The bytes of a uint8 array in an NPY file of version 1. */
  private static byte[] npy(Path path) throws IOException {
    byte[] file = Files.readAllBytes(path);
    int header = 10 + (file[8] & 0xFF) + ((file[9] & 0xFF) << 8);
    String text = new String(file, 10, header - 10, StandardCharsets.US_ASCII);
    if (!text.contains("'descr': '|u1'") || !text.contains("'fortran_order': False")) {
      throw new IllegalArgumentException(path + " holds " + text.strip());
    }
    return Arrays.copyOfRange(file, header, file.length);
  }
}
