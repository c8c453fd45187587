package dev.weft.fabric.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.engine.DType;
import dev.weft.engine.Generator;
import dev.weft.engine.Tensor;
import dev.weft.engine.io.TorchFile;
import dev.weft.fabric.Fabric;
import dev.weft.fabric.launch.Environment;
import dev.weft.fabric.precision.GradScaler;
import dev.weft.fabric.precision.MixedPrecision;
import dev.weft.nn.Linear;
import dev.weft.optim.Adam;
import dev.weft.optim.LRScheduler;
import dev.weft.optim.Optimizer;
import dev.weft.optim.StepLR;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Saving and loading through Fabric. */
class CheckpointTest {

  @TempDir Path folder;

  private final Fabric fabric =
      Fabric.builder().environment(Environment.of(Map.of())).accelerator("cpu").devices(1).build();

  /** A model with its optimizer and schedule. */
  private final class Training {
    final Linear model = new Linear(4, 2);
    final Optimizer optimizer = new Adam(model.parameters(), 0.1);
    final LRScheduler schedule = new StepLR(optimizer, 2);
    final Generator generator = new Generator(9);

    Training() {
      fabric.setup(model, optimizer);
    }

    double step() {
      optimizer.zeroGrad();
      Tensor loss = model.apply(Tensor.randn(generator, 8, 4)).square().mean();
      fabric.backward(loss);
      optimizer.step();
      schedule.step();
      return loss.item();
    }

    Map<String, Object> state(int iteration) {
      var state = new LinkedHashMap<String, Object>();
      state.put("model", model);
      state.put("optimizer", optimizer);
      state.put("schedule", schedule);
      state.put("generator", generator);
      state.put("iteration", iteration);
      return state;
    }
  }

  @Test
  void trainingGoesOnAsIfNothingHadHappened() {
    Path file = folder.resolve("deep/er/last.ckpt");
    var whole = new Training();
    for (int i = 0; i < 5; i++) {
      whole.step();
    }
    fabric.save(file, whole.state(5));
    var resumed = new Training();
    var state = new HashMap<>(resumed.state(0));
    assertThat(fabric.load(file, state)).isEmpty();
    assertThat(state).containsEntry("iteration", 5L);
    for (int i = 0; i < 5; i++) {
      assertThat(resumed.step()).isEqualTo(whole.step());
    }
  }

  @Test
  void aFilterChoosesWhatIsSavedOfAnObject() {
    Path file = folder.resolve("weights.pt");
    var training = new Training();
    fabric.save(
        file,
        training.state(1),
        Map.of("model", (name, _) -> name.equals("weight"), "optimizer", (_, _) -> false));
    Map<String, Object> saved = fabric.load(file);
    assertThat(((Map<?, ?>) saved.get("model")).keySet().toString()).isEqualTo("[weight]");
    assertThat(saved).doesNotContainKey("optimizer").containsEntry("iteration", 1L);
    assertThatThrownBy(() -> fabric.save(file, training.state(1), Map.of("modle", (_, _) -> true)))
        .hasMessageContaining("[modle]")
        .hasMessageContaining("optimizer");
  }

  @Test
  void whatIsMissingIsListedAndNothingIsChanged() {
    Path file = folder.resolve("part.ckpt");
    fabric.save(file, Map.of("iteration", 3));
    var state =
        new HashMap<String, Object>(Map.of("iteration", 0, "lr", 0.5, "model", new Linear(1, 1)));
    assertThatThrownBy(() -> fabric.load(file, state))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("lr")
        .hasMessageContaining("model")
        .hasMessageContaining("nothing was loaded");
    assertThat(state).containsEntry("iteration", 0);
    fabric.load(file, state, false);
    assertThat(state).containsEntry("iteration", 3L).containsEntry("lr", 0.5);
  }

  @Test
  void anObjectThatDoesNotFitLeavesTheOthersAsTheyWere() {
    Path file = folder.resolve("two.ckpt");
    fabric.save(file, orderedModels(new Linear(2, 2), new Linear(3, 3)));
    var first = new Linear(2, 2);
    Tensor before = first.weight.detach().copy();
    assertThatThrownBy(() -> fabric.load(file, orderedModels(first, new Linear(4, 3))))
        .hasMessageContaining("'second'")
        .hasMessageContaining("(3, 3)");
    assertThat(first.weight.equal(before)).isTrue();
  }

  private static Map<String, Object> orderedModels(Linear first, Linear second) {
    var state = new LinkedHashMap<String, Object>();
    state.put("first", first);
    state.put("second", second);
    return state;
  }

