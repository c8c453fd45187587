package dev.weft.engine.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.engine.Tensor;
import dev.weft.engine.TensorScope;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Sharded checkpoints, against what PyTorch 2.13 makes of the same folders. */
class TorchShardsTest {

  @TempDir Path temporary;

  private TensorScope scope;

  @BeforeEach
  void openScope() {
    scope = TensorScope.open();
  }

  @AfterEach
  void closeScope() {
    scope.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"fsdp", "grid"})
  void shardsArePutTogetherAsPyTorchDoes(String name) throws IOException {
    Path folder = copy(name);
    assertThat(TorchShards.isSharded(folder)).isTrue();
    Path whole = TestFiles.folder("shards").resolve(name + ".pt");
    var expected = new LinkedHashMap<>((Map<?, ?>) TorchFile.read(whole));
    expected.keySet().removeAll(List.of("step", "names", "loss")); // these are in meta.pt

    Map<Object, Object> actual = TorchShards.read(folder);

    assertThat(comparable(actual)).isEqualTo(comparable(expected));
  }

  @Test
  void foldersWithoutAnIndexAreNotSharded() {
    assertThat(TorchShards.isSharded(temporary)).isFalse();
    assertThatThrownBy(() -> TorchShards.read(temporary))
        .isInstanceOf(TensorFileException.class)
        .hasMessageContaining(".metadata: does not exist");
  }

  /** Each changes something in the index that the rest then contradicts. */
  @ParameterizedTest
  @CsvSource({
    "text, __0_0.distcp, ../0_0.distc, 'is no name of a file in this folder'",
    "text, __0_0.distcp, /tmp/0.distc, 'is no name of a file in this folder'",
    "text, __0_0.distcp, __9_0.distcp, 'does not exist'",
    "text, __0_0.distcp, __3_0.distcp, 'overlap'",
    "text, bfloat16, bfloat32, 'a dtype that is not supported'",
    "text, torch.strided, torch.sparsed, 'torch.sparsed'",
    "text, ChunkStorageMetadata, ChunkStorageMetadatb, 'ChunkStorageMetadatb'",
    // The grid's last shard is (1, 2) at (2, 3) of (3, 5).
    "chunk, 2 3 1 2, 2 3 2 2, 'outside of it'",
    "chunk, 2 3 1 2, 2 3 1 1, 'no shard for 1 of its elements'",
    "chunk, 2 3 1 2, 1 3 1 2, 'overlap'",
    "chunk, 2 3 1 2, 3 3 0 2, 'no shard for 2 of its elements'",
  })
  void anIndexThatContradictsItselfIsRefused(
      String kind, String found, String replacement, String message) throws IOException {
    Path folder = copy("grid");
    byte[] index = Files.readAllBytes(folder.resolve(".metadata"));
    byte[] changed =
        kind.equals("text")
            ? replaced(index, bytes(found), bytes(replacement))
            : replaced(index, box(found), box(replacement));
    Files.write(folder.resolve(".metadata"), changed);
    if (message.isEmpty()) {
      assertThatCode(() -> TorchShards.read(folder)).doesNotThrowAnyException();
    } else {
      assertThatThrownBy(() -> TorchShards.read(folder))
          .isInstanceOf(TensorFileException.class)
          .hasMessageContaining(message);
    }
  }

  @Test
  void aShardOfAnotherShapeOrDtypeIsRefused() throws IOException {
    Path folder = copy("grid");
    byte[] index = Files.readAllBytes(folder.resolve(".metadata"));
    Files.write(folder.resolve(".metadata"), replaced(index, bytes("float64"), bytes("float32")));
    assertThatThrownBy(() -> TorchShards.read(folder))
        .hasMessageContaining("'scalar': a shard should be float32");
  }

  @Test
  void filesThatAreCutOffOrDamagedAreRefused() throws IOException {
    Path folder = copy("fsdp");
    Path shard = folder.resolve("__1_0.distcp");
    byte[] good = Files.readAllBytes(shard);
    for (int length : new int[] {0, 1, good.length / 2, good.length - 1}) {
      Files.write(shard, java.util.Arrays.copyOf(good, length));
      assertThatThrownBy(() -> TorchShards.read(folder))
          .isInstanceOf(TensorFileException.class)
          .hasMessageContaining("it was cut off");
    }
    byte[] flipped = good.clone();
    flipped[good.length - 1500] ^= 1;
    Files.write(shard, flipped);
    assertThatThrownBy(() -> TorchShards.read(folder)).isInstanceOf(TensorFileException.class);
  }

  /** Whatever is done to the files: they are read or refused, and no memory is left behind. */
  @ParameterizedTest
  @ValueSource(strings = {".metadata", "__3_0.distcp"})
  void damagedFilesGiveOurExceptionAlone(String name) throws IOException {
    Path folder = copy("grid");
    Path file = folder.resolve(name);
    byte[] good = Files.readAllBytes(file);
    long live = Tensor.liveBytes();
    for (int seed = 0; seed < 1500; seed++) {
      byte[] bytes = good.clone();
      var random = new Random(seed);
      for (int times = random.nextInt(3); times >= 0; times--) {
        int at = random.nextInt(bytes.length);
        bytes[at] = random.nextBoolean() ? (byte) random.nextInt(256) : (byte) (bytes[at] ^ 1);
      }
      Files.write(file, bytes);
      try (var _ = TensorScope.open()) {
        TorchShards.read(folder);
      } catch (TensorFileException e) {
        assertThat(e).as("seed %s", seed).hasMessageContaining(folder.toString());
      }
    }
    assertThat(Tensor.liveBytes()).isEqualTo(live);
  }

  // -------------------------------------------------------------------------------------- helpers

  private Path copy(String name) throws IOException {
    Path copy = Files.createDirectory(temporary.resolve(name));
    for (Path file : TestFiles.in(TestFiles.folder("shards").resolve(name), "")) {
      String plain = file.getFileName().toString();
      Files.copy(file, copy.resolve(plain.equals("metadata") ? ".metadata" : plain));
    }
    return copy;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  /** Offsets and sizes of a chunk, as the pickle has the digits of a pair. */
  private static byte[] box(String numbers) {
    String[] parts = numbers.split(" ");
    var bytes = new ByteArrayOutputStream();
    for (String part : parts) {
      bytes.write('K');
      bytes.write(Integer.parseInt(part));
    }
    return bytes.toByteArray();
  }

  /**
   * With every occurrence replaced. A box is replaced number by number, in the two pairs that are
   * nearest to each other.
   */
  private static byte[] replaced(byte[] all, byte[] found, byte[] replacement) {
    boolean box = found[0] == 'K' && found.length == 8;
    byte[] result = all.clone();
    for (int at = 0; at + found.length <= all.length; at++) {
      if (box ? isBox(all, at, found) : matches(all, at, found, 0, found.length)) {
        if (box) {
          System.arraycopy(replacement, 0, result, at, 4);
          System.arraycopy(replacement, 4, result, second(all, at, found), 4);
        } else {
          System.arraycopy(replacement, 0, result, at, replacement.length);
        }
      }
    }
    return result;
  }

  private static boolean isBox(byte[] all, int at, byte[] found) {
    return matches(all, at, found, 0, 4) && second(all, at, found) > 0;
  }

  /** Where the second pair is, at most 40 bytes behind the first, or -1. */
  private static int second(byte[] all, int at, byte[] found) {
    for (int next = at + 4; next < Math.min(at + 40, all.length - 4); next++) {
      if (matches(all, next, found, 4, 4)) {
        return next;
      }
    }
    return -1;
  }

  private static boolean matches(byte[] all, int at, byte[] found, int from, int count) {
    for (int i = 0; i < count; i++) {
      if (at + i >= all.length || all[at + i] != found[from + i]) {
        return false;
      }
    }
    return true;
  }

  /** Tensors as their dtype, shape and elements, so that trees can be compared. */
  private static Object comparable(Object value) {
    return switch (value) {
      case Tensor tensor ->
          List.of(tensor.spec().toString(), List.of(tensor.reshape(-1).toString()));
      case Map<?, ?> map -> {
        var copy = new LinkedHashMap<Object, Object>();
        map.forEach((key, inner) -> copy.put(key, comparable(inner)));
        yield copy;
      }
      case Tuple tuple -> Tuple.copyOf(tuple.stream().map(TorchShardsTest::comparable).toList());
      case List<?> list -> {
        var copy = new ArrayList<Object>();
        list.forEach(inner -> copy.add(comparable(inner)));
        yield copy;
      }
      default -> value;
    };
  }
}
