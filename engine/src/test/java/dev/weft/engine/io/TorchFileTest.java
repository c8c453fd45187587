package dev.weft.engine.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.weft.engine.DType;
import dev.weft.engine.Tensor;
import dev.weft.engine.TensorScope;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** What PyTorch writes is read exactly; what should not be read is refused by name. */
class TorchFileTest {

  @TempDir Path folder;

  private static final byte[] FOUR = new byte[16];

  private Path file(byte[] bytes) throws IOException {
    return Files.write(folder.resolve("model.pt"), bytes);
  }

  private AbstractThrowableAssert<?, ?> assertRefused(byte[] bytes) throws IOException {
    Path file = file(bytes);
    long live = Tensor.liveBytes();
    var refused =
        assertThatThrownBy(() -> TorchFile.read(file))
            .isInstanceOf(TensorFileException.class)
            .hasMessageStartingWith(file + ": ");
    assertThat(Tensor.liveBytes()).isEqualTo(live);
    return refused;
  }

  private Object read(byte[] bytes) throws IOException {
    return TorchFile.read(file(bytes));
  }

  // ------------------------------------------------------------------------------------- files

  /** What other tests left must not be freed while one of these counts. */
  @BeforeEach
  void nothingWaitsForTheGarbageCollector() {
    Tensor.collectGarbage();
  }

  @TestFactory
  Stream<DynamicTest> goldenFiles() {
    Path golden = TestFiles.folder("pt");
    return TestFiles.in(golden, ".pt").stream()
        .map(file -> dynamicTest(file.getFileName().toString(), () -> checkGolden(file)));
  }

  private static void checkGolden(Path file) throws IOException {
    String name = file.getFileName().toString();
    Path json = file.resolveSibling(name.replaceAll("\\.pt$", ".json"));
    if (Files.exists(json) && !TestFiles.json(json).get("root").isNull()) {
      try (var _ = TensorScope.open()) {
        ExpectedTree.check(
            TorchFile.read(file), TestFiles.json(json).get("root"), file.getParent());
      }
      return;
    }
    String reason =
        switch (name) {
          case "whole_module.pt" -> "torch.nn.modules.container.Sequential object, a whole module";
          case "sparse_coo.pt" -> "x.to_dense()";
          case "quantized.pt" -> "x.dequantize()";
          case "storage_root.pt" -> "a bare storage";
          case "torchscript.pt" -> "TorchScript";
          case "hparams_objects.pt" -> "argparse.Namespace: save vars(args)";
          case "numpy_values.pt" -> "";
          default -> throw new AssertionError("what is expected of " + name + "?");
        };
    if (reason.isEmpty()) {
      var values = (Map<?, ?>) TorchFile.read(file);
      assertThat(values.get("float32")).isEqualTo(1.5);
      assertThat(values.get("int64")).isEqualTo(3L);
      assertThat(((Tensor) values.get("array")).toFloatArray()).containsExactly(0, 1, 2, 3, 4, 5);
    } else {
      assertThatThrownBy(() -> TorchFile.read(file))
          .isInstanceOf(TensorFileException.class)
          .hasMessageStartingWith(file + ": ")
          .hasMessageContaining(reason);
    }
  }

  @TestFactory
  Stream<DynamicTest> hostileFiles() {
    Path hostile = TestFiles.folder("hostile");
    return TestFiles.json(hostile.resolve("manifest.json")).get("files").items().stream()
        .filter(entry -> entry.get("file").text().endsWith(".pt"))
        .map(entry -> dynamicTest(entry.get("file").text(), () -> checkHostile(hostile, entry)));
  }

  private static void checkHostile(Path folder, Json entry) throws IOException {
    Path file = folder.resolve(entry.get("file").text());
    Tensor.collectGarbage(); // what other tests left
    long live = Tensor.liveBytes();
    switch (entry.get("expect").text()) {
      case "accept" -> {
        var values = (Map<?, ?>) TorchFile.read(file);
        assertThat(((Tensor) values.get("w")).toFloatArray()).containsExactly(1, 2, 3, 4);
      }
      default ->
          // Files with a warning may be read as well; ours are all refused.
          assertThatThrownBy(() -> TorchFile.read(file))
              .isInstanceOf(TensorFileException.class)
              .hasMessageStartingWith(file + ": ");
    }
    assertThat(Path.of("PWNED")).doesNotExist();
    if (!entry.get("expect").text().equals("accept")) {
      assertThat(Tensor.liveBytes()).isEqualTo(live);
    }
  }