  @Test
  void bareStatesOfOtherToolsAreReadIntoModels() throws IOException {
    Path torch = folder.resolve("model.pt");
    Path safe = folder.resolve("model.safetensors");
    var source = new Linear(3, 2);
    TorchFile.write(torch, source.stateDict());
    fabric.save(safe, source.stateDict());
    for (Path file : new Path[] {torch, safe}) {
      var target = new Linear(3, 2);
      fabric.loadRaw(file, target);
      assertThat(target.weight.equal(source.weight)).isTrue();
    }
    assertThatThrownBy(() -> fabric.save(safe, Map.of("epoch", 3)))
        .hasMessageContaining("'epoch'")
        .hasMessageContaining("hold tensors");
  }

  @Test
  void whatCannotBeReadIsNamed() throws IOException {
    Path absent = folder.resolve("absent.ckpt");
    assertThatThrownBy(() -> fabric.load(absent))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining(absent.toString())
        .hasMessageContaining("no such file");
    Path page = Files.writeString(folder.resolve("page.ckpt"), "<html>not found</html>");
    assertThatThrownBy(() -> fabric.load(page))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining(page.toString());
  }

  @Test
  void objectsOfTheUserTakePart() {
    final class Counter implements Stateful {
      long count = 3;

      @Override
      public Map<String, ?> stateDict() {
        return Map.of("count", count);
      }

      @Override
      public void loadStateDict(Map<String, ?> state) {
        count = (Long) state.get("count");
      }
    }
    Path file = folder.resolve("counter.ckpt");
    fabric.save(file, Map.of("counter", new Counter(), "x", Tensor.ones(2).to(DType.BFLOAT16)));
    var counter = new Counter();
    counter.count = 0;
    Map<String, Object> rest = fabric.load(file, Map.of("counter", counter));
    assertThat(counter.count).isEqualTo(3);
    assertThat(((Tensor) rest.get("x")).dtype()).isEqualTo(DType.BFLOAT16);
  }

  @Test
  void anotherCheckpointIOIsUsedForEverything() {
    var store = new LinkedHashMap<Path, Map<String, Object>>();
    CheckpointIO inMemory =
        new CheckpointIO() {
          @Override
          public void save(Map<String, ?> checkpoint, Path path) {
            store.put(path, new LinkedHashMap<>(checkpoint));
          }

          @Override
          public Map<String, Object> load(Path path) {
            return store.get(path);
          }

          @Override
          public void remove(Path path) {
            store.remove(path);
          }
        };
    Fabric custom =
        Fabric.builder()
            .environment(Environment.of(Map.of()))
            .accelerator("cpu")
            .devices(1)
            .plugin(inMemory)
            .build();
    Path path = Path.of("nowhere/at/all");
    custom.save(path, Map.of("iteration", 3));
    assertThat(store).containsOnlyKeys(path);
    assertThat(custom.load(path)).containsEntry("iteration", 3);
    assertThat(path).doesNotExist();
  }

  @Test
  void theScalerGoesOnWhereItWas() {
    Fabric mixed =
        Fabric.builder()
            .environment(Environment.of(Map.of()))
            .accelerator("cpu")
            .devices(1)
            .plugin(MixedPrecision.float16(new GradScaler(8, 2, 0.5, 1)))
            .build();
    GradScaler scaler = ((MixedPrecision) mixed.strategy().precision()).scaler().orElseThrow();
    scaler.update();
    assertThat(scaler.scale()).isEqualTo(16);
    Path file = folder.resolve("scaler.ckpt");
    mixed.save(file, Map.of("precision", mixed.strategy().precision()));
    scaler.update();
    assertThat(scaler.scale()).isEqualTo(32);
    mixed.load(file, Map.of("precision", mixed.strategy().precision()));
    assertThat(scaler.scale()).isEqualTo(16);
  }

  @Test
  void checkpointsAreWrittenInTheBackground() throws IOException {
    var writer = new AsyncCheckpointIO(new TorchCheckpointIO());
    Fabric background =
        Fabric.builder()
            .environment(Environment.of(Map.of()))
            .accelerator("cpu")
            .devices(1)
            .plugin(writer)
            .build();
    Path file = folder.resolve("background.ckpt");
    Tensor weight = Tensor.ones(3);
    background.save(file, Map.of("weight", weight));
    weight.mulInPlace(5); // does not reach the file
    assertThat(((Tensor) background.load(file).get("weight")).toFloatArray())
        .containsExactly(1, 1, 1);
    background.save(folder.resolve("second.ckpt"), Map.of("weight", weight));
    writer.teardown();
    assertThat(folder.resolve("second.ckpt")).exists();

    Path occupied = Files.createFile(folder.resolve("no-folder"));
    background.save(occupied.resolve("x.ckpt"), Map.of("weight", weight));
    assertThatThrownBy(writer::teardown).hasMessageContaining("could not be written in the");
    writer.teardown();
  }
}
