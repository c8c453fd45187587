package dev.weft.fabric.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.fabric.launch.Environment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class MainMethodTest {

  private static final List<String> CALLS = new ArrayList<>();

  static class Both {
    static void main() {
      CALLS.add("without");
    }

    void main(String[] args) {
      CALLS.add("with " + List.of(args) + Environment.current().get("X"));
    }
  }

  static class Inherits extends Both {
    public static void main() {
      CALLS.add("own, without");
    }
  }

  static class NoInstance {
    NoInstance(int x) {
      CALLS.add("made with " + x);
    }

    void main() {
      CALLS.add("never");
    }
  }

  static class Hidden {
    @SuppressWarnings("unused")
    private static void main() {
      CALLS.add("never");
    }
  }

  static class Throws {
    static void main() throws Exception {
      throw new java.io.IOException("of the script");
    }
  }

  @BeforeEach
  void forgetCalls() {
    CALLS.clear();
  }

  @Test
  void theOneWithArgumentsComesFirstEvenIfItIsInherited() throws Throwable {
    var environment = Environment.of(Map.of("X", "entered"));
    MainMethod.of(Both.class).run(List.of("a"), environment);
    MainMethod.of(Inherits.class).run(List.of("b"), environment);

    assertThat(CALLS).containsExactly("with [a]Optional[entered]", "with [b]Optional[entered]");
    assertThat(Environment.current().get("X")).isEmpty();
  }

  @Test
  void whatCannotBeStartedIsNamed() {
    assertThatThrownBy(() -> MainMethod.of(NoInstance.class))
        .isInstanceOf(CommandException.class)
        .hasMessageContaining("NoInstance: main is not static, so the class needs a constructor");
    assertThatThrownBy(() -> MainMethod.of(Hidden.class))
        .hasMessageEndingWith("Hidden has no main method; write: void main() { … }");
    assertThat(CALLS).isEmpty();
  }

  @Test
  void anExceptionComesOutAsItIs() {
    assertThatThrownBy(() -> MainMethod.of(Throws.class).run(List.of(), Environment.of(Map.of())))
        .isInstanceOf(java.io.IOException.class)
        .hasMessage("of the script");
  }
}
