package dev.weft.engine.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.weft.engine.DType;
import dev.weft.engine.Device;
import dev.weft.engine.DeviceException;
import dev.weft.engine.Shape;
import dev.weft.engine.Tensor;
import dev.weft.engine.TensorSpec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

class SafeTensorsTest {

  @TempDir Path folder;

  @TestFactory
  Stream<DynamicTest> goldenFiles() {
    Path golden = TestFiles.folder("safetensors");
    return TestFiles.in(golden, ".safetensors").stream()
        .map(file -> dynamicTest(file.getFileName().toString(), () -> checkGolden(file)));
  }

  private static void checkGolden(Path file) throws IOException {
    Json expected = TestFiles.json(Path.of(file.toString().replace(".safetensors", ".json")));
    SafeTensors opened = SafeTensors.open(file);
    var metadata = new HashMap<String, String>();
    expected.get("metadata").members().forEach((k, v) -> metadata.put(k, v.text()));
    assertThat(opened.metadata()).isEqualTo(metadata);
    Path tree = file.resolveSibling(expected.get("root").get("same_as").text());
    int seen = 0;
    for (Json item : TestFiles.json(tree).get("root").get("items")) {
      String name = item.get(0).get("value").text();
      if (!opened.names().contains(name)) {
        assertThat(name).as("the one dtype that safetensors lacks").isEqualTo("complex128");
        continue;
      }
      seen++;
      Tensor tensor = opened.get(name);
      assertThat(tensor.spec()).isEqualTo(opened.spec(name));
      ExpectedTree.checkElements(name, tensor, item.get(1), tree.getParent());
    }
    assertThat(opened.names()).hasSize(seen);
  }

  @Test
  void everyDtypeAndShapeComesBack() throws IOException {
    var tensors = new LinkedHashMap<String, Tensor>();
    for (DType dtype : DType.values()) {
      if (dtype == DType.COMPLEX128) { // the format lacks it
        continue;
      }
      for (Shape shape : new Shape[] {Shape.of(), Shape.of(3), Shape.of(2, 0, 4), Shape.of(2, 3)}) {
        Tensor tensor = Tensor.empty(shape, dtype, Device.CPU);
        byte[] bytes = new byte[(int) tensor.spec().bytes()];
        for (int i = 0; i < bytes.length; i++) {
          bytes[i] = (byte) (dtype == DType.BOOL ? i % 2 : 7 * i + 1);
        }
        tensor.segment().copyFrom(java.lang.foreign.MemorySegment.ofArray(bytes));
        tensors.put(dtype + " " + shape, tensor);
      }
    }
    Path file = folder.resolve("all.safetensors");
    SafeTensors.write(file, tensors, Map.of("format", "pt"));

    SafeTensors opened = SafeTensors.open(file);
    assertThat(opened.names()).containsExactlyElementsOf(tensors.keySet());
    assertThat(opened.metadata()).isEqualTo(Map.of("format", "pt"));
    opened
        .readAll()
        .forEach(
            (name, tensor) -> {
              Tensor before = tensors.get(name);
              assertThat(tensor.spec()).as(name).isEqualTo(before.spec());
              assertThat(tensor.segment().mismatch(before.segment())).as(name).isEqualTo(-1);
            });
  }

  @Test
  void theHeaderEndsOnEightBytesAndEachTensorIsAligned() throws IOException {
    var tensors = new LinkedHashMap<String, Tensor>();
    tensors.put("flag", Tensor.of(true));
    tensors.put("wide", Tensor.of(1L, 2L));
    tensors.put("half", Tensor.of(1f).to(DType.FLOAT16));
    tensors.put("single", Tensor.of(1f));
    Path file = folder.resolve("aligned.safetensors");
    SafeTensors.write(file, tensors);
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    int header = (int) bytes.getLong(0);
    assertThat(header % 8).isZero();
    Json json =
        Json.parse(new String(bytes.array(), 8, header, java.nio.charset.StandardCharsets.UTF_8));
    assertThat(json.members().keySet()).containsExactly("flag", "wide", "half", "single");
    json.members()
        .forEach(
            (name, entry) ->
                assertThat(
                        entry.get("data_offsets").get(0).longValue()
                            % tensors.get(name).dtype().bytes())
                    .as(name)
                    .isZero());
    SafeTensors.write(file, new HashMap<>(tensors));
    byte[] once = Files.readAllBytes(file);
    SafeTensors.write(file, new HashMap<>(tensors));
    assertThat(Files.readAllBytes(file)).isEqualTo(once);
  }

