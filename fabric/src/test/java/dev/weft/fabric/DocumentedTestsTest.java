package dev.weft.fabric;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** docs/fabric.md names tests that exist, and no row is open but those that come later. */
class DocumentedTestsTest {

  private static final Pattern NAMED =
      Pattern.compile("`([A-Z]\\w*(?:Test|Contract))(?:\\.(\\w+))?`|`\\.(\\w+)`");

  private static List<String> rows() throws IOException {
    return Files.readAllLines(Path.of("../docs/fabric.md")).stream()
        .filter(line -> line.startsWith("| ") && !line.startsWith("| row |"))
        .toList();
  }

  private static Map<String, String> sources() throws IOException {
    var sources = new HashMap<String, String>();
    try (var files = Files.walk(Path.of("src/test/java"))) {
      for (Path file : files.filter(f -> f.toString().endsWith(".java")).toList()) {
        String name = file.getFileName().toString();
        sources.put(name.substring(0, name.length() - ".java".length()), Files.readString(file));
      }
    }
    return sources;
  }

  @Test
  void testsThatAreNamedExist() throws IOException {
    Map<String, String> sources = sources();
    int named = 0;
    for (String row : rows()) {
      String last = "";
      Matcher matcher = NAMED.matcher(row);
      while (matcher.find()) {
        last = matcher.group(1) == null ? last : matcher.group(1);
        String method = matcher.group(1) == null ? matcher.group(3) : matcher.group(2);
        assertThat(sources).as(row).containsKey(last);
        if (method != null) {
          assertThat(sources.get(last)).as(row).containsPattern("\\b" + method + "\\(");
        }
        named++;
      }
    }
    assertThat(named).isGreaterThan(100);
  }

  @Test
  void noRowIsOpen() throws IOException {
    for (String row : rows()) {
      String[] cells = row.split("(?<!\\\\)\\|", -1);
      assertThat(cells).as(row).hasSize(6);
      String all = cells[2] + cells[3] + cells[4];
      boolean proved = !cells[3].isBlank() && !cells[3].strip().equals("–");
      boolean leftOut = cells[2].strip().equals("–") && !cells[4].isBlank();
      assertThat(proved || leftOut || all.contains("**later**")).as(row).isTrue();
    }
  }
}
