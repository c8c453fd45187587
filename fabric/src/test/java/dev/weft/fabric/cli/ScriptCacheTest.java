package dev.weft.fabric.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScriptCacheTest {

  private static final Libraries NONE = Libraries.of("");

  @TempDir Path folder;

  private ScriptCache cache;
  private Path script;

  @BeforeEach
  void writeAScript() throws IOException {
    cache = new ScriptCache(folder.resolve("some/cache"));
    script = Files.writeString(folder.resolve("Script.java"), "void main() { new Other(); }");
    Files.writeString(folder.resolve("Other.java"), "class Other {}");
  }

  @Test
  void givesWhatItHas() throws Exception {
    Path entry = cache.compiled(script, NONE).path();
    var planted = new CompiledScript("Planted", Map.of(), Map.of("Planted", new byte[] {1}));
    Files.write(entry, planted.toBytes());

    Target.Compiled again = cache.compiled(script, NONE);

    assertThat(again.path()).isEqualTo(entry);
    assertThat(again.script().mainClass()).isEqualTo("Planted");
  }

  @Test
  void compilesAgainWhenAnythingHasChanged() throws Exception {
    List<Path> entries = new ArrayList<>();
    entries.add(cache.compiled(script, NONE).path());
    Files.writeString(script, "void main() { new Other(); } // changed");
    entries.add(cache.compiled(script, NONE).path());
    Files.writeString(folder.resolve("New.java"), "class New {}");
    entries.add(cache.compiled(script, NONE).path());
    entries.add(cache.compiled(script, Libraries.of(folder.resolve("New.java").toString())).path());

    assertThat(entries).doesNotHaveDuplicates();
    assertThat(files()).containsExactlyInAnyOrderElementsOf(entries);
  }

  @Test
  void compilesAgainWhenAnotherSourceHasChanged() throws Exception {
    Target.Compiled before = cache.compiled(script, NONE);
    Files.writeString(folder.resolve("Other.java"), "class Other { int x; }");
    Target.Compiled after = cache.compiled(script, NONE);

    assertThat(after.path()).isEqualTo(before.path());
    assertThat(after.script().classes().get("Other"))
        .isNotEqualTo(before.script().classes().get("Other"));
  }

  @Test
  void compilesAgainWhenAnEntryIsDamaged() throws Exception {
    Target.Compiled whole = cache.compiled(script, NONE);
    byte[] bytes = Files.readAllBytes(whole.path());
    bytes[bytes.length / 2] ^= 4;
    Files.write(whole.path(), bytes);

    assertThat(cache.compiled(script, NONE).script().classes().get("Other"))
        .isEqualTo(whole.script().classes().get("Other"));
    assertThat(CompiledScript.read(whole.path())).isPresent();
  }

  @Test
  void deletesWhatNobodyUsedForAMonth() throws Exception {
    Path old = cache.compiled(script, NONE).path();
    Files.writeString(script, "void main() { /* newer */ }");
    Path recent = cache.compiled(script, NONE).path();
    age(old, 40);
    age(recent, 20);
    Files.writeString(script, "void main() { /* newest */ }");
    Path newest = cache.compiled(script, NONE).path();

    assertThat(files()).containsExactlyInAnyOrder(recent, newest);
  }

  @Test
  void aUseCounts() throws Exception {
    Path entry = cache.compiled(script, NONE).path();
    age(entry, 29);
    cache.compiled(script, NONE);

    assertThat(Files.getLastModifiedTime(entry).toInstant())
        .isAfter(Instant.now().minus(1, ChronoUnit.DAYS));
  }

  @Test
  void manyMayUseItAtATime() throws Exception {
    Callable<Path> use = () -> cache.compiled(script, NONE).path();
    try (var threads = Executors.newFixedThreadPool(4)) {
      List<Path> entries = new ArrayList<>();
      for (Future<Path> each : threads.invokeAll(List.of(use, use, use, use))) {
        entries.add(each.get());
      }

      assertThat(entries).containsOnly(entries.getFirst());
      assertThat(files()).containsExactly(entries.getFirst());
    }
  }

  @Test
  void liesWhereTheSystemKeepsSuchThings() {
    assertThat(ScriptCache.folder("Linux", "/home/me", Map.of()))
        .isEqualTo(Path.of("/home/me/.cache/weft/scripts"));
    assertThat(ScriptCache.folder("Linux", "/home/me", Map.of("XDG_CACHE_HOME", "/big")))
        .isEqualTo(Path.of("/big/weft/scripts"));
    assertThat(ScriptCache.folder("Linux", "/home/me", Map.of("XDG_CACHE_HOME", "relative")))
        .isEqualTo(Path.of("/home/me/.cache/weft/scripts"));
    assertThat(ScriptCache.folder("Mac OS X", "/Users/me", Map.of()))
        .isEqualTo(Path.of("/Users/me/Library/Caches/weft/scripts"));
    assertThat(ScriptCache.folder("Windows 11", "/Users/me", Map.of()))
        .isEqualTo(Path.of("/Users/me/AppData/Local/weft/scripts"));
  }

  private static void age(Path entry, long days) throws IOException {
    Files.setLastModifiedTime(entry, FileTime.from(Instant.now().minus(days, ChronoUnit.DAYS)));
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(cache.folder())) {
      return files.toList();
    }
  }
}
