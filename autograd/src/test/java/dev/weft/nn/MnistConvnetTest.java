package dev.weft.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.weft.autograd.Autograd;
import dev.weft.engine.DType;
import dev.weft.engine.Tensor;
import dev.weft.engine.TensorScope;
import dev.weft.engine.io.Json;
import dev.weft.engine.io.TorchFile;
import dev.weft.engine.op.Reduction;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/**
 * A network that another project trained, and what PyTorch computes with it on MNIST's test images.
 * Both belong to others, so they lie beside the project, and the test is skipped without them.
 */
class MnistConvnetTest {

  private static final Path DATA =
      Path.of(System.getProperty("weft.testData", "../../shared/data"));

  private static final class Convnet extends Module<Tensor, Tensor> {
    final Conv2d conv1 = new Conv2d(1, 8, 3);
    final Conv2d conv2 = new Conv2d(8, 16, 3);
    final Conv2d conv3 = new Conv2d(16, 24, 3);
    final BatchNorm2d norm1 = new BatchNorm2d(24);
    final Linear fc1 = new Linear(11616, 32);
    final Linear fc2 = new Linear(32, 10);
    final BatchNorm1d norm2 = new BatchNorm1d(10);

    @Override
    protected Tensor forward(Tensor x) {
      Tensor y = conv3.apply(conv2.apply(conv1.apply(x).relu()).relu()).relu();
      y = fc1.apply(norm1.apply(y).flatten(1, -1)).relu();
      return norm2.apply(fc2.apply(y)).logSoftmax(1);
    }
  }

  /** What follows the header of an IDX file. */
  private static byte[] idx(String name, int header) throws IOException {
    try (var stream = new GZIPInputStream(Files.newInputStream(DATA.resolve("digits/" + name)))) {
      stream.readNBytes(header);
      return stream.readAllBytes();
    }
  }

  private static Convnet trained() throws IOException {
    var state = new LinkedHashMap<String, Tensor>();
    ((Map<?, ?>) TorchFile.read(DATA.resolve("real/burn-mnist-convnet.pt")))
        .forEach((name, tensor) -> state.put((String) name, (Tensor) tensor));
    var model = new Convnet();
    model.loadStateDict(state);
    model.eval();
    return model;
  }

  @Test
  void classifiesTheTestImagesAsPyTorchDoes() throws IOException {
    Assumptions.assumeTrue(
        Files.exists(DATA.resolve("real/burn-mnist-convnet.pt"))
            && Files.exists(DATA.resolve("digits/mnist-t10k-images-idx3-ubyte.gz")),
        "the trained network and MNIST's test images are not beside the project");
    Json expected =
        Json.parse(Files.readString(DATA.resolve("real/burn-mnist-convnet.expected.json")));
    byte[] pixels = idx("mnist-t10k-images-idx3-ubyte.gz", 16);
    byte[] labels = idx("mnist-t10k-labels-idx1-ubyte.gz", 8);
    assertThat(labels).hasSize(10_000);
    Convnet model = trained();
    long right = 0;
    double loss = 0;
    int batch = 500;
    try (var _ = Autograd.noGrad()) {
      for (int from = 0; from < labels.length; from += batch) {
        try (var _ = TensorScope.open()) {
          float[] x = new float[batch * 784];
          long[] y = new long[batch];
          for (int i = 0; i < x.length; i++) {
            x[i] = ((pixels[from * 784 + i] & 255) / 255f - 0.1307f) / 0.3081f;
          }
          for (int i = 0; i < batch; i++) {
            y[i] = labels[from + i];
          }
          Tensor target = Tensor.of(y);
          Tensor logProbabilities = model.apply(Tensor.of(x).reshape(batch, 1, 28, 28));
          if (from == 0) {
            checkFirst(logProbabilities, expected);
          }
          right += logProbabilities.argmax(1).eq(target).sum().itemLong();
          loss +=
              Functional.nllLoss(
                      logProbabilities.to(DType.FLOAT64),
                      target,
                      LossOptions.DEFAULT.reduction(Reduction.SUM))
                  .item();
        }
      }
    }
    assertThat(right).isEqualTo(expected.get("right").longValue()).isEqualTo(9915);
    assertThat(loss / labels.length)
        .isCloseTo(expected.get("nll_mean").doubleValue(), within(1e-4));
  }

  private static void checkFirst(Tensor logProbabilities, Json expected) {
    var rows = expected.get("log_probs_first_4").items();
    for (int i = 0; i < rows.size(); i++) {
      for (int c = 0; c < 10; c++) {
        assertThat(logProbabilities.select(0, i).getDouble(c))
            .isCloseTo(rows.get(i).items().get(c).doubleValue(), within(1e-3));
      }
    }
  }
}