  @TestFactory
  Stream<DynamicTest> filesOfOtherProjects() {
    Optional<Path> real = TestFiles.real();
    Assumptions.assumeTrue(real.isPresent(), "the folder real/ beside the project is not there");
    return Files.isDirectory(real.get())
        ? Stream.of(".pt", ".pth", ".npy", ".npz", ".safetensors")
            .flatMap(suffix -> TestFiles.in(real.get(), suffix).stream())
            .map(file -> dynamicTest(file.getFileName().toString(), () -> readAny(file)))
        : Stream.empty();
  }

  private static void readAny(Path file) throws IOException {
    String name = file.toString();
    Object values =
        name.endsWith(".npy")
            ? Npy.read(file)
            : name.endsWith(".npz")
                ? Npz.read(file)
                : name.endsWith(".safetensors")
                    ? SafeTensors.open(file).readAll()
                    : TorchFile.read(file);
    assertThat(values).isNotNull();
  }

  @Test
  void twoSnapshotsOfANetworkHaveTheSameParts() throws IOException {
    Optional<Path> real = TestFiles.real();
    Assumptions.assumeTrue(real.isPresent(), "the folder real/ beside the project is not there");
    var torch = (Map<?, ?>) TorchFile.read(real.get().resolve("burn-mnist-convnet.pt"));
    SafeTensors safe = SafeTensors.open(real.get().resolve("burn-mnist-convnet.safetensors"));
    assertThat(torch.keySet()).hasSameElementsAs((Set) safe.names());
    for (String name : safe.names()) {
      // The two were saved at different times of training, so their values differ.
      assertThat(((Tensor) torch.get(name)).spec()).as(name).isEqualTo(safe.get(name).spec());
    }
  }

  // ------------------------------------------------------------------------------------ opcodes

  @Test
  void aTensorMadeByHandIsRead() throws IOException {
    var tensor =
        (Tensor)
            read(
                TorchZips.archive(
                    TorchZips.pickle(TorchZips.tensor(4, 1, "K\3\u0085", "K\1\u0085")), FOUR));
    assertThat(tensor.shape().sizes()).containsExactly(3);
    assertThat(tensor.layout().offset()).isEqualTo(1);
  }

  @Test
  void layoutsThatDoNotFitTheirStorageAreRefused() throws IOException {
    String one = "K\1\u0085";
    assertTensorRefused(TorchZips.tensor(4, 0, "K\5\u0085", one), "needs 5 elements");
    assertTensorRefused(TorchZips.tensor(4, 1, "K\4\u0085", one), "needs 5 elements");
    assertTensorRefused(TorchZips.tensor(4, 5, ")", ")"), "needs 6 elements");
    assertTensorRefused(TorchZips.tensor(4, 5, "K\0\u0085", one), "needs 5 elements");
    assertTensorRefused(TorchZips.tensor(4, 0, "K\2\u0085", "J\377\377\377\377\u0085"), "negative");
    assertTensorRefused(TorchZips.tensor(4, 0, "J\377\377\377\377\u0085", one), "negative");
    assertTensorRefused(TorchZips.tensor(4, 0, "K\2\u0085", ")"), "one stride per dimension");
    String large = "\u008a\b\377\377\377\377\377\377\377\177";
    assertTensorRefused(TorchZips.tensor(4, 0, large + "K\2\u0086", "K\0K\0\u0086"), "64 bits");
    assertTensorRefused(TorchZips.tensor(4, 0, "K\2\u0085", large + "\u0085"), "the stride");
    assertTensorRefused(
        TorchZips.tensor(4, 0, large + "\u0085", "K\3\u0085"), "larger than any file");
    assertTensorRefused(TorchZips.tensor(4, 0, "(" + "K\1".repeat(65) + "t", one), "64 integers");
    assertTensorRefused(TorchZips.tensor(5, 0, "K\2\u0085", one), "the storage it is for has 20");
    assertTensorRefused(TorchZips.tensor(3, 0, "K\2\u0085", one), "the storage it is for has 12");
  }

