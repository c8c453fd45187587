package dev.weft.fabric.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScriptCompilerTest {

  private static final Libraries NONE = Libraries.of("");

  @TempDir Path folder;

  @Test
  void takesClassesAlongThatLieBesideTheScript() throws Exception {
    file("app/model/Net.java", "package app.model; public class Net { int depth = Depth.VALUE; }");
    file("app/model/Depth.java", "package app.model; class Depth { static final int VALUE = 3; }");
    file("app/Unused.java", "this is no Java");
    Path script =
        file(
            "app/Train.java",
            """
            package app;

            import app.model.Net;

            class Train {
              public static void main(String[] args) {
                new Net();
              }
            }
            """);

    CompiledScript compiled = ScriptCompiler.compile(script, NONE);

    assertThat(compiled.mainClass()).isEqualTo("app.Train");
    assertThat(compiled.classes())
        .containsOnlyKeys("app.Train", "app.model.Net", "app.model.Depth");
    assertThat(compiled.sources())
        .containsOnlyKeys(
            folder.resolve("app/model/Net.java"), folder.resolve("app/model/Depth.java"));
  }

  @ParameterizedTest
  @CsvSource({
    "void main() {}, Script",
    "record A(int x) {} void main(String[] args) {}, Script",
    "class A {} class B { void main() {} }, B",
    "class A { void main() {} } class Script { static void main() {} }, Script",
    "class A { void main() {} static class B { void main() {} } }, A",
    "class Base { void main() {} } class Script extends Base {}, Script"
  })
  void findsTheMainClass(String text, String name) throws Exception {
    Path script = file("Script.java", text.replace(" | ", "\n"));

    assertThat(ScriptCompiler.compile(script, NONE).mainClass()).isEqualTo(name);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "class A {}; fabric: Script.java has no main method; write: void main() { … }",
        "class A { private void main() {} }; fabric: Script.java has no main method",
        "class A { void main() {} } class B { void main() {} }; fabric: Script.java has several"
            + " classes with a main method (A, B); name one of them Script"
      })
  void saysWhatIsWrongWithTheMainMethod(String text, String message) throws Exception {
    Path script = file("Script.java", text);

    assertThatThrownBy(() -> ScriptCompiler.compile(script, NONE))
        .isInstanceOf(CommandException.class)
        .hasMessageStartingWith(message);
  }

  @Test
  void reportsEveryErrorButNoWarning() throws Exception {
    Path script =
        file(
            "Script.java",
            """
            void main() {
              List<String> names = (List<String>) (Object) "unchecked";
              int a = 1.5;
              String b = 2;
            }
            """);

    assertThatThrownBy(() -> ScriptCompiler.compile(script, NONE))
        .hasMessage(
            String.join(
                "\n",
                script
                    + ":3: error: incompatible types: possible lossy conversion from double to int",
                "  int a = 1.5;",
                "          ^",
                script + ":4: error: incompatible types: int cannot be converted to String",
                "  String b = 2;",
                "             ^",
                "2 errors"));
  }

  private Path file(String name, String text) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, text);
  }
}
