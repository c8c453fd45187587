package dev.weft.fabric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.engine.Context;
import dev.weft.engine.Generator;
import dev.weft.engine.Tensor;
import dev.weft.fabric.data.DataLoader;
import dev.weft.fabric.data.Dataset;
import dev.weft.fabric.data.DistributedSampler;
import dev.weft.fabric.launch.Environment;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** One seed for a run: section F of the specification. */
class SeedsTest {

  private Environment environment = Environment.of(Map.of());

  private Fabric fabric(String... variables) {
    environment = Environment.of(Map.of());
    for (int i = 0; i < variables.length; i += 2) {
      environment.set(variables[i], variables[i + 1]);
    }
    return Fabric.builder().environment(environment).accelerator("cpu").devices(1).build();
  }

  @AfterEach
  void forget() {
    Context.current().generator(new Generator(Generator.DEFAULT_SEED));
  }

  @Test
  void aSeedIsRememberedAndMakesRunsRepeat() {
    Fabric fabric = fabric();
    assertThat(fabric.seedEverything(42)).isEqualTo(42);
    float[] first = Tensor.rand(5).toFloatArray();
    fabric.seedEverything(42);
    assertThat(Tensor.rand(5).toFloatArray()).isEqualTo(first);
    fabric.seedEverything(43);
    assertThat(Tensor.rand(5).toFloatArray()).isNotEqualTo(first);
    assertThat(environment.get("PL_GLOBAL_SEED")).hasValue("43");
    assertThat(environment.get("PL_SEED_WORKERS")).hasValue("1");
    fabric.seedEverything(43, false);
    assertThat(environment.get("PL_SEED_WORKERS")).hasValue("0");
  }

  @Test
  void resettingStartsAnewFromTheSeedOfTheRun() {
    Fabric fabric = fabric();
    fabric.resetSeed(); // nothing was seeded: nothing happens
    assertThat(environment.get("PL_GLOBAL_SEED")).isEmpty();
    fabric.seedEverything(42, false, false);
    float[] first = Tensor.rand(5).toFloatArray();
    assertThat(Tensor.rand(5).toFloatArray()).isNotEqualTo(first);
    fabric.resetSeed();
    assertThat(Tensor.rand(5).toFloatArray()).isEqualTo(first);
    assertThat(environment.get("PL_GLOBAL_SEED")).hasValue("42");
    assertThat(environment.get("PL_SEED_WORKERS")).hasValue("0");
  }

  @Test
  void withoutASeedTheEnvironmentDecides() {
    assertThat(fabric("PL_GLOBAL_SEED", "17").seedEverything()).isEqualTo(17);
    assertThat(fabric().seedEverything()).isZero();
    assertThatThrownBy(() -> fabric("PL_GLOBAL_SEED", "many").seedEverything())
        .hasMessageContaining("PL_GLOBAL_SEED='many'");
    assertThatThrownBy(() -> fabric("PL_GLOBAL_SEED", "-1").seedEverything())
        .hasMessageContaining("seed -1");
  }

  @Test
  void seedsHave32Bits() {
    Fabric fabric = fabric();
    assertThat(fabric.seedEverything(0)).isZero();
    assertThat(fabric.seedEverything(4_294_967_295L)).isEqualTo(4_294_967_295L);
    for (long wrong : new long[] {-1, 4_294_967_296L, Long.MIN_VALUE}) {
      assertThatThrownBy(() -> fabric.seedEverything(wrong))
          .hasMessageContaining("seed " + wrong + " is not between 0 and 4294967295");
    }
  }

  @Test
  void loadersGetTheSeedOfTheRun() {
    var loader =
        DataLoader.of(Dataset.ofTensors(Tensor.arange(8))).shuffle(true).workers(1).build();
    Fabric.builder()
        .environment(environment)
        .accelerator("cpu")
        .devices(2)
        .strategy("ddp_spawn")
        .build()
        .launch(
            fabric -> {
              fabric.seedEverything(11);
              var own = fabric.setupDataLoader(loader);
              var sampler = (DistributedSampler) own.sampler().orElseThrow();
              assertThat(sampler.seed()).isEqualTo(11);
              assertThat(sampler.rank()).isEqualTo(fabric.globalRank());
              assertThat(sampler.replicas()).isEqualTo(2);
              assertThat(own.hasWorkerInit()).isTrue();
              assertThatThrownBy(() -> fabric.setupDataLoader(own))
                  .hasMessageContaining("set up already");
              assertThat(fabric.setupDataLoader(loader, false, true).length()).isEqualTo(8);
            });
  }
}
