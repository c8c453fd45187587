package dev.weft.fabric.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.weft.engine.DType;
import dev.weft.engine.Shape;
import dev.weft.engine.Tensor;
import dev.weft.engine.io.Npy;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The digits in the jar beside the arrays that they were made of, and beside published counts. */
class DatasetsTest {

  private static Digit all() {
    var loader = DataLoader.of(Datasets.digits()).batchSize(1797).build();
    return loader.iterator().next();
  }

  @Test
  void batchesAreFloatsAndWholeNumbers() {
    Digit batch = all();
    assertThat(batch.image().shape()).isEqualTo(Shape.of(1797, 64));
    assertThat(batch.image().dtype()).isEqualTo(DType.FLOAT32);
    assertThat(batch.label().shape()).isEqualTo(Shape.of(1797));
    assertThat(batch.label().dtype()).isEqualTo(DType.INT64);
  }

  /** How often each digit occurs, from the description of the dataset in its repository. */
  @Test
  void everyDigitOccursAsOftenAsPublished() {
    long[] counts = new long[10];
    for (long label : all().label().toLongArray()) {
      counts[(int) label]++;
    }
    assertThat(counts).containsExactly(178, 182, 177, 183, 181, 182, 181, 179, 174, 180);
  }

  @Test
  void imagesAndLabelsAreThoseOfTheSource() throws Exception {
    Path folder = Path.of(System.getProperty("weft.testData", "../../shared/data"), "digits");
    assumeThat(Files.isDirectory(folder)).as("the test data folder %s", folder).isTrue();
    Tensor images = Npy.read(folder.resolve("digits8x8-images.npy"));
    Tensor labels = Npy.read(folder.resolve("digits8x8-labels.npy"));
    Digit batch = all();
    double[] expected = images.to(DType.FLOAT64).toDoubleArray();
    double[] found = batch.image().to(DType.FLOAT64).toDoubleArray();
    assertThat(found).hasSameSizeAs(expected);
    for (int i = 0; i < found.length; i++) {
      assertThat(found[i]).as("pixel %d", i).isEqualTo(expected[i] / 16);
    }
    assertThat(batch.label().toLongArray()).isEqualTo(labels.to(DType.INT64).toLongArray());
  }

  @Test
  void aSubsetStartsWhereItSays() {
    var test = Datasets.digits().subset(1437, 1797);
    assertThat(test.size()).isEqualTo(360);
    Digit all = all();
    assertThat(test.get(0).label().item()).isEqualTo(all.label().select(0, 1437).item());
    assertThat(test.get(0).image().toFloatArray())
        .isEqualTo(all.image().select(0, 1437).toFloatArray());
  }
}
