package dev.weft.fabric.logger;

import static dev.weft.fabric.logger.EventReader.at;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.weft.engine.DType;
import dev.weft.engine.Tensor;
import dev.weft.fabric.RankZero;
import dev.weft.nn.Dropout;
import dev.weft.nn.Linear;
import dev.weft.nn.Module;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Event files, read back with another decoder. */
class TensorBoardLoggerTest {

  @TempDir Path root;

  @Test
  void scalarsCarryTagsStepsAndValues() throws IOException {
    var logger = TensorBoardLogger.builder(root).name("run").prefix("train").build();
    logger.logMetrics(Map.of("loss", 0.5), 7);
    logger.logMetrics(Map.of("right", Tensor.of(3L)), OptionalLong.of(8));
    logger.logMetrics(Map.of("pair", Map.of("a", 1)), 9);
    logger.finalize("success");
    assertThat(logger.logDir()).hasValue(root.resolve("run").resolve("version_0"));
    List<DynamicMessage> events = EventReader.events(logger.logDir().orElseThrow());
    assertThat(events).hasSize(4);
    assertThat(at(events.getFirst(), "file_version")).isEqualTo("brain.Event:2");
    assertThat(at(events.get(1), "step")).isEqualTo(7L);
    assertThat(at(events.get(1), "summary.value.tag")).isEqualTo("train-loss");
    assertThat(at(events.get(1), "summary.value.simple_value")).isEqualTo(0.5f);
    assertThat(at(events.get(2), "summary.value.simple_value")).isEqualTo(3f);
    assertThat(at(events.get(3), "summary.value.tag")).isEqualTo("train-pair/a");
    assertThatThrownBy(() -> logger.logMetrics(Map.of("name", "x"), 0))
        .hasMessageContaining("'train-name'")
        .hasMessageContaining("numbers");
  }

  @Test
  void textIsATensorForTheTextPlugin() throws IOException {
    var logger = TensorBoardLogger.builder(root).name("").version("only").build();
    logger.experiment().addText("note", "größer *gleich*", 1);
    logger.finalize("success");
    DynamicMessage event = EventReader.events(root.resolve("only")).getLast();
    assertThat(at(event, "summary.value.tag")).isEqualTo("note/text_summary");
    assertThat(at(event, "summary.value.metadata.plugin_data.plugin_name")).isEqualTo("text");
    assertThat(at(event, "summary.value.tensor.dtype")).isEqualTo(7);
    assertThat(at(event, "summary.value.tensor.string_val"))
        .isEqualTo(List.of(ByteString.copyFromUtf8("größer *gleich*")));
  }

  @Test
  void imagesArePngFiles() throws Exception {
    var logger = new TensorBoardLogger(root.toString(), "images");
    Tensor image = Tensor.of(0f, 1f, 0.5f, 0.2f, 2f, -1f).view(1, 2, 3);
    logger.experiment().addImage("digit", image, 2);
    logger.experiment().addImage("colour", Tensor.full(200, 3, 2, 2).to(DType.UINT8), 2);
    logger.finalize("success");
    List<DynamicMessage> events = EventReader.events(logger.logDir().orElseThrow());
    assertThat(at(events.get(1), "summary.value.image.width")).isEqualTo(3);
    assertThat(at(events.get(1), "summary.value.image.height")).isEqualTo(2);
    // Each row begins with the number of its filter, 0 for none.
    assertThat(pixels(events.get(1)))
        .isEqualTo(new byte[] {0, 0, (byte) 255, (byte) 128, 0, 51, (byte) 255, 0});
    byte c = (byte) 200;
    assertThat(pixels(events.get(2)))
        .isEqualTo(new byte[] {0, c, c, c, c, c, c, 0, c, c, c, c, c, c});
    assertThatThrownBy(() -> logger.experiment().addImage("x", Tensor.ones(2, 2, 2), 0))
        .hasMessageContaining("2 channels");
  }

  /** What the data chunk of a PNG file holds; it follows signature (8) and header chunk (25). */
  private static byte[] pixels(DynamicMessage event) throws DataFormatException {
    var file = (ByteString) at(event, "summary.value.image.encoded_image_string");
    ByteBuffer png = file.asReadOnlyByteBuffer().position(8 + 25);
    byte[] data = new byte[png.getInt()];
    assertThat(png.getInt()).isEqualTo(0x49444154); // IDAT
    png.get(data);
    try (var inflater = new Inflater()) {
      inflater.setInput(data);
      byte[] pixels = new byte[100];
      return java.util.Arrays.copyOf(pixels, inflater.inflate(pixels));
    }
  }

