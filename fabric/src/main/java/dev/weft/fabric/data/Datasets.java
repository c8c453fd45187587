package dev.weft.fabric.data;

import static java.util.Objects.requireNonNull;

import dev.weft.fabric.data.arrow.ArrowChunks;
import dev.weft.fabric.data.table.TableOptions;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/** Where data come from: files of tables, and a small dataset that comes with the library. */
public final class Datasets {

  /** Made by {@code tools/BundleDigits.java}. */
  private static final String DIGITS = "digits.arrow";

  private Datasets() {}

  /**
   * 1,797 handwritten digits of 8 by 8 pixels, from 13 writers: float32 images (64) between 0 and
   * 1, int64 labels (). Whoever trains on the first 1,437 and tests on the rest meets other hands
   * in the test; a small perceptron reaches about 88 % there.
   *
   * <p>Source: Alpaydin, Kaynak, "Optical Recognition of Handwritten Digits" (its test part), UCI
   * Machine Learning Repository, 1998, CC BY 4.0. Grey values were divided by 16.
   */
  public static Dataset<Digit> digits() {
    try (var chunks = ArrowChunks.open(DIGITS, resource(DIGITS), TableOptions.ALL)) {
      var columns = chunks.next().orElseThrow();
      return Dataset.ofTensors(
          new Digit(requireNonNull(columns.get("image")), requireNonNull(columns.get("label"))));
    }
  }

  /**
   * Arrow files of the same columns, one after the other: IPC files, also known as Feather version
   * 2, and IPC streams; plain or compressed with LZ4.
   *
   * <p>Numbers, bools, dates and times (as the numbers that they are stored as), fixed-size lists
   * and binary values, and tensors of fixed shape can be read; dictionary columns give the numbers
   * of their entries. Unsigned numbers of 16 and 32 bits take the next wider dtype, because tensors
   * have none of their own; those of 64 bits, text and lists of varying length cannot be tensors.
   * Where the layout allows, tensors lie over what was read, without a copy.
   */
  public static TableReader fromArrow(Path... files) {
    return TableReader.arrow(files);
  }

  /**
   * CSV files of the same columns, one after the other, in UTF-8. The first line names the columns;
   * cells are numbers, true or false, and an empty cell is a missing value. A column is bool when
   * its first 4,096 cells say only true and false, int64 when they are whole numbers, and else of
   * the default dtype, unless {@link TableReader#dtype} says what it is.
   */
  public static TableReader fromCsv(Path... files) {
    return fromCsv(',', files);
  }

  /** Text files like those of {@link #fromCsv(Path...)}, with another character between cells. */
  public static TableReader fromCsv(char delimiter, Path... files) {
    return TableReader.csv(delimiter, files);
  }

  private static byte[] resource(String name) {
    try (InputStream stream = Datasets.class.getResourceAsStream(name)) {
      if (stream == null) {
        throw new IllegalStateException("Datasets: " + name + " is missing from the jar");
      }
      return stream.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException("Datasets: cannot read " + name + " from the jar", e);
    }
  }
}