  private void assertTensorRefused(String tensor, String reason) throws IOException {
    assertRefused(TorchZips.archive(TorchZips.pickle(tensor), FOUR)).hasMessageContaining(reason);
  }

  @TestFactory
  Stream<DynamicTest> brokenPicklesAreRefused() {
    return Map.ofEntries(
            Map.entry("", "0 values instead of one"),
            Map.entry("NN", "2 values instead of one"),
            Map.entry("(N", "instead of one"),
            Map.entry("a", "a value is missing"),
            Map.entry("(Na", "a value is missing"),
            Map.entry("e", "a mark is missing"),
            Map.entry("N(e", "appended to what is no list"),
            Map.entry("](NNu", "set in what is no dictionary"),
            Map.entry("}(Nu", "a key without a value"),
            Map.entry("}]Ns", "key of a dictionary or set is a list"),
            Map.entry("}]\u0085Ns", "key of a dictionary or set is a tuple that"),
            Map.entry("h\0", "memo entry 0 was never made"),
            Map.entry("Nr\377\377\377\177", "memo entry 2147483647"),
            Map.entry("X\377\377\377\377", "4294967295 bytes are announced"),
            Map.entry("\u008d\377\377\377\377\377\377\377\377", "are announced"),
            Map.entry("X\2\0\0\0\300\200", "not valid UTF-8"),
            Map.entry("\u008b\377\377\377\177", "an integer of 2147483647 bytes"),
            Map.entry("\u0080\6N", "protocol 6"),
            Map.entry("\u0080\1N", "protocol 1"),
            Map.entry("I1\n", "the opcode 0x49"),
            Map.entry("N0", "the opcode 0x30"),
            Map.entry("cos\nsystem\n", "os.system, which could run code"),
            Map.entry("cbuiltins\nexec\n", "builtins.exec, which could run code"),
            Map.entry("c__builtin__\ngetattr\n", "builtins.getattr, which could run code"),
            Map.entry("cmy.code\nThing\n)\u0081", "class or function my.code.Thing"),
            Map.entry("ctorch.nn.modules.linear\nLinear\n", "save its state_dict"),
            Map.entry("ctorch\nQInt8Storage\n", "quantized"),
            Map.entry("ctorch\nfloat8_e5m2\n", "torch.float8_e5m2, a dtype"),
            Map.entry("ctorch\ncomplex32\n", "complex32"),
            Map.entry("ccollections\nOrderedDict\n", "OrderedDict itself"),
            Map.entry("NNR", "no tuple"),
            Map.entry("N)R", "a call of what is no function"),
            Map.entry("ccollections\nOrderedDict\n)\u0081", "an object is to be made of"),
            Map.entry("]}b", "a state is set on a list"),
            Map.entry("NQ", "a reference to something outside"),
            Map.entry("X\6\0\0\0moduleNNNN(X\6\0\0\0moduleNNNNtQ", "source code of a module"),
            Map.entry("c" + "x".repeat(2000) + "\ny\n", "a name that is too long"),
            Map.entry("]q\0h\0a", "a container holds itself"),
            Map.entry("}q\0Nh\0s", "a container holds itself"),
            Map.entry("]".repeat(501) + "a".repeat(500), "500 levels"),
            Map.entry("N" + "\u0085".repeat(100_000), "500 levels"),
            Map.entry("ctorch\ndevice\nX\2\0\0\0Aa\u0085R", "the device Aa:0 is unknown"),
            Map.entry("ctorch\nSize\n(J\377\377\377\377t\u0085R", "negative"))
        .entrySet()
        .stream()
        .map(
            broken ->
                dynamicTest(
                    broken.getValue() + ": " + Excerpt.of(broken.getKey()),
                    () ->
                        assertRefused(TorchZips.archive(TorchZips.pickle(broken.getKey())))
                            .hasMessageContaining(broken.getValue())));
  }

