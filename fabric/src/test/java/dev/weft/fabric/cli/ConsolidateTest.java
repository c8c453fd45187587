package dev.weft.fabric.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.engine.Tensor;
import dev.weft.fabric.Fabric;
import dev.weft.fabric.launch.Environment;
import dev.weft.nn.Linear;
import dev.weft.optim.SGD;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A checkpoint of Lightning Fabric's in shards becomes one file, and is loaded as it is. */
class ConsolidateTest {

  /** What the step of the script that wrote it left; PyTorch's own consolidation says the same. */
  private static final float[] WEIGHT = {0.0625f, 0.375f, -1.0625f, -1.4375f, -2.1875f, -3.25f};

  private static final float[] MOMENTUM = {-0.125f, -0.25f, 3.125f, 4.375f, 6.375f, 9};

  @TempDir Path temporary;

  private String errors = "";

  private int run(String... arguments) {
    PrintStream before = System.err;
    var text = new ByteArrayOutputStream();
    System.setErr(new PrintStream(text, true, StandardCharsets.UTF_8));
    try {
      return FabricCommand.run(arguments);
    } finally {
      System.setErr(before);
      errors = text.toString(StandardCharsets.UTF_8);
    }
  }

  private Path sharded() throws IOException {
    Path folder = Files.createDirectory(temporary.resolve("sharded"));
    Path golden = Path.of("../engine/src/test/resources/data/shards/fsdp");
    for (String name : List.of("__0_0.distcp", "__1_0.distcp", "meta.pt")) {
      Files.copy(golden.resolve(name), folder.resolve(name));
    }
    Files.copy(golden.resolve("metadata"), folder.resolve(".metadata"));
    return folder;
  }

  private static Fabric fabric() {
    return Fabric.builder()
        .environment(Environment.of(Map.of()))
        .accelerator("cpu")
        .devices(1)
        .build();
  }

  @Test
  void aFolderBecomesAFile() throws IOException {
    Path folder = sharded();
    assertThat(run("consolidate", folder.toString())).as(errors).isZero();
    requireLoaded(temporary.resolve("sharded.consolidated"));

    Path other = temporary.resolve("other.pt");
    assertThat(run("consolidate", "--output_file", other.toString(), folder.toString())).isZero();
    assertThat(Files.readAllBytes(other))
        .isEqualTo(Files.readAllBytes(temporary.resolve("sharded.consolidated")));
  }

  @Test
  void aFolderIsLoadedAsItIs() throws IOException {
    requireLoaded(sharded());
  }

  private static void requireLoaded(Path checkpoint) {
    Fabric fabric = fabric();
    var model = fabric.setup(new Linear(2, 3));
    var optimizer = new SGD(model.parameters(), 0.1).momentum(0.9);
    fabric.setupOptimizers(optimizer);
    var state = new HashMap<String, Object>();
    state.put("model", model);
    state.put("optimizer", optimizer);
    state.put("step", 0);
    Map<String, Object> rest = fabric.load(checkpoint, state);
    assertThat(model.stateDict().get("weight").toFloatArray()).containsExactly(WEIGHT);
    var states = (Map<?, ?>) optimizer.stateDict().get("state");
    var momentum = (Map<?, ?>) states.values().iterator().next();
    assertThat(((Tensor) momentum.get("momentum_buffer")).toFloatArray()).containsExactly(MOMENTUM);
    assertThat(optimizer.stateDict().toString()).contains("lr=0.5", "momentum=0.75");
    assertThat(state).containsEntry("step", 7L);
    assertThat(rest.get("names")).isEqualTo(List.of("a", "b"));
    assertThat(((Tensor) rest.get("loss")).toFloatArray()).containsExactly(1.5f, -2);
  }

  @Test
  void whatCannotBePutTogetherEndsWithCodeOne() throws IOException {
    assertThat(run("consolidate", temporary.resolve("none").toString())).isEqualTo(1);
    assertThat(errors).contains("none does not exist");

    Path file = Files.writeString(temporary.resolve("file"), "x");
    assertThat(run("consolidate", file.toString())).isEqualTo(1);
    assertThat(errors).contains("is a file, not the folder");

    assertThat(run("consolidate", temporary.toString())).isEqualTo(1);
    assertThat(errors).contains("has no file meta.pt");

    Path folder = sharded();
    assertThat(run("consolidate", folder.toString(), "--output-file", file.toString()))
        .isEqualTo(1);
    assertThat(errors).contains("exists already");
    assertThat(file).hasContent("x");

    Files.delete(folder.resolve("__1_0.distcp"));
    assertThat(run("consolidate", folder.toString())).isEqualTo(1);
    assertThat(errors).startsWith("fabric: consolidate: ").contains("__1_0.distcp: does not exist");
    assertThat(temporary.resolve("sharded.consolidated")).doesNotExist();

    assertThat(run("consolidate")).isEqualTo(2);
    assertThat(run("consolidate", "a", "b")).isEqualTo(2);
    assertThat(run("consolidate", "a", "--output_fil", "b")).isEqualTo(2);
  }

  @Test
  void aFolderOfAnotherKindIsNotLoaded() {
    assertThatThrownBy(() -> fabric().load(temporary))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no sharded checkpoint");
  }
}
