package dev.weft.fabric.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.fabric.Fabric;
import dev.weft.fabric.launch.Environment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * The blocks of Java in docs/from-lightning.md compile and run. Those marked {@code script} are
 * programs of their own, {@code shared} and {@code start} stand before all others, which are bodies
 * of a method that two ranks run.
 */
@Tag("guide")
class GuideTest {

  private static final String IMPORTS =
      """
      import module java.base;
      import module dev.weft.fabric;
      import dev.weft.nn.Module;
      """;

  @TempDir Path folder;

  private record Block(String kind, String heading, String code) {}

  private static List<Block> blocks() throws Exception {
    var blocks = new ArrayList<Block>();
    String heading = "";
    String kind = "";
    StringBuilder code = null;
    for (String line : Files.readAllLines(Path.of("../docs/from-lightning.md"))) {
      if (code != null && line.equals("```")) {
        blocks.add(new Block(kind, heading, code.toString()));
        code = null;
      } else if (code != null) {
        code.append(line).append('\n');
      } else if (line.startsWith("```java")) {
        kind = line.substring("```java".length()).strip();
        code = new StringBuilder();
      } else if (line.startsWith("## ")) {
        heading = line.substring(3);
      }
    }
    return blocks;
  }

  private static String all(List<Block> blocks, String kind) {
    var text = new StringBuilder();
    blocks.stream().filter(b -> b.kind().equals(kind)).forEach(b -> text.append(b.code()));
    return text.toString();
  }

  @TestFactory
  Stream<DynamicTest> everyBlockRuns() throws Exception {
    List<Block> blocks = blocks();
    List<Block> bodies = blocks.stream().filter(b -> b.kind().isEmpty()).toList();
    List<Block> scripts = blocks.stream().filter(b -> b.kind().equals("script")).toList();
    assertThat(bodies).hasSizeGreaterThan(25);
    assertThat(scripts).hasSize(3);

    Class<?> guide = compiled("Guide", guide(blocks, bodies));
    Stream<DynamicTest> ofBodies =
        IntStream.range(0, bodies.size())
            .mapToObj(
                i ->
                    DynamicTest.dynamicTest(
                        bodies.get(i).heading() + " " + i, () -> runBody(guide, i)));
    Stream<DynamicTest> ofScripts =
        scripts.stream()
            .map(
                script ->
                    DynamicTest.dynamicTest(
                        "script: " + script.heading(), () -> runScript(script.code())));
    return Stream.concat(ofBodies, ofScripts);
  }

  private static String guide(List<Block> blocks, List<Block> bodies) {
    var source = new StringBuilder(IMPORTS).append("public class Guide {\n");
    source.append(all(blocks, "shared"));
    for (int i = 0; i < bodies.size(); i++) {
      source
          .append("public static void body")
          .append(i)
          .append("(Fabric fabric, Path folder) throws Exception {\n")
          .append(all(blocks, "start"))
          .append(bodies.get(i).code())
          .append("}\n");
    }
    return source.append("public static void main(String[] a) {}\n}\n").toString();
  }

  private Class<?> compiled(String name, String source) throws Exception {
    Path file = Files.writeString(folder.resolve(name + ".java"), source);
    Libraries none = Libraries.of("");
    CompiledScript script = ScriptCompiler.compile(file, none);
    return new ScriptLoader(script.classes(), none.loader()).loadClass(script.mainClass());
  }

  private void runBody(Class<?> guide, int number) throws Exception {
    var body = guide.getMethod("body" + number, Fabric.class, Path.class);
    Path own = Files.createDirectories(folder.resolve("body" + number));
    Fabric.builder()
        .environment(Environment.of(Map.of()))
        .accelerator("cpu")
        .devices(2)
        .strategy("ddp_spawn")
        .build()
        .launch(fabric -> body.invoke(null, fabric, own));
  }

  private void runScript(String source) throws Throwable {
    Class<?> script = compiled("Script", source);
    // Ranks that are processes would start this test again; one rank needs none.
    Map<String, String> variables = source.contains("ddp_") ? Map.of() : Map.of("LT_DEVICES", "1");
    MainMethod.of(script).run(List.of(), Environment.of(variables));
  }
}