  @Test
  void viewsAreWrittenAsTheyLook() throws IOException {
    Tensor base = Tensor.arange(12).reshape(3, 4);
    Path file = folder.resolve("views.safetensors");
    var views = new LinkedHashMap<String, Tensor>();
    views.put("t", base.transpose(0, 1));
    views.put("column", base.select(1, 2));
    views.put("expanded", base.narrow(1, 0, 1).expand(Shape.of(3, 2)));
    SafeTensors.write(file, views);
    SafeTensors opened = SafeTensors.open(file);
    assertThat(opened.get("t").toLongArray()).containsExactly(0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11);
    assertThat(opened.get("column").toLongArray()).containsExactly(2, 6, 10);
    assertThat(opened.get("expanded").toLongArray()).containsExactly(0, 0, 4, 4, 8, 8);
    assertThat(opened.get("t").isContiguous()).isTrue();
  }

  @TestFactory
  Stream<DynamicTest> wrongHeadersAreRefusedWithTheCause() {
    String entry = "{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}";
    return Map.ofEntries(
            Map.entry("{\"a\":" + entry + "} x", "more text"),
            Map.entry("[1]", "does not begin with {"),
            Map.entry(" {\"a\":" + entry + "}", "does not begin with {"),
            Map.entry("{\"a\":" + entry + ",\"b\":" + entry + "}", "overlap"),
            Map.entry("{\"a\":" + entry.replace("[1]", "[-1]") + "}", "negative"),
            Map.entry("{\"a\":" + entry.replace("[1]", "[1.0]") + "}", "no integer"),
            Map.entry("{\"a\":" + entry.replace("[1]", "[4611686018427387904,4]") + "}", "64 bits"),
            Map.entry(
                "{\"a\":" + entry.replace("[1]", "[2305843009213693952]") + "}", "larger than any"),
            Map.entry(
                "{\"a\":" + entry.replace("[1]", "[" + "1,".repeat(99) + "1]") + "}", "64 numbers"),
            Map.entry("{\"a\":" + entry.replace("[0,4]", "[0]") + "}", "two data_offsets"),
            Map.entry("{\"a\":" + entry.replace("[0,4]", "[0,4,8]") + "}", "more than 2"),
            Map.entry("{\"a\":" + entry.replace("[0,4]", "[4,0]") + "}", "the bytes between"),
            Map.entry("{\"a\":" + entry.replace("[0,4]", "[4,8]") + "}", "the bytes between"),
            Map.entry(
                "{\"a\":" + entry.replace("[0,4]", "[0,8]").replace("[1]", "[2]") + "}",
                "end at 4"),
            Map.entry("{\"a\":" + entry.replace("}", ",\"x\":1}") + "}", "unexpected field 'x'"),
            Map.entry("{\"a\":{\"dtype\":\"F32\",\"shape\":[1]}}", "are needed"),
            Map.entry("{\"a\":" + entry.replace("\"F32\"", "32") + "}", "'\"' expected"),
            Map.entry(
                "{\"a\":" + entry.replace("F32", "F4").replace("[0,4]", "[0,0]") + "}",
                "whole number"),
            Map.entry("{\"__metadata__\":{\"a\":1},\"a\":" + entry + "}", "'\"' expected"),
            Map.entry(
                "{\"__metadata__\":{},\"__metadata__\":{},\"a\":" + entry + "}", "occurs twice"),
            Map.entry(
                "{\"__metadata__\":{\"k\":\"\",\"k\":\"\"},\"a\":" + entry + "}", "occurs twice"),
            Map.entry("{}", "behind the header there are 4 bytes"))
        .entrySet()
        .stream()
        .map(
            wrong ->
                dynamicTest(
                    wrong.getKey(),
                    () -> {
                      Path file = folder.resolve("wrong.safetensors");
                      Files.write(file, TestFiles.safeTensors(wrong.getKey(), new byte[4]));
                      assertThatThrownBy(() -> SafeTensors.open(file))
                          .isInstanceOf(TensorFileException.class)
                          .hasMessageStartingWith(file.toString())
                          .hasMessageContaining(wrong.getValue());
                    }));
  }

  @Test
  void invalidUtf8IsRefused() throws IOException {
    Path file = folder.resolve("utf8.safetensors");
    byte[] bytes = TestFiles.safeTensors("{\"?\":1}");
    bytes[10] = (byte) 0xC0;
    Files.write(file, bytes);
    assertThatThrownBy(() -> SafeTensors.open(file)).hasMessageContaining("not valid UTF-8");
  }

