package dev.weft.fabric.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is said about a command that cannot be understood. */
class UsageTest {

  @TempDir Path folder;

  private ClassLoader loader;

  @BeforeEach
  void rememberTheLoader() {
    loader = Thread.currentThread().getContextClassLoader();
  }

  @AfterEach
  void restoreTheLoader() {
    Thread.currentThread().setContextClassLoader(loader);
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '"',
      value = {
        "missing.java, the script missing.java does not exist",
        "missing.jar, the script missing.jar does not exist",
        "pom.xml, 'pom.xml' is no Java file (.java)",
        "no such thing, 'no such thing' is no Java file (.java)",
        "0x, '0x' is no Java file (.java)"
      })
  void aScriptThatCannotBeFound(String script, String message) {
    assertThatThrownBy(() -> Target.of(script))
        .isInstanceOfSatisfying(CommandException.class, e -> assertThat(e.code()).isEqualTo(2))
        .hasMessageStartingWith("fabric: " + message);
  }

  @Test
  void aFolderInPlaceOfAScript() throws Exception {
    Path odd = Files.createDirectory(folder.resolve("odd.java"));

    assertThatThrownBy(() -> Target.of(odd.toString())).hasMessageEndingWith(" is a folder");
  }

  @Test
  void aClassOrALibraryThatIsNotThere() {
    assertThatThrownBy(() -> Target.of("app.Train").load(Libraries.of("")))
        .hasMessage(
            "fabric: there is no class app.Train; name the jar or folder that holds it:"
                + " --class-path PATH");
    assertThatThrownBy(() -> Libraries.of("none.jar"))
        .hasMessage("fabric: --class-path: there is no 'none.jar'");
  }

  @Test
  void aJarThatIsNone() throws Exception {
    Path jar = Files.writeString(folder.resolve("text.jar"), "no jar");

    assertThatThrownBy(() -> Target.of(jar.toString()).load(Libraries.of("")))
        .isInstanceOf(CommandException.class)
        .hasMessageStartingWith("fabric: " + jar + " cannot be read");
  }

  @Test
  void aStarStandsForAllJarsOfAFolder() throws Exception {
    Path a = Files.createFile(folder.resolve("a.jar"));
    Path b = Files.createFile(folder.resolve("b.jar"));
    Files.createFile(folder.resolve("notes.txt"));

    assertThat(Libraries.of(folder + "/*").paths()).containsExactly(a, b);
  }

  @Test
  void aRunWithoutAScript() {
    PrintStream before = System.err;
    var text = new ByteArrayOutputStream();
    System.setErr(new PrintStream(text, true, StandardCharsets.UTF_8));
    try {
      assertThat(FabricCommand.run(new String[] {"run"})).isEqualTo(2);
      assertThat(FabricCommand.run(new String[] {"run", "--devices=2"})).isEqualTo(2);
    } finally {
      System.setErr(before);
    }
    assertThat(text.toString(StandardCharsets.UTF_8).lines())
        .hasSize(2)
        .allMatch(line -> line.contains("fabric: run: no script was given"));
  }
}
