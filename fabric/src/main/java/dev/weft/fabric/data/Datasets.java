package dev.weft.fabric.data;

import static java.util.Objects.requireNonNull;

import dev.weft.fabric.data.arrow.ArrowChunks;
import dev.weft.fabric.data.table.TableOptions;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** Small datasets that come with the library. */
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