  @Test
  void fewBytesCannotAskForMuchHeap() throws IOException {
    // Each BINGET, TUPLE1 pair is three bytes; so is an empty dictionary that is appended.
    String lists = "](" + "}".repeat(600_000) + "e";
    assertRefused(TorchZips.archive(TorchZips.pickle(lists))).hasMessageContaining("bytes of heap");
    String text = "X\0\0\20\0" + "x".repeat(1 << 20) + "q\0X\6\0\0\0latin1q\1";
    String copies = "c_codecs\nencode\nq\2" + ("h\2h\0h\1\u0086R").repeat(100);
    assertRefused(TorchZips.archive(TorchZips.pickle(text, copies)))
        .hasMessageContaining("bytes of heap");
  }

  @Test
  void manyElementsBySharingAreALimit() throws IOException {
    var doubling = new StringBuilder("]q\0");
    for (int i = 0; i < 40; i++) {
      doubling.append("h").append((char) i).append("h").append((char) i).append("\u0086q");
      doubling.append((char) (i + 1));
    }
    String all = "(" + doubling + "t";
    assertRefused(TorchZips.archive(TorchZips.pickle(all))).hasMessageContaining("elements");
  }

  @Test
  void keysThatCollideCostNoTime() throws IOException {
    // "Aa" and "BB" have one hash code; 2^15 keys of 15 such pairs each would need 10^9 steps.
    var pairs = new StringBuilder("}(");
    for (int i = 0; i < 1 << 15; i++) {
      var key = new StringBuilder();
      for (int bit = 0; bit < 15; bit++) {
        key.append((i >> bit & 1) == 0 ? "Aa" : "BB");
      }
      pairs.append(TorchZips.text(key.toString())).append("\u0085N");
    }
    var map = (Map<?, ?>) read(TorchZips.archive(TorchZips.pickle(pairs + "u")));
    assertThat(map).hasSize(1 << 15);
  }

  // --------------------------------------------------------------------------------- registered

