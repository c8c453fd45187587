package dev.weft.fabric.launch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.engine.Scope;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;

class EnvironmentTest {

  @Test
  void changesLieOverTheVariablesOfTheProcess() {
    Environment environment = Environment.of(Map.of("A", "1", "B", "2"));
    environment.set("A", 3).set("C", "4").remove("B");

    assertThat(environment.get("A")).hasValue("3");
    assertThat(environment.has("B")).isFalse();
    assertThat(environment.getInt("C")).hasValue(4);
    var child = new TreeMap<>(Map.of("A", "0", "B", "0", "ELSE", "0"));
    environment.applyTo(child);
    assertThat(child).isEqualTo(Map.of("A", "3", "C", "4"));
  }

  @Test
  void aCopyGoesItsOwnWay() {
    Environment environment = Environment.of(Map.of()).set("A", "1");
    Environment copy = environment.copy().set("A", "2");

    assertThat(environment.get("A")).hasValue("1");
    assertThat(copy.get("A")).hasValue("2");
    assertThat(copy.withProgram(List.of("java", "Main")).copy().program())
        .hasValue(List.of("java", "Main"));
  }

  @Test
  void threadsInheritWhatWasEntered() throws Exception {
    Environment outer = Environment.of(Map.of());
    try (Scope _ = outer.enter()) {
      try (Scope _ = Environment.of(Map.of("A", "1")).enter()) {
        var task = new FutureTask<>(() -> Environment.current().get("A"));
        Thread.ofPlatform().start(task);
        assertThat(task.get()).hasValue("1");
      }
      assertThat(Environment.current()).isSameAs(outer);
    }
  }

  @Test
  void secretsAreNotShown() {
    Environment environment = Environment.of(Map.of()).set("WEFT_JOB_SECRET", "5ec7e7").set("A", 1);

    assertThat(environment.toString())
        .contains("A=", "WEFT_JOB_SECRET=(hidden)")
        .doesNotContain("5ec7e7");
  }
}