  @Test
  void filesOfOtherKindsAreNamed() throws IOException {
    assertNamed("", "it has 0 bytes");
    assertNamed("version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "Git LFS pointer");
    assertNamed("<!DOCTYPE html><html><body>Sign in</body></html>", "HTML page");
    assertNamed("PK\3\4 and so on, as zips do", "zip archive");
    Path missing = folder.resolve("missing.safetensors");
    assertThatThrownBy(() -> SafeTensors.open(missing))
        .isInstanceOf(TensorFileException.class)
        .hasMessage(missing + ": does not exist");
    assertThatThrownBy(() -> SafeTensors.open(folder)).hasMessageContaining("is a folder");
  }

  private void assertNamed(String content, String name) throws IOException {
    Path file = folder.resolve("other.safetensors");
    Files.writeString(file, content);
    assertThatThrownBy(() -> SafeTensors.open(file))
        .isInstanceOf(TensorFileException.class)
        .hasMessageContaining(name);
  }

  @Test
  void aFileThatChangedIsNotReadWithTheOldHeader() throws IOException {
    Path file = folder.resolve("changed.safetensors");
    SafeTensors.write(file, Map.of("a", Tensor.of(1f, 2f)));
    SafeTensors opened = SafeTensors.open(file);
    SafeTensors.write(file, Map.of("a", Tensor.of(1f, 2f, 3f)));
    assertThatThrownBy(() -> opened.get("a")).hasMessageContaining("has changed");
    assertThatThrownBy(() -> SafeTensors.open(file).get("b")).hasMessageContaining("no tensor 'b'");
  }

  @Test
  void boolsOfOtherWritersBecomeZeroOrOne() throws IOException {
    Path file = folder.resolve("bool.safetensors");
    Files.write(
        file,
        TestFiles.safeTensors(
            "{\"a\":{\"dtype\":\"BOOL\",\"shape\":[3],\"data_offsets\":[0,3]}}",
            (byte) 0,
            (byte) 2,
            (byte) -1));
    byte[] bytes =
        SafeTensors.open(file).get("a").segment().toArray(java.lang.foreign.ValueLayout.JAVA_BYTE);
    assertThat(bytes).containsExactly(0, 1, 1);
  }

  @Test
  void whatCannotBeWrittenIsNamedBeforeAFileIsTouched() {
    Path file = folder.resolve("none.safetensors");
    Tensor meta = Tensor.empty(Shape.of(2), DType.FLOAT32, Device.META);
    Tensor released = Tensor.of(1f);
    released.release();
    assertThatThrownBy(() -> SafeTensors.write(file, Map.of("a", meta)))
        .isInstanceOf(DeviceException.class);
    assertThatThrownBy(() -> SafeTensors.write(file, Map.of("a", released)))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> SafeTensors.write(file, Map.of("__metadata__", Tensor.of(1f))))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> SafeTensors.write(file, Map.of("\uD800", Tensor.of(1f))))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void anEmptyFileOfTensorsIsFine() throws IOException {
    Path file = folder.resolve("empty.safetensors");
    SafeTensors.write(file, Map.of());
    assertThat(SafeTensors.open(file).names()).isEmpty();
    assertThat(SafeTensors.open(file).readAll()).isEmpty();
  }

  @Test
  void readingLeavesNothingBehindWhenItFails() throws IOException {
    Path file = folder.resolve("part.safetensors");
    String entry = "{\"dtype\":\"%s\",\"shape\":[1],\"data_offsets\":[%d,%d]}";
    Files.write(
        file,
        TestFiles.safeTensors(
            "{\"a\":"
                + entry.formatted("F32", 0, 4)
                + ",\"b\":"
                + entry.formatted("U32", 4, 8)
                + "}",
            new byte[8]));
    SafeTensors opened = SafeTensors.open(file);
    assertThat(opened.spec("a")).isEqualTo(TensorSpec.of(Shape.of(1), DType.FLOAT32));
    long before = Tensor.liveBytes();
    assertThatThrownBy(opened::readAll).hasMessageContaining("U32 is not supported");
    assertThat(Tensor.liveBytes()).isEqualTo(before);
  }

  @TestFactory
  Stream<DynamicTest> hostileFiles() {
    Path hostile = TestFiles.folder("hostile");
    Json manifest = TestFiles.json(hostile.resolve("manifest.json"));
    return manifest.get("files").items().stream()
        .filter(entry -> entry.get("file").text().endsWith(".safetensors"))
        .map(
            entry ->
                dynamicTest(
                    entry.get("file").text(),
                    () -> {
                      Path file = hostile.resolve(entry.get("file").text());
                      if (entry.get("expect").text().equals("reject")) {
                        assertThatThrownBy(() -> SafeTensors.open(file))
                            .isInstanceOf(TensorFileException.class)
                            .hasMessageStartingWith(file.toString());
                      } else {
                        SafeTensors.open(file).readAll();
                      }
                    }));
  }

  @Test
  void anyDamageIsRefusedOrHarmless() throws IOException {
    Path golden = TestFiles.folder("safetensors").resolve("dtypes.safetensors");
    Mutations.of(Files.readAllBytes(golden), 3000)
        .check(
            folder.resolve("mutated.safetensors"),
            file -> {
              SafeTensors opened = SafeTensors.open(file);
              for (String name : opened.names()) {
                opened.get(name).release();
              }
            });
    assertThat(Arrays.asList(folder.toFile().list())).hasSize(1);
  }
}