  @Test
  void objectsOfRegisteredClassesAreDecodedWithTheirTensors() throws IOException {
    String tensor = TorchZips.tensor(4, 0, "K\4\u0085", "K\1\u0085");
    String object = "cmy\nThing\nK\7\u0085\u0081q\0}X\1\0\0\0w" + tensor + "sb";
    byte[] archive = TorchZips.archive(TorchZips.pickle("]", object, "ah\0a"), FOUR);
    record Thing(List<Object> arguments, Tensor w) {}
    var options =
        TorchFile.Options.standard()
            .with(
                "my.Thing",
                (arguments, state) ->
                    new Thing(arguments, (Tensor) ((Map<?, ?>) state.orElseThrow()).get("w")));
    var list = (List<?>) TorchFile.read(file(archive), options);
    assertThat(list.get(0)).isInstanceOf(Thing.class).isSameAs(list.get(1));
    assertThat(((Thing) list.get(0)).arguments).containsExactly(7L);
    assertThat(((Thing) list.get(0)).w.numel()).isEqualTo(4);
    assertRefused(archive).hasMessageContaining("my.Thing");

    var failing =
        TorchFile.Options.standard()
            .with(
                "my.Thing",
                (arguments, state) -> {
                  throw new IllegalStateException("not today");
                });
    Tensor.collectGarbage(); // what other tests left
    long live = Tensor.liveBytes();
    assertThatThrownBy(() -> TorchFile.read(file(archive), failing))
        .isInstanceOf(TensorFileException.class)
        .hasMessageContaining("the decoder of an object of my.Thing failed: not today");
    assertThat(Tensor.liveBytes()).isLessThanOrEqualTo(live);
    assertThatThrownBy(() -> TorchFile.Options.standard().with("torch.Size", (a, s) -> a))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void theNamespaceOfAnArgumentParserCanBeRegistered() throws IOException {
    var options =
        TorchFile.Options.standard()
            .with("argparse.Namespace", (arguments, state) -> state.orElseThrow())
            .with(
                "pathlib.PurePosixPath", (arguments, state) -> String.join("/", (List) arguments));
    var values =
        (Map<?, ?>) TorchFile.read(TestFiles.folder("pt").resolve("hparams_objects.pt"), options);
    assertThat(values.get("hparams")).isEqualTo(Map.of("lr", 0.1));
    assertThat(values.get("path")).isEqualTo("a/b");
  }

  // ---------------------------------------------------------------------------------- archives

  @Test
  void recordsThatAreMissingOrTooManyOrOddAreRefused() throws IOException {
    byte[] pickle = TorchZips.pickle(TorchZips.tensor(4, 0, "K\4\u0085", "K\1\u0085"));
    assertRefused(TorchZips.archive(pickle)).hasMessageContaining("m/data/0 is missing");
    assertRefused(TorchZips.archive(pickle, r -> r.remove("m/data.pkl"), FOUR))
        .hasMessageContaining("without a record NAME/data.pkl");
    assertRefused(TorchZips.archive(pickle, r -> r.put("n/data.pkl", pickle), FOUR))
        .hasMessageContaining("several data.pkl");
    assertRefused(TorchZips.archive(pickle, r -> r.put("n/x", FOUR), FOUR))
        .hasMessageContaining("lies outside of m/");
    assertRefused(TorchZips.archive(pickle, r -> r.put("m/byteorder", "big".getBytes()), FOUR))
        .hasMessageContaining("big-endian machine");
    assertRefused(TorchZips.archive(pickle, r -> r.put("m/byteorder", "odd".getBytes()), FOUR))
        .hasMessageContaining("the byte order 'odd' is unknown");
    assertRefused(TorchZips.archive(pickle, r -> r.put("m/version", "11\n".getBytes()), FOUR))
        .hasMessageContaining("version '11'");
    assertRefused(TorchZips.archive(pickle, r -> r.put("m/code/a.py", FOUR), FOUR))
        .hasMessageContaining("TorchScript");
    assertRefused(TorchZips.archive(Arrays.copyOf(pickle, pickle.length + 1), FOUR))
        .hasMessageContaining("1 bytes follow the end of the pickle");
    for (String name : List.of("m/../x", "/m/x", "m//x", "m/./x", "m/a\\b", "..")) {
      assertRefused(TorchZips.archive(pickle, r -> r.put(name, FOUR), FOUR))
          .hasMessageContaining("not that of a record inside the archive");
    }
    assertThat(read(TorchZips.archive(pickle, r -> r.put("m/extra/", new byte[0]), FOUR)))
        .isInstanceOf(Tensor.class);
  }

  @Test
  void checksumsThatWereLeftOutAreSaidToBeAndCanBeDoneWithout() throws IOException {
    byte[] data = {0, 0, (byte) 128, 63, 0, 0, 0, 64, 0, 0, 64, 64, 0, 0, (byte) 128, 64};
    byte[] archive =
        TorchZips.archive(TorchZips.pickle(TorchZips.tensor(4, 0, "K\4\u0085", "K\1\u0085")), data);
    var crc = new java.util.zip.CRC32();
    crc.update(data);
    byte[] without = replaced(archive, (int) crc.getValue(), 0);
    assertRefused(without).hasMessageContaining("acceptMissingChecksums()");
    var options = TorchFile.Options.standard().acceptMissingChecksums();
    assertThat(((Tensor) TorchFile.read(file(without), options)).toFloatArray())
        .containsExactly(1, 2, 3, 4);
    byte[] wrong = replaced(archive, (int) crc.getValue(), 12345);
    assertThatThrownBy(() -> TorchFile.read(file(wrong), options))
        .hasMessageContaining("its checksum is");
  }

  private static byte[] replaced(byte[] bytes, int from, int to) {
    var buffer = java.nio.ByteBuffer.wrap(bytes.clone()).order(java.nio.ByteOrder.LITTLE_ENDIAN);
    int found = 0;
    for (int i = 0; i + 4 <= bytes.length; i++) {
      if (buffer.getInt(i) == from) {
        buffer.putInt(i, to);
        found++;
      }
    }
    assertThat(found).isEqualTo(2); // the local header and the directory
    return buffer.array();
  }

  @Test
  void filesOfOtherKindsAreNamed() throws IOException {
    assertNamed("", "an empty file");
    assertNamed("version https://git-lfs.github.com/spec/v1\n", "Git LFS pointer");
    assertNamed("\n<html><head><title>403</title></head></html>", "HTML page");
    assertNamed("<?xml version='1.0'?><Error>", "XML document");
    assertNamed("\u001f\u008b\b", "gzip");
    assertNamed("\u0093NUMPY\1\0", "Npy");
    assertNamed("{\"a\": 1}", "a JSON document");
    assertNamed("plain text", "nor of a known kind");
    assertNamed("\u0080\2}q\0.", "but not of PyTorch: the magic number is missing");
    assertRefused(TestFiles.safeTensors("{}")).hasMessageContaining("SafeTensors");
    assertRefused(TorchZips.zip(Map.of("a.npy", new byte[1]))).hasMessageContaining("Npz");
    assertThatThrownBy(() -> TorchFile.read(folder)).isInstanceOf(TensorFileException.class);
  }

  private void assertNamed(String latin1, String name) throws IOException {
    assertRefused(latin1.getBytes(StandardCharsets.ISO_8859_1)).hasMessageContaining(name);
  }

  // ------------------------------------------------------------------------------------ damage

  @TestFactory
  Stream<DynamicTest> anyDamageIsRefusedOrHarmless() {
    return Stream.of("views.pt", "views.legacy.pt", "shapes.pt", "numpy_values.pt", "pickle4.pt")
        .map(
            name ->
                dynamicTest(
                    name,
                    () -> {
                      Path golden = TestFiles.folder("pt").resolve(name);
                      Tensor.collectGarbage(); // what other tests left
                      long live = Tensor.liveBytes();
                      Mutations.of(Files.readAllBytes(golden), 800)
                          .check(
                              folder.resolve("mutated.pt"),
                              file -> {
                                try (var _ = TensorScope.open()) {
                                  String.valueOf(TorchFile.read(file));
                                }
                              });
                      assertThat(Tensor.liveBytes()).isEqualTo(live);
                    }));
  }

  /** In an archive the checksums find every bit that stands for a value. */
  @Test
  void noFlippedBitOfAnArchiveChangesAValue() throws IOException {
    Path golden = TestFiles.folder("pt").resolve("list_root.pt");
    byte[] good = Files.readAllBytes(golden);
    Path file = folder.resolve("flipped.pt");
    int refused = 0;
    for (int bit = 0; bit < 8 * good.length; bit += 3) {
      byte[] bytes = good.clone();
      bytes[bit / 8] ^= (byte) (1 << bit % 8);
      Files.write(file, bytes);
      try {
        var list = (List<?>) TorchFile.read(file);
        assertThat(((Tensor) list.get(0)).toFloatArray()).containsExactly(1, 1);
        assertThat(list.get(1)).isEqualTo(3L);
        assertThat(list.get(2)).isEqualTo("x");
        ((Tensor) list.get(0)).release();
      } catch (TensorFileException e) {
        refused++;
      }
    }
    assertThat(refused).isGreaterThan(good.length);
  }

  @Test
  void everyTruncationIsFound() throws IOException {
    for (String name : List.of("list_root.pt", "shapes.legacy.pt")) {
      byte[] good = Files.readAllBytes(TestFiles.folder("pt").resolve(name));
      for (int length = 0; length < good.length; length++) {
        assertRefused(Arrays.copyOf(good, length));
      }
      assertRefused(Arrays.copyOf(good, good.length + 1));
    }
  }

  @Test
  void tensorsBelongToTheOpenScope() throws IOException {
    Tensor tensor;
    try (var _ = TensorScope.open()) {
      tensor = (Tensor) TorchFile.read(TestFiles.folder("pt").resolve("bare_tensor.pt"));
      assertThat(tensor.dtype()).isEqualTo(DType.FLOAT32);
    }
    assertThat(tensor.isReleased()).isTrue();
  }
}