  @Test
  void histogramsCountEveryValueInItsBucket() throws IOException {
    var logger = new TensorBoardLogger(root.toString(), "histograms");
    double[] values = {-1, 0, 0.5, 0.5, 3};
    logger.experiment().addHistogram("w", Tensor.of(values), 0);
    logger.finalize("success");
    DynamicMessage event = EventReader.events(logger.logDir().orElseThrow()).getLast();
    assertThat(at(event, "summary.value.histo.min")).isEqualTo(-1.0);
    assertThat(at(event, "summary.value.histo.max")).isEqualTo(3.0);
    assertThat(at(event, "summary.value.histo.num")).isEqualTo(5.0);
    assertThat(at(event, "summary.value.histo.sum")).isEqualTo(3.0);
    assertThat(at(event, "summary.value.histo.sum_squares")).isEqualTo(10.5);
    var limits = (List<?>) at(event, "summary.value.histo.bucket_limit");
    var counts = (List<?>) at(event, "summary.value.histo.bucket");
    assertThat(counts).hasSize(limits.size());
    double total = 0;
    for (int i = 1; i < limits.size(); i++) {
      double expected = 0;
      for (double x : values) {
        expected += x > (Double) limits.get(i - 1) && x <= (Double) limits.get(i) ? 1 : 0;
      }
      assertThat((Double) counts.get(i)).isEqualTo(expected);
      total += expected;
    }
    assertThat(total).isEqualTo(5);
  }

  @Test
  void settingsAreThreeSummariesAndAMetric() throws IOException {
    var logger = new TensorBoardLogger(root.toString(), "hparams");
    logger.logHyperparams(Map.of("model", Map.of("width", 128, "tied", true, "name", "gpt")));
    logger.finalize("success");
    List<DynamicMessage> events = EventReader.events(logger.logDir().orElseThrow());
    assertThat(events.stream().skip(1).map(e -> at(e, "summary.value.tag")))
        .containsExactly(
            "hp_metric",
            "_hparams_/experiment",
            "_hparams_/session_start_info",
            "_hparams_/session_end_info");
    assertThat(at(events.get(1), "summary.value.simple_value")).isEqualTo(-1f);
    DynamicMessage experiment = hparams(events.get(2));
    assertThat(at(experiment, "experiment.metric_infos.name.tag")).isEqualTo("hp_metric");
    assertThat(hparams(events.get(3)).toString())
        .contains("key: \"model/width\"", "number_value: 128.0", "bool_value: true", "\"gpt\"");
    assertThat(at(hparams(events.get(4)), "session_end_info.status")).isEqualTo(1);
  }

  private static DynamicMessage hparams(DynamicMessage event)
      throws InvalidProtocolBufferException {
    assertThat(at(event, "summary.value.metadata.plugin_data.plugin_name")).isEqualTo("hparams");
    var content = (ByteString) at(event, "summary.value.metadata.plugin_data.content");
    return DynamicMessage.parseFrom(EventReader.message("HParams"), content);
  }

  @Test
  void otherRanksWriteNothing() {
    RankZero.where(1)
        .run(
            () -> {
              var logger = TensorBoardLogger.builder(root).name("quiet").version(3).build();
              logger.logMetrics(Map.of("loss", 1), 0);
              logger.experiment().addText("a", "b", 0);
              logger.finalize("success");
            });
    assertThat(Files.exists(root.resolve("quiet"))).isFalse();
  }

  private static final class Net extends Module<Tensor, Tensor> {
    final Linear hidden = new Linear(4, 8);
    final Dropout dropout = new Dropout(0.5);
    final Linear out = new Linear(8, 2);

    @Override
    protected Tensor forward(Tensor x) {
      return out.apply(dropout.apply(hidden.apply(x).relu()));
    }
  }

  @Test
  void graphsNameOpsByTheirModules() throws Exception {
    var logger = TensorBoardLogger.builder(root).name("graph").build();
    var net = new Net();
    net.dropout.eval();
    logger.logGraph(net, Tensor.zeros(3, 4));
    logger.finalize("success");
    assertThat(net.isTraining()).isTrue();
    assertThat(net.hidden.isTraining()).isTrue();
    assertThat(net.dropout.isTraining()).isFalse();

    DynamicMessage event = EventReader.events(logger.logDir().orElseThrow()).getLast();
    var graph =
        DynamicMessage.parseFrom(
            EventReader.message("GraphDef"), (ByteString) at(event, "graph_def"));
    var nodes = new java.util.LinkedHashMap<String, List<?>>();
    var nodeField = graph.getDescriptorForType().findFieldByName("node");
    for (Object each : (List<?>) graph.getField(nodeField)) {
      var node = (DynamicMessage) each;
      var inputs = node.getDescriptorForType().findFieldByName("input");
      nodes.put((String) at(node, "name"), (List<?>) node.getField(inputs));
    }
    assertThat(nodes)
        .containsEntry(
            "Net/hidden/linear", List.of("input/Net", "Net/hidden/weight", "Net/hidden/bias"))
        .containsEntry("Net/relu", List.of("Net/hidden/linear"))
        .containsEntry("Net/out/linear", List.of("Net/relu", "Net/out/weight", "Net/out/bias"))
        .containsEntry("output/Net", List.of("Net/out/linear"))
        .doesNotContainKey("Net/constant");
  }
}
